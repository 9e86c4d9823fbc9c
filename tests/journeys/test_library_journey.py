"""The library's pages in a real browser: a run followed, failures, the first account, folders."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect
from small_library import small_library

from indexer.runs_beside import RunsBeside
from mir.engine import Engine
from mir.evaluation.interval import Measured
from mir.evaluation.kept import keep
from mir.evaluation.report import Report, Row, Table
from mir.run_note import RunNote, noted
from tests.journeys.watched import Watched
from tests.web.asking import fill, open_library
from tests.web.locked import PASSWORD
from web.serve import start

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOSTILE = "🌊 <script>alert(1)</script> شمس " + "long" * 30


@pytest.fixture
def place(browser: Browser, tmp_path: Path) -> Iterator[tuple[Watched, Engine, Path]]:
    """A browser that looks at a served library of two tracks, which begins runs."""
    with open_library(tmp_path / "home") as engine:
        fill(engine, small_library(tmp_path / "music", tracks=2, formats=("flac",), seconds=4.0))
        runs = RunsBeside(engine)
        server = start(engine, runs)
        page = browser.new_page(viewport={"width": 1200, "height": 800})
        page.set_default_timeout(15_000)
        watched = Watched(page, server.url)
        watched.watch()
        yield watched, engine, tmp_path
        page.close()
        server.stop()
        runs.close()
    assert watched.troubles == []


def serious(page: Page) -> list[str]:
    """What axe-core finds on the page that keeps people out."""
    found = Axe().run(page).response["violations"]
    return [each["id"] for each in found if each["impact"] in {"serious", "critical"}]


def test_a_run_is_followed_by_events_while_music_plays(
    place: tuple[Watched, Engine, Path],
) -> None:
    seen, engine, _ = place
    page = seen.page
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(seen.url)))
    seen.open("/browse?q=song")
    page.locator(".play").first.click()
    page.click("nav >> text=Library")
    page.wait_for_selector("#run")
    assert page.locator(".parts progress").count() == 3
    assert serious(page) == []

    with noted(engine.settings.home) as note:  # as `mir index` in a terminal does
        page.wait_for_selector("#running >> text=Looking for changes")
        assert page.locator("#run").count() == 0
        note(RunNote("Indexing", 1200, 3400, 2))
        told = page.locator("#running [data-part=told]")
        expect(told).to_contain_text("1\u202f200 of 3\u202f400 files, 2 could not be heard")
        assert page.locator("#running progress").evaluate("(bar) => bar.value") == 1200
        assert serious(page) == []
        note(RunNote("Comparing", 1, 2))
        page.wait_for_selector("#running >> text=Comparing tracks")
    page.wait_for_selector("#run")
    seen.hears_beyond(0.3)
    assert "/api/v1/events" in asked
    assert "/api/v1/status" not in asked, "the page looked although events came"

    # Left alone, the page lets go of its stream.
    page.click("nav >> text=About")
    page.wait_for_selector("h1 >> text=/./")
    before = asked.count("/api/v1/events")
    page.wait_for_timeout(3_000)
    assert asked.count("/api/v1/events") == before


def test_a_folder_is_added_and_indexed_and_a_failure_is_tried_again(
    place: tuple[Watched, Engine, Path],
) -> None:
    seen, _, home = place
    page = seen.page
    other = home / HOSTILE.replace("/", " ")
    other.mkdir()
    (other / "no music.mp3").write_bytes(b"no audio")
    seen.open("/settings")
    page.fill("[name=path]", str(home / "nowhere"))
    page.click("form[action='/settings/roots'] button")
    page.wait_for_selector("#refused:has-text('There is no folder')")
    assert all("422" in trouble for trouble in seen.troubles)
    seen.troubles.clear()
    page.fill("[name=path]", str(other))
    page.click("form[action='/settings/roots'] button")
    page.wait_for_selector("td >> text=alert(1)")
    assert page.locator("td", has_text="tracks").count() >= 1

    page.click("nav >> text=Library")
    page.click("#run")
    page.wait_for_selector("#last-run >> text=1 failed", timeout=60_000)
    row = page.locator("tr", has_text="no music.mp3")
    row.get_by_role("button", name="Try again").click()
    page.wait_for_selector("text=Tried in the next run")
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert serious(page) == []
    page.click("#run")
    page.wait_for_selector("text=Tried in the next run", state="detached", timeout=60_000)

    seen.open("/settings")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert serious(page) == []
    row = page.locator("tr", has_text="alert(1)")
    row.locator("summary").click()
    row.locator("select").select_option("remove")
    row.locator("form button").click()
    page.wait_for_selector("td >> text=alert(1)", state="detached")
    status = page.request.get(f"{seen.url}/api/v1/status").json()
    assert (status["tracks"], len(status["roots"])) == (2, 1)


def test_the_first_account_is_made_by_keyboard(place: tuple[Watched, Engine, Path]) -> None:
    seen, engine, _ = place
    page = seen.page
    page.set_viewport_size({"width": 390, "height": 844})
    seen.open("/settings")
    assert serious(page) == []
    page.focus("[name=name]")
    page.keyboard.type("Ann")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Signed in as Ann, an admin")
    asked = page.context.browser.new_context()  # type: ignore[union-attr]
    assert asked.request.get(f"{seen.url}/api/v1/tracks").status == 401
    asked.close()
    assert page.locator("#roots-title").count() == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert serious(page) == []

    cell = Measured(0.508, 0.472, 0.544, 253, "normal")
    cells = {f"measure {number}": cell for number in range(8)}
    rows = (Row(HOSTILE, cells), Row("MFCC", cells))
    table = Table("253 queries", "vectors", rows, "The same artist excluded.")
    report = Report("How well similar tracks are found", {"name": "mir-2"}, (table,))
    keep(engine.settings.home, "similarity", report.as_json(), NOW)
    page.click("nav >> text=Library")
    page.click("text=Evaluation")
    page.wait_for_selector("td >> text=.508 ± .036")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert serious(page) == []
