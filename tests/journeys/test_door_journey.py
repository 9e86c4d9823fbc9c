"""The locked door in a real browser: signing in, listening, a key, signing out."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from small_library import small_library

from mir.accounts import people
from tests.journeys.watched import Watched
from tests.web.asking import NOW, fill, open_library
from tests.web.locked import CHEAP, PASSWORD
from web.serve import start


@pytest.fixture
def locked(browser: Browser, tmp_path: Path) -> Iterator[Watched]:
    """A phone that looks at a library with one account."""
    with open_library(tmp_path / "home") as engine:
        fill(engine, small_library(tmp_path / "music", tracks=2, formats=("flac",), seconds=4.0))
        with engine.catalogue.session() as session:
            people.create(session, "Ann", PASSWORD, NOW, CHEAP)
        server = start(engine)
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.set_default_timeout(15_000)
        watched = Watched(page, server.url)
        watched.watch()
        yield watched
        page.close()
        server.stop()
    assert watched.troubles == []


def test_sign_in_listen_make_a_key_and_sign_out(locked: Watched) -> None:
    page = locked.page
    page.goto(f"{locked.url}/browse?q=Song")
    page.wait_for_selector("#sign-in-title")
    assert page.locator("nav").count() == 0
    page.keyboard.type("ann")  # the field has the focus
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{locked.url}/browse?q=Song")
    page.evaluate("window.sameDocument = true")

    page.locator(".play").first.click()
    locked.hears_beyond(0.3)

    page.click(".account a")
    page.wait_for_selector("#keys-title")
    page.fill("form[action='/settings/keys'] [name=name]", "a player")
    page.click("text=Make a key")
    key = page.locator(".notice pre").inner_text()
    assert page.evaluate("window.sameDocument"), "the player was thrown away with the page"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    header = {"Authorization": f"Bearer {key}"}
    asked = page.context.browser.new_context()  # type: ignore[union-attr]
    assert asked.request.get(f"{locked.url}/api/v1/tracks", headers=header).status == 200
    assert asked.request.get(f"{locked.url}/api/v1/tracks").status == 401
    asked.close()

    page.click("nav >> text=Playlists")
    page.fill("form[action='/playlists'] [name=name]", "Evening")
    page.click("form[action='/playlists'] button")
    page.wait_for_selector("h1 >> text=Evening")

    page.click("text=Sign out")
    page.wait_for_selector("#sign-in-title")
    assert page.locator(".account").count() == 0
    page.goto(f"{locked.url}/playlists")
    page.wait_for_selector("#sign-in-title")
