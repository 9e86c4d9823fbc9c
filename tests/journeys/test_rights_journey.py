"""The page of rights checks in a browser: a file is dropped, and both sides can be heard."""

import pytest
from playwright.sync_api import Browser

from indexer.fingerprinting import fingerprint_all
from tests.journeys.watched import Watched
from tests.web.asking import Library

HEARD = """async () => {
  const sound = document.querySelector('.finding audio');
  await sound.play();
  return new Promise((done) => sound.addEventListener('timeupdate', () => done(sound.duration)));
}"""


@pytest.fixture(scope="module", autouse=True)
def printed(served: tuple[Library, str]) -> None:
    """The library has fingerprints."""
    assert fingerprint_all(served[0].engine, jobs=1).made > 8


def test_a_dropped_file_is_compared_and_both_sides_play(
    seen: Watched, served: tuple[Library, str]
) -> None:
    page = seen.page
    seen.open("/")
    page.click("nav >> text=Library")
    page.click("main >> text=Rights check")
    page.wait_for_selector("#check")
    page.evaluate("window.sameDocument = true")
    seen.drop(served[0].files[8].read_bytes())
    page.wait_for_selector(".finding >> text=A Title That Goes On")
    assert "no verdict" in page.inner_text("main")
    assert page.evaluate(HEARD) == pytest.approx(3, abs=0.2)
    page.click(".finding .moment >> nth=0")
    page.wait_for_selector("#player:not([hidden])")
    assert page.evaluate("window.sameDocument")


def test_what_is_no_sound_is_said_and_the_page_waits_again(
    browser: Browser, served: tuple[Library, str]
) -> None:
    page = browser.new_page()
    page.goto(f"{served[1]}/rights")
    text = {"name": "a.mp3", "mimeType": "audio/mpeg", "buffer": b"hello, this is text\n" * 99}
    page.set_input_files("#clip", text)  # type: ignore[arg-type]
    page.wait_for_selector("#refused >> text=holds text")
    page.wait_for_selector("#busy", state="hidden")
    page.set_input_files("#clip", served[0].files[0])
    page.wait_for_selector(".finding")
    assert not page.is_visible("#refused")
    page.close()


def test_findings_are_no_wider_than_the_window(
    browser: Browser, served: tuple[Library, str]
) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.goto(f"{served[1]}/rights")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for number in (9, 10, 11):
        page.set_input_files("#clip", served[0].files[number])
        page.wait_for_selector(f".finding [href='/tracks/{number + 1}']")
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.close()
