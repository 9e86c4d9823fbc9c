"""A served library, a browser, and fresh pages that are watched."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright
from small_library import small_library, song, write_audio

from mir.analysis import Tags
from tests.cue_albums import write_album
from tests.journeys.watched import Watched
from tests.web.asking import Library, fill, open_library
from web.serve import start

CHROMIUM = Path("/usr/bin/chromium")
SECONDS = 5.5
HOSTILE = (
    "A Title That Goes On and On Because Its Author Could Not Stop " * 6,
    "Donaudampfschifffahrtsgesellschaftskapitän" * 8,
    "شمس الليل والقمر وما بينهما",
    "🌊🌙✨ <script>alert(1)</script> \" ' &amp;",
)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Library, str]]:
    """A library with some hostile titles, and the address where it is served."""
    home = tmp_path_factory.mktemp("browser")
    paths = small_library(home / "music", tracks=8, formats=("flac", "mp3"), seconds=SECONDS)
    for number, title in enumerate(HOSTILE):
        samples = song(100 + number, 3.0, 22_050)
        path = home / "music" / "Album 1" / f"hostile {number}.flac"
        paths.append(write_audio(path, samples, 22_050, Tags(title=title, artists=(title,))))
    paths.append(write_album(home / "music" / "A Day" / "day.flac"))
    with open_library(home / "home") as engine:
        fill(engine, paths)
        server = start(engine)
        yield Library(engine, tuple(paths)), server.url
        server.stop()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; without it there is no knowing whether the pages work."""
    if not CHROMIUM.exists():
        pytest.fail(f"{CHROMIUM} is missing; install it with: apt-get install -y chromium")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        yield launched
        launched.close()


@pytest.fixture
def seen(browser: Browser, served: tuple[Library, str]) -> Iterator[Watched]:
    """A fresh page that is being watched; at the end nothing may have gone wrong on it."""
    page = browser.new_page(viewport={"width": 1200, "height": 800})
    page.set_default_timeout(15_000)
    watched = Watched(page, served[1])
    watched.watch()
    yield watched
    page.close()
    assert watched.troubles == []
