"""From the nearest passages of a hit to their sound, in a real browser."""

from pathlib import Path

from playwright.sync_api import Browser
from small_library import small_library

from tests.web.asking import fill, open_library
from web.serve import start


def test_moments_of_both_tracks_are_played(browser: Browser, tmp_path: Path) -> None:
    paths = small_library(tmp_path / "music", tracks=3, formats=("mp3",), seconds=40.0)
    with open_library(tmp_path / "home") as engine:
        fill(engine, paths)
        server = start(engine)
        page = browser.new_page()
        page.set_default_timeout(15_000)
        troubles: list[str] = []
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.goto(f"{server.url}/tracks/1")
        row = page.locator(".track").first
        title = row.locator(".track-title").inner_text()
        own = page.locator("h1").inner_text()
        here, there = row.locator(".moment").first, row.locator(".moment").last
        for link, shown in ((there, title), (here, own), (there, title), (there, title)):
            begins = float(link.get_attribute("data-moment") or -1)
            link.click()
            page.wait_for_function(
                """([title, begins]) => {
                  const now = document.querySelector('audio[data-sounds]').currentTime;
                  const shown = document.querySelector("#player .track-title").textContent;
                  return shown === title && now > begins && now < begins + 5;
                }""",
                arg=[shown, begins],
            )
        assert page.url == f"{server.url}/tracks/1"
        assert troubles == []
        page.close()
        server.stop()
