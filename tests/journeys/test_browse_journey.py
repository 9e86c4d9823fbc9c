"""Artists, albums and long lists in a real browser: from one to the other, and scrolled through."""

from collections.abc import Iterator

import pytest
from made_up_library import made_up, stored, unit_vectors
from playwright.sync_api import Browser

from tests.journeys.watched import Watched
from tests.web.asking import Library, open_library
from web.serve import start

MANY = 1_000


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a library of a thousand tracks without files."""
    vectors = unit_vectors(MANY)
    with open_library(tmp_path_factory.mktemp("long")) as engine:
        stored(
            engine,
            [
                made_up(
                    n,
                    vectors[n],
                    title=f"Track {n:04}",
                    artists=(f"Artist {n // 10:03}",),
                    album=f"Album {n // 5:03}",
                    track_number=n % 5 + 1,
                )
                for n in range(MANY)
            ],
        )
        engine.refresh_index()
        server = start(engine)
        yield server.url
        server.stop()


def test_from_an_artist_to_an_album_that_plays(seen: Watched) -> None:
    page = seen.page
    seen.open("/browse")
    page.evaluate("window.sameDocument = true")
    page.click(".tabs >> text=Artists")
    page.wait_for_selector("h1 >> text=Artists")
    assert page.locator(".top nav a[aria-current]").inner_text() == "Browse"
    page.fill("main input[name=q]", "quill")
    page.keyboard.press("Enter")
    page.wait_for_url("**/browse/artists?q=quill**")
    page.click(".cover-tile >> text=Ada Quill")
    page.wait_for_selector("h1 >> text=Ada Quill")
    page.locator(".cover-tile").first.click()
    page.wait_for_url("**/albums/*")
    page.wait_for_selector("h1")
    titles = seen.found()
    page.click("text=Play all")
    seen.hears_beyond(0.2)
    assert page.locator("#player .track-title").inner_text() == titles[0]
    page.locator(".track .track-by a").first.click()
    page.wait_for_url("**/artists/*")
    assert page.evaluate("window.sameDocument")
    seen.hears_beyond(0.3)


def test_a_thousand_rows_are_scrolled_through_and_come_back(browser: Browser, long: str) -> None:
    page = browser.new_page(viewport={"width": 1200, "height": 800})
    page.set_default_timeout(15_000)
    page.goto(f"{long}/browse/tracks")
    page.wait_for_selector(".windowed")
    height = page.evaluate("document.querySelector('.windowed').offsetHeight")
    assert height > 40 * MANY
    page.evaluate("(where) => scrollTo(0, where)", height * 0.7)
    page.wait_for_selector("[aria-posinset='701'] >> text=Track 0700")
    assert page.locator(".windowed > *").count() < 300
    assert page.locator("[aria-posinset='701']").get_attribute("aria-setsize") == str(MANY)

    page.click("[aria-posinset='701'] .track-title")
    page.wait_for_selector("h1 >> text=Track 0700")
    page.go_back()
    page.wait_for_selector("[aria-posinset='701'] >> text=Track 0700")
    assert page.evaluate("scrollY") > height / 2

    page.locator("[aria-posinset='701'] .track-title").focus()
    page.keyboard.press("End")
    page.wait_for_selector(f"[aria-posinset='{MANY}'] .track-title:focus")
    page.keyboard.press("ArrowUp")
    page.wait_for_selector(f"[aria-posinset='{MANY - 1}'] .track-title:focus")
    page.keyboard.press("Home")
    page.wait_for_selector("[aria-posinset='1'] .track-title:focus")
    page.close()


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1200, "light")])
def test_shelves_fit(
    browser: Browser, served: tuple[Library, str], long: str, width: int, scheme: str
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 740}, color_scheme=scheme)  # type: ignore[arg-type]
    url = served[1]
    artists = page.request.get(f"{url}/api/v1/artists?limit=200").json()["artists"]
    albums = page.request.get(f"{url}/api/v1/albums?limit=200").json()["albums"]
    paths = [f"/artists/{artist['id']}" for artist in artists[-3:]]
    paths += [f"/albums/{album['key']}" for album in albums[:3]]
    paths += ["/browse", "/browse/artists", "/browse/albums?sort=newest", "/browse/moods"]
    for path in [
        *(url + each for each in paths),
        f"{long}/browse/tracks",
        f"{long}/browse/artists",
    ]:
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.close()
