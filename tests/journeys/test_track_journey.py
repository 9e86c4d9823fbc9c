"""The page of a track, recording a clip, and the chips of the filters, in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from songs_of_notes import SECONDS, write_mix, write_song

from indexer.fingerprinting import fingerprint_all
from mir.analysis import Tags
from tests.journeys.conftest import CHROMIUM, HOSTILE
from tests.journeys.watched import Watched
from tests.web.asking import Library, fill, open_library
from web.serve import start


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Library, str]]:
    """Three songs of half a minute with fingerprints, served; the third has a hostile title."""
    home = tmp_path_factory.mktemp("played")
    music = home / "music" / "Album"
    titles = ("The First <b>Song</b>", "The Second Song", HOSTILE[3] + HOSTILE[1])
    paths = [
        write_song(
            music / f"{seed}.flac",
            seed,
            Tags(title=title, artists=("Ann & Bo",), genres=("Folk" if seed == 2 else "Rock",)),
        )
        for seed, title in enumerate(titles, 1)
    ]
    with open_library(home / "home") as engine:
        fill(engine, paths)
        assert fingerprint_all(engine, jobs=1).made == 3
        server = start(engine)
        yield Library(engine, tuple(paths)), server.url
        server.stop()


@pytest.fixture
def at(browser: Browser, played: tuple[Library, str]) -> Iterator[Watched]:
    """A fresh page on that library that is being watched."""
    page = browser.new_page(viewport={"width": 1200, "height": 800})
    page.set_default_timeout(15_000)
    watched = Watched(page, played[1])
    watched.watch()
    yield watched
    page.close()
    assert watched.troubles == []


def test_a_track_is_seen_sought_and_told_over_time(at: Watched) -> None:
    page = at.page
    at.open("/tracks/1")
    page.wait_for_selector(".waveform path.levels")
    assert page.evaluate("document.querySelector('.mel').naturalWidth") == 1000
    page.wait_for_selector("#over-time .strip rect")
    assert page.locator("#over-time tbody tr").count() == 5

    # A click in the middle plays from there, and the page shows where the player is.
    box = page.locator(".waveform").bounding_box()
    assert box is not None
    page.locator(".waveform").click(position={"x": box["width"] / 2, "y": 20})
    at.hears_beyond(SECONDS / 2)
    assert at.heard_until() < SECONDS / 2 + 5
    page.wait_for_function("() => parseFloat(document.querySelector('.played').style.width) >= 50")
    slider = page.get_by_role("slider", name="Position in the track").first
    assert (slider.get_attribute("aria-valuetext") or "").startswith("0:1")

    # By keys, too.
    slider.focus()
    page.keyboard.press("ArrowRight")
    at.hears_beyond(SECONDS / 2 + 4.9)
    page.keyboard.press("Home")
    page.wait_for_function(
        "() => document.querySelector('.waveform').getAttribute('aria-valuenow') < 5"
    )

    # A passage of the table plays from where it begins.
    page.click("text=As a table")
    page.locator("#over-time tbody a").nth(2).click()
    at.hears_beyond(12.0)

    # Away and back: the place is still followed.
    page.click("nav >> text=Browse")
    page.wait_for_selector(".tiles")
    page.go_back()
    page.wait_for_selector("#over-time .strip rect")
    before = slider.get_attribute("aria-valuenow")
    page.wait_for_function(
        "(before) => document.querySelector('.waveform').getAttribute('aria-valuenow') !== before",
        arg=before,
    )


def test_without_scripts_a_track_has_its_picture_and_a_page_over_time(
    browser: Browser, played: tuple[Library, str]
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{played[1]}/tracks/1")
    mel = page.locator("img.mel")
    assert "Mel spectrogram of The First <b>Song</b>: 0:30" in (mel.get_attribute("alt") or "")
    page.click("text=What mir hears over time")
    page.wait_for_selector("#over-time .strip")
    page.goto(f"{played[1]}/browse?artist=Ann+%26+Bo&not_genre=Folk&year_to=9999")
    assert page.locator(".in-use .chip").count() == 3
    page.click(".in-use >> text=Year up to 9999")
    assert page.locator(".in-use bdi").all_inner_texts() == ["not: Folk", "Artist: Ann & Bo"]
    assert page.locator(".tracks .track").count() == 2
    context.close()


@pytest.mark.parametrize(("width", "scheme"), [(360, "dark"), (1200, "light")])
def test_hostile_titles_fit(
    browser: Browser, played: tuple[Library, str], width: int, scheme: str
) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    page.goto(f"{played[1]}/tracks/3")
    page.locator("[data-part=over-time]").scroll_into_view_if_needed()
    page.wait_for_selector("#over-time .strip rect")
    page.click("text=As a table")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(f"{played[1]}/browse?artist={HOSTILE[1]}&mood={HOSTILE[1]}"[:900])
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_filters_of_a_search_are_chips_that_are_taken_away(
    at: Watched, played: tuple[Library, str]
) -> None:
    page = at.page
    at.open("/")
    page.set_input_files("#clip", write_mix(played[0].files[0].with_suffix(".wav"), (1, 3.0, 5.0)))
    page.wait_for_selector("#results .track")
    assert len(at.found()) == 3

    page.click("text=More filters")
    page.get_by_label("Not genre").fill("folk")
    page.keyboard.press("Enter")
    page.wait_for_selector("#in-use >> text=not: folk")
    assert len(at.found()) == 2
    page.get_by_label("Not genre").fill("rock")
    page.keyboard.press("Tab")
    page.wait_for_selector("#in-use >> text=not: rock")
    assert at.found() == []
    page.click("#in-use >> text=not: rock")
    page.wait_for_function("() => document.querySelectorAll('#results .track').length === 2")
    page.get_by_label("Artist").fill("Ann & Bo")
    page.get_by_label("Length from (s)").fill("10")
    page.keyboard.press("Tab")
    page.wait_for_selector("#in-use >> text=Length from 0:10")
    assert page.locator("#in-use bdi").all_inner_texts() == [
        "not: folk",
        "Artist: Ann & Bo",
        "Length from 0:10",
    ]
    page.click("#in-use >> text=not: folk")
    page.wait_for_function("() => document.querySelectorAll('#results .track').length === 3")
    assert page.locator("#in-use .chip").count() == 2


@pytest.fixture
def listening(browser: Browser, played: tuple[Library, str], tmp_path: Path) -> Iterator[Page]:
    """A page in a browser whose microphone hears the second song from its tenth second on."""
    sound = write_mix(tmp_path / "played.wav", (2, 10.0, 12.0))
    launched = browser.browser_type.launch(
        executable_path=CHROMIUM,
        args=[
            "--no-sandbox",
            "--autoplay-policy=no-user-gesture-required",
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            f"--use-file-for-fake-audio-capture={sound}",
        ],
    )
    page = launched.new_page()
    page.set_default_timeout(15_000)
    page.goto(played[1])
    yield page
    launched.close()


def test_what_the_microphone_hears_is_recognised(listening: Page) -> None:
    page = listening
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_function("() => document.querySelector('meter').value > 0.5")
    page.wait_for_function(
        "() => document.querySelector('[data-part=left]').textContent.startsWith('5')"
    )
    page.get_by_role("button", name="Stop").click()
    page.wait_for_selector("[data-part=recognised]")
    assert "The Second Song" in page.locator("[data-part=recognised]").inner_text()
    assert page.locator("#results .track").count() == 3
    assert re.match(r"recording\.\w+", page.locator("[data-part=name]").inner_text())
    assert page.get_by_role("button", name="Record", exact=True).is_visible()


def test_why_there_is_no_recording_is_said(at: Watched) -> None:
    page = at.page
    at.open("/")
    for name, words in (("NotAllowedError", "refused"), ("NotFoundError", "no microphone")):
        page.evaluate(
            "(name) => { navigator.mediaDevices.getUserMedia ="
            " () => Promise.reject(new DOMException('no', name)); }",
            name,
        )
        page.get_by_role("button", name="Record", exact=True).click()
        page.wait_for_selector(f"[data-part=refused]:has-text('{words}')")
    page.evaluate(
        "Object.defineProperty(navigator, 'mediaDevices', { value: undefined })"
    )  # as on a page by plain http from another machine
    page.get_by_role("button", name="Record", exact=True).click()
    page.wait_for_selector("[data-part=refused]:has-text('https')")
