"""The pages in a real browser: seen, clicked, heard, by keyboard, on a phone, in the dark."""

import pytest
from playwright.sync_api import Browser
from small_library import track_tags

from tests.cue_albums import BEGINS
from tests.journeys.conftest import HOSTILE, SECONDS
from tests.journeys.watched import Watched
from tests.web.asking import Library


def test_search_listen_filter_and_wander(seen: Watched, served: tuple[Library, str]) -> None:
    library, _ = served
    page = seen.page
    seen.open("/")
    page.evaluate("window.sameDocument = true")

    seen.drop(library.files[2].read_bytes())
    page.wait_for_selector("#results .track")
    assert seen.found()[0] == "Song 3"
    assert page.locator("#heard .shares li").count() == 3
    assert "a clip.flac" in page.locator("#drop").inner_text()

    page.locator("#results .play").first.click()
    seen.hears_beyond(0.3)
    assert page.locator("#player .track-title").inner_text() == "Song 3"

    everything = seen.found()
    page.locator("#filters label", has_text="Folk").click()
    page.wait_for_function(
        "(before) => document.querySelectorAll('#results .track').length < before",
        arg=len(everything),
    )
    assert 0 < len(seen.found()) < len(everything)
    listed = set(seen.found())
    narrowed = page.request.get(f"{seen.url}/api/v1/tracks", params={"genre": "Folk"})
    assert listed == {" ".join(track["title"].split()) for track in narrowed.json()["tracks"]}
    assert page.evaluate("window.sameDocument")
    position = seen.heard_until()
    seen.hears_beyond(position)

    page.locator("#results .track-title").last.click()
    page.wait_for_selector("#near-title >> text=What is near")
    assert page.url.startswith(f"{seen.url}/tracks/")
    assert page.evaluate("window.sameDocument"), "the player was thrown away with the page"

    page.go_back()
    page.wait_for_selector("#heard .shares")
    assert set(seen.found()) == listed

    page.click("nav >> text=Browse")
    page.wait_for_selector(".tiles")
    page.locator(".tile").first.click()
    page.wait_for_selector(".crumb")
    assert seen.found()

    page.click("nav >> text=Library")
    page.wait_for_selector("table")
    assert "It holds <no> sound." in page.locator("table").inner_text()
    assert page.evaluate("window.sameDocument")


def test_the_player_seeks_pauses_and_goes_on(seen: Watched) -> None:
    page = seen.page
    seen.open("/browse?q=song")
    titles = seen.found()
    page.locator(".play").first.click()
    seen.hears_beyond(0.2)
    page.locator("#player [data-part=seek]").fill("3")
    seen.hears_beyond(3.0)
    page.locator("#player [data-part=toggle]").click()
    assert page.evaluate("document.querySelector('audio[data-sounds]').paused")
    page.locator("#player [data-part=next]").click()
    page.wait_for_function(
        "(title) => document.querySelector('#player .track-title').textContent === title",
        arg=titles[1],
    )
    seen.hears_beyond(0.2)
    page.locator("#player [data-part=seek]").fill(str(SECONDS - 0.4))
    page.wait_for_function(
        "(title) => document.querySelector('#player .track-title').textContent === title",
        arg=titles[2],
    )


def test_a_track_inside_a_file_is_played_from_its_start_to_its_end(seen: Watched) -> None:
    page = seen.page

    def shows(title: str) -> None:
        page.wait_for_function(
            "(title) => document.querySelector('#player .track-title').textContent === title",
            arg=title,
        )

    def position() -> float:
        return float(page.locator("#player [data-part=seek]").input_value())

    seen.open("/browse?q=ada quill day")
    assert seen.found() == ["Dawn", "Noon", "Dusk"]
    page.locator(".play").nth(1).click()
    shows("Noon")
    seen.hears_beyond(BEGINS[1] + 0.2)
    assert seen.heard_until() < BEGINS[2]
    assert page.locator("#player [data-part=length]").inner_text() == "0:02"
    assert 0 < position() < BEGINS[2] - BEGINS[1]
    page.locator("#player [data-part=seek]").fill("1")
    seen.hears_beyond(BEGINS[1] + 1)
    assert 1 <= position() <= 2
    shows("Dusk")  # without a click: the second one is over
    seen.hears_beyond(BEGINS[2] + 0.2)
    page.locator("#player [data-part=previous]").click()
    shows("Noon")
    # The last one of a list stops where it ends, not where the file ends, and plays again.
    seen.open("/browse?q=noon")
    page.locator(".play").first.click()
    seen.hears_beyond(BEGINS[1] + 0.2)
    page.wait_for_function("() => document.querySelector('audio[data-sounds]').paused")
    assert seen.heard_until() == pytest.approx(BEGINS[2], abs=0.3)
    page.locator("#player [data-part=toggle]").click()
    page.wait_for_function(
        "(end) => document.querySelector('audio[data-sounds]').currentTime < end - 0.5",
        arg=BEGINS[2],
    )
    seen.hears_beyond(BEGINS[1] + 0.2)


def test_play_what_is_near(seen: Watched) -> None:
    page = seen.page
    seen.open("/tracks/1")
    page.click("text=Play what is near")
    page.wait_for_selector("#player [data-part=note]:has-text('tracks that are near')")
    page.locator("#player [data-part=next]").click()
    page.wait_for_function(
        "(title) => document.querySelector('#player .track-title').textContent !== title",
        arg=track_tags(0).title,
    )
    seen.hears_beyond(0.1)


def test_find_by_name(seen: Watched) -> None:
    page = seen.page
    seen.open("/library")
    page.fill("#find-text", "song 4")
    page.press("#find-text", "Enter")
    page.wait_for_url("**/browse?q=song+4")
    page.wait_for_selector(".tracks")
    assert "Song 4" in seen.found()


def test_what_is_no_audio_is_refused_in_words(seen: Watched) -> None:
    seen.open("/")
    seen.drop(b"this is no music " * 100)
    notice = seen.page.locator("#trouble")
    notice.wait_for()
    assert "audio" in notice.inner_text()
    seen.drop(b"\0" * (3 * 2**20))
    seen.page.wait_for_function("document.querySelector('#trouble').textContent.includes('MB')")
    # The browser itself reports the refusal; nothing else may be wrong.
    assert all("422" in trouble for trouble in seen.troubles)
    seen.troubles.clear()


def test_by_keyboard_alone(seen: Watched, served: tuple[Library, str]) -> None:
    page = seen.page
    seen.open("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "clip"
    page.set_input_files("#clip", served[0].files[0])
    page.wait_for_selector("#results .track")
    before = len(seen.found())
    while page.evaluate("document.activeElement.value") != "Folk":
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.wait_for_function(
        "(before) => document.querySelectorAll('#results .track').length !== before", arg=before
    )
    assert page.evaluate("document.activeElement.checked"), "the focus was lost"
    while "play" not in page.evaluate("document.activeElement.className").split():
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    seen.hears_beyond(0.1)


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (390, "light"), (1200, "dark")])
def test_nothing_is_wider_than_the_window(
    browser: Browser, served: tuple[Library, str], width: int, scheme: str
) -> None:
    library, url = served
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    made = {"name": HOSTILE[1][:200], "tracks": [8, 9, 10, 11, 12]}
    page.request.post(f"{url}/api/v1/playlists", data=made)  # refused where it is there
    paths = [
        "/",
        "/browse",
        "/rights",
        "/library",
        "/about",
        "/playlists",
        "/playlists/1",
        "/nothing",
    ]
    for path in [*paths, *(f"/tracks/{number}" for number in range(8, 13))]:
        page.goto(url + path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    page.goto(url)
    page.set_input_files("#clip", library.files[9])
    page.wait_for_selector("#results .track")
    page.locator("#results .play").first.click()
    page.wait_for_selector("#player:not([hidden])")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_a_failure_is_ignored_and_listed_again_without_leaving_the_page(seen: Watched) -> None:
    page = seen.page
    seen.open("/library")
    page.evaluate("window.sameDocument = true")
    page.click("text=Ignore")
    page.wait_for_selector("text=1 ignored")
    assert page.evaluate("document.activeElement.id") == "failures-title"
    page.click("text=1 ignored")
    page.click("text=List again")
    page.wait_for_selector("#library >> text=None.")
    page.click("text=All that could not be heard")
    page.wait_for_selector("text=Ignore")
    assert page.evaluate("window.sameDocument")


def test_the_api_can_be_tried(seen: Watched) -> None:
    seen.open("/api/docs")
    seen.page.wait_for_selector(".opblock:has-text('/api/v1/search')")
    seen.page.locator(".opblock:has-text('/api/v1/health') .opblock-summary-control").click()
    seen.page.click("text=Try it out")
    seen.page.click("button.execute")
    seen.page.wait_for_selector(".live-responses-table >> text=200")
