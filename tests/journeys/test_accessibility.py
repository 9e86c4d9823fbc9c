"""What axe-core says of every page: nothing serious, light and dark, on a desk and on a phone."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from mir.map.library import make
from tests.web.asking import Library, open_library
from web.serve import start

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
GRAVE = {"serious", "critical"}
PAGES = ("/", "/browse", "/mood", "/tracks/1", "/playlists", "/duplicates", "/rights", "/library")
PAGES += ("/radio?seed=1", "/recommendations", "/path?start=1&end=2", "/taste", "/taste/erase")
PAGES += ("/settings", "/about", "/login", "/nothing")
PAGES += ("/browse/moods", "/browse/artists", "/browse/albums", "/browse/tracks", "/artists/1")
PAGES += ("/map", "/tracks/1/over-time", "/library/evaluation")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a library without tracks."""
    with open_library(tmp_path_factory.mktemp("empty")) as engine:
        server = start(engine)
        yield server.url
        server.stop()


def troubles(page: Page) -> list[str]:
    """The grave ones, each with the elements that have it."""
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response
    return [
        f"{page.url}: {each['id']}: {[node['html'][:120] for node in each['nodes']][:3]}"
        for each in found["violations"]
        if each["impact"] in GRAVE
    ]


@pytest.mark.parametrize(("width", "scheme"), [(1200, "light"), (360, "dark")])
def test_no_page_has_a_serious_issue(
    browser: Browser, served: tuple[Library, str], empty: str, width: int, scheme: str
) -> None:
    library, url = served
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    found: list[str] = []
    make(library.engine)
    # On a phone the same parts are laid out anew; one page of each kind shows it.
    for path in PAGES if width > 800 else PAGES[::3]:
        page.goto(url + path)
        found += troubles(page)
    for path in ("/", "/browse", "/library"):
        page.goto(empty + path)
        found += troubles(page)
    page.goto(url)
    page.set_input_files("#clip", library.files[0])
    page.wait_for_selector("#results .track")
    page.locator("#results .play").first.click()
    page.locator("#player [data-part=queue]").click()
    page.wait_for_selector(".queue-row")
    found += troubles(page)
    page.close()
    assert found == []
