"""The player in a real browser: every format is heard, the queue is changed, no play is lost."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser
from small_library import small_library

from tests.journeys.watched import Watched
from tests.web.asking import fill, open_library
from web.serve import start

FORMATS = ("wma", "aiff", "alac.m4a", "flac")
SECONDS = 6.0


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a library of formats of which Chromium plays the last one alone."""
    home = tmp_path_factory.mktemp("player")
    paths = small_library(home / "music", tracks=8, formats=FORMATS, seconds=SECONDS)
    with open_library(home / "home") as engine:
        fill(engine, paths)
        server = start(engine)
        yield server.url
        server.stop()


@pytest.fixture
def seen(browser: Browser, served: str) -> Iterator[Watched]:
    page = browser.new_page(viewport={"width": 1200, "height": 900})
    page.set_default_timeout(15_000)
    watched = Watched(page, served)
    watched.watch()
    yield watched
    page.close()
    assert watched.troubles == []


def plays(seen: Watched) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = seen.page.request.get(f"{seen.url}/api/v1/plays").json()["plays"]
    return found


def position(seen: Watched) -> float:
    return float(seen.page.locator("#player [data-part=seek]").input_value())


def at(seen: Watched, seconds: float) -> None:
    seen.page.wait_for_function(
        "(at) => Number(document.querySelector('#player [data-part=seek]').value) > at",
        arg=seconds,
    )


@pytest.mark.parametrize("number", range(3), ids=FORMATS[:3])
def test_what_the_browser_cannot_play_is_coded_for_it(seen: Watched, number: int) -> None:
    page = seen.page
    seen.open(f"/tracks/{number + 1}")
    page.click(".actions [data-play]")
    at(seen, 0.5)
    assert page.locator("#player [data-part=length]").inner_text() == "0:06"
    page.locator("#player [data-part=seek]").fill("3.5")
    at(seen, 4.0)
    assert "form=" in page.evaluate("document.querySelector('audio[data-sounds]').src")
    page.locator("#player [data-part=previous]").click()  # back to its beginning
    page.wait_for_function(
        "() => Number(document.querySelector('#player [data-part=seek]').value) < 2"
    )
    at(seen, 0.3)


def test_the_queue_is_changed_by_keyboard_and_kept(seen: Watched) -> None:
    page = seen.page
    seen.open("/browse?q=song")
    titles = seen.found()
    page.locator(".play").first.click()
    seen.hears_beyond(0.1)
    page.locator("#player [data-part=toggle]").click()
    page.locator("#player [data-part=queue]").focus()
    page.keyboard.press("Enter")

    def coming() -> list[str]:
        return page.locator("#queue [data-row=title]").all_inner_texts()

    assert coming() == titles[1:]
    page.locator("#queue [data-do=down]").first.focus()
    page.keyboard.press("Enter")
    assert coming()[:3] == [titles[2], titles[1], titles[3]]
    focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert focused == f"Move down: {titles[1]}"
    page.locator("#queue [data-do=remove]").first.click()
    assert coming()[0] == titles[1]
    page.fill("#queue [data-queue=name]", "Kept from the queue")
    page.keyboard.press("Enter")
    page.wait_for_selector("#queue >> text=Kept: 7 tracks")
    kept = page.request.get(f"{seen.url}/api/v1/playlists").json()["playlists"]
    assert [each["name"] for each in kept] == ["Kept from the queue"]
    page.locator("#queue [data-do=play]").nth(1).click()
    page.wait_for_function(
        "(title) => document.querySelector('#player .track-title').textContent === title",
        arg=titles[3],
    )
    page.keyboard.press("Escape")
    assert page.locator("#queue").is_hidden()
    assert page.evaluate("document.activeElement.dataset.part") == "queue"
    page.locator(".track .enqueue").nth(2).click()
    page.wait_for_selector("#player >> text=comes last in the queue")
    page.locator("#player [data-part=queue]").click()
    assert coming()[-1] == titles[2]
    page.locator("#queue [data-queue=clear]").click()
    assert coming() == []


def test_what_was_heard_skipped_and_liked_is_told_also_after_the_server_was_away(
    seen: Watched,
) -> None:
    page = seen.page
    before = len(plays(seen))
    seen.open("/browse?q=song")
    page.evaluate("window.sameDocument = true")
    page.route("**/api/v1/plays", lambda route: route.abort())
    page.locator(".play").nth(3).click()
    at(seen, 3.4)
    page.locator("#player [data-part=next]").click()  # more than half: it was listened to
    at(seen, 2.4)
    page.locator("#player [data-part=next]").click()  # less: it was skipped
    at(seen, 0.1)
    assert len(plays(seen)) == before
    page.unroute("**/api/v1/plays")
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_function("() => localStorage.getItem('mir.plays') === '[]'")
    told = plays(seen)[: len(plays(seen)) - before]
    assert sorted(each["kind"] for each in told) == ["listen", "skip"]
    assert all(each["seconds"] > 2 for each in told)
    page.locator("#player [data-part=like]").click()
    page.wait_for_selector("#player [data-part=like][aria-pressed=true]")
    assert plays(seen)[0]["kind"] == "like"
    page.locator("#player [data-part=like]").click()
    page.wait_for_selector("#player [data-part=like][aria-pressed=false]")
    assert len(plays(seen)) == before + 2
    page.locator("#player [data-part=queue]").click()
    page.uncheck("#queue [data-queue=remember]")
    at(seen, 2.4)
    page.keyboard.press("Escape")
    page.keyboard.press("Control+ArrowRight")
    at(seen, 0.1)
    page.reload()
    assert len(plays(seen)) == before + 2
    seen.troubles[:] = [each for each in seen.troubles if "ERR_FAILED" not in each]


def test_the_volume_is_kept(seen: Watched) -> None:
    page = seen.page
    seen.open("/browse?q=song")
    page.locator(".play").nth(3).click()
    page.locator("#player [data-part=volume]").fill("0.3")
    page.reload()
    assert page.evaluate("[...document.querySelectorAll('audio')].map((one) => one.volume)") == [
        0.3,
        0.3,
    ]
    page.locator(".play").nth(3).click()
    page.locator("#player [data-part=mute]").click()
    assert page.evaluate("document.querySelector('audio[data-sounds]').muted")


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1200, "light")])
def test_it_fits(browser: Browser, served: str, width: int, scheme: str) -> None:
    page = browser.new_page(viewport={"width": width, "height": 740}, color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{served}/browse?q=song")
    page.locator(".play").first.click()
    page.locator("#player [data-part=queue]").click()
    page.wait_for_selector(".queue-row")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("#queue").evaluate("(one) => one.scrollWidth <= one.clientWidth")
    box = page.locator("#queue [data-queue=close]").bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= width
    assert box["y"] >= 0
    page.close()
