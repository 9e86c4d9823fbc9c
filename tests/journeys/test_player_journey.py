"""The player in a real browser: every format is heard, the queue is changed, no play is lost."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser
from small_library import small_library

from tests.cue_albums import write_album
from tests.journeys.watched import Watched
from tests.web.asking import fill, open_library
from web.serve import start

FORMATS = ("wma", "aiff", "alac.m4a", "flac")
SECONDS = 6.0


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for music."""
    return tmp_path_factory.mktemp("music")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, music: Path) -> Iterator[str]:
    """The address of a library of formats of which Chromium plays the last one alone."""
    paths = small_library(music, tracks=8, formats=FORMATS, seconds=SECONDS)
    paths.append(write_album(music / "A Day" / "day.flac"))
    with open_library(tmp_path_factory.mktemp("player")) as engine:
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
    asked: list[str] = []
    page.on("request", lambda request: "form=" in request.url and asked.append(request.url))
    page.evaluate(
        """() => {
          const slider = document.querySelector("#player [data-part=seek]");
          for (let at = 0; at < 30; at += 1) {
            slider.value = 1 + at / 20;
            slider.dispatchEvent(new Event("input"));
          }
        }"""
    )
    at(seen, 2.7)
    assert [address.rpartition("start=")[2] for address in set(asked)] == ["2.500"]
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
    page.reload()
    page.locator(".play").nth(5).click()  # the same: it is known to be liked
    page.wait_for_selector("#player [data-part=like][aria-pressed=true]")
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


def test_a_track_that_follows_and_is_gone_back_from_begins_at_its_beginning(seen: Watched) -> None:
    page = seen.page
    seen.open("/browse?q=song")
    page.evaluate(
        """() => {
          window.left = [];
          document.addEventListener("track-left", ({ detail }) => left.push(detail.reason));
        }"""
    )
    page.locator(".play").nth(3).click()
    at(seen, 0.3)
    page.locator("#player [data-part=seek]").fill("4.5")
    titles = seen.found()
    page.wait_for_function("() => left.includes('ended')")
    at(seen, 0.2)
    assert page.locator("#player .track-title").inner_text() == titles[4]
    page.locator("#player [data-part=previous]").click()
    assert page.locator("#player .track-title").inner_text() == titles[3]
    at(seen, 0.2)
    assert position(seen) < 3
    page.locator(".play").last.click()
    at(seen, 0.2)
    page.locator("#player [data-part=seek]").focus()
    page.keyboard.press("ArrowRight")  # five seconds at once
    at(seen, 5)
    page.wait_for_function("() => left.at(-1) === 'ended'")  # and nothing follows
    page.wait_for_selector("#player [aria-label=Play]")
    page.locator("#player [data-part=toggle]").click()
    page.wait_for_selector("#player [aria-label=Pause]")
    at(seen, 0.2)
    assert position(seen) < 3


def test_tracks_that_follow_each_other_in_a_file_are_one_sound(seen: Watched) -> None:
    page = seen.page
    seen.open("/browse")
    page.locator(".play[data-title=Dawn]").click()
    seen.hears_beyond(0.2)
    page.evaluate("window.src = document.querySelector('audio[data-sounds]').src")
    page.locator("#player [data-part=seek]").fill("2.5")
    page.wait_for_selector("#player .track-title >> text=Noon")
    seen.hears_beyond(3.2)
    assert position(seen) < 2
    assert page.evaluate("src === document.querySelector('audio[data-sounds]').src")
    page.locator("#player [data-part=queue]").click()
    page.locator("#queue [data-row=title]").first.wait_for()
    page.locator("#queue [data-do=down]").first.click()  # another one follows now
    page.wait_for_function("() => src !== document.querySelector('audio[data-sounds]').src")
    assert page.locator("#player .track-title").inner_text() not in ("Noon", "Dusk")
    at(seen, 0.2)


def test_what_cannot_be_had_is_tried_again_or_left_out(seen: Watched, music: Path) -> None:
    page = seen.page
    page.route("**/audio*", lambda route: route.abort())
    seen.open("/browse?q=song")
    titles = seen.found()
    page.locator(".play").nth(6).click()
    page.wait_for_selector("#player >> text=play tries again")
    page.unroute("**/audio*")
    page.locator("#player [data-part=toggle]").click()
    at(seen, 0.2)
    assert "play tries again" not in page.locator("#player").inner_text()
    page.locator("#player [data-part=toggle]").click()
    (gone,) = music.rglob(f"* {titles[6]}.*")
    gone.rename(gone.with_suffix(".away"))
    try:
        page.reload()
        page.locator(".play").nth(6).click()
        page.wait_for_selector(f"#player >> text=“{titles[6]}” was left out. The file")
        assert page.locator("#player .track-title").inner_text() == titles[7]
        at(seen, 0.2)
    finally:
        gone.with_suffix(".away").rename(gone)
    known = ("ERR_FAILED", "404")
    seen.troubles[:] = [each for each in seen.troubles if not any(name in each for name in known)]


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
