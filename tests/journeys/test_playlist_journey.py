"""A playlist in a real browser: made, edited, saved and read again, while the music goes on."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from tests.journeys.watched import Watched
from tests.web.asking import Library


def _names(page: Page, count: int) -> list[str]:
    """The titles of a playlist that has so many entries."""
    page.wait_for_function(
        "(count) => document.querySelectorAll('.entry').length === count", arg=count
    )
    return page.locator(".entry .track-title").all_inner_texts()


def _changes(page: Page, act: Callable[[], object]) -> None:
    """Wait until what was done is shown: the page is drawn anew, and the document stays."""
    page.evaluate("document.querySelector('main').dataset.old = ''")
    act()
    page.wait_for_function("() => !('old' in document.querySelector('main').dataset)")
    assert page.evaluate("window.sameDocument"), "the player was thrown away with the page"


def test_a_playlist_from_a_search_to_a_file_and_back(
    seen: Watched, served: tuple[Library, str], tmp_path: Path
) -> None:
    page = seen.page
    library, _ = served
    seen.open("/")
    page.evaluate("window.sameDocument = true")
    page.evaluate(
        "document.querySelectorAll('audio').forEach((one) => (one.loop = true))"
    )  # the songs are short

    seen.drop(library.files[2].read_bytes())
    page.wait_for_selector("#results .track")
    found = seen.found()
    page.locator("#results .play").first.click()
    seen.hears_beyond(0.1)

    # Kept from the search; the clip is forgotten, so there is nothing to ask again.
    page.fill("#results .keep [name=name]", "Evening")
    _changes(page, lambda: page.click("#results .keep button"))
    page.wait_for_url("**/playlists/*")
    assert _names(page, len(found)) == found
    assert page.locator("#refresh").count() == 0

    # A track is added from its page.
    _changes(page, lambda: page.locator(".entry .track-title").nth(1).click())
    page.select_option("select[name=playlist]", label="Evening")
    _changes(page, lambda: page.click("section:has(#playlist-title) button"))
    assert _names(page, len(found) + 1) == [*found, found[1]]

    # Reordered by buttons, where the focus goes along, by number, and by the mouse.
    names = [*found, found[1]]
    _changes(page, lambda: page.click("#down-1"))
    names[0], names[1] = names[1], names[0]
    assert _names(page, len(names)) == names
    assert page.evaluate("document.activeElement.id") == "down-2"
    _changes(page, lambda: page.keyboard.press("Enter"))
    names[1], names[2] = names[2], names[1]
    assert _names(page, len(names)) == names
    page.fill("#move [name=position]", str(len(names)))
    page.fill("#move [name=to]", "1")
    _changes(page, lambda: page.click("#move-go"))
    names.insert(0, names.pop())
    assert _names(page, len(names)) == names
    handles = page.locator(".entry .entry-at")
    _changes(page, lambda: handles.nth(0).drag_to(handles.nth(2)))
    names.insert(2, names.pop(0))
    assert _names(page, len(names)) == names
    _changes(page, lambda: page.click("#remove-1"))
    names.pop(0)
    assert _names(page, len(names)) == names
    assert page.evaluate("document.activeElement.id") == "remove-1"

    # Saved as a file, with the paths of another machine.
    folder = library.files[0].parents[1]
    page.fill("form[data-full] [name=map]", f"{folder}=/nas")
    with page.expect_download() as saving:
        page.click("form[data-full] button")
    saving.value.save_as(tmp_path / "evening.m3u8")
    text = (tmp_path / "evening.m3u8").read_text()
    paths = [line for line in text.splitlines() if not line.startswith("#")]
    assert len(paths) == len(names)
    assert all(path.startswith("/nas/") for path in paths)
    assert saving.value.suggested_filename == "Evening.m3u8"

    # Read again, with a line too many.
    (tmp_path / "evening.m3u8").write_text(text + "/nas/gone.mp3\n")
    page.click("nav >> text=Playlists")
    page.wait_for_selector("#import-title")
    page.set_input_files("[name=playlist]", tmp_path / "evening.m3u8")
    page.fill("[name=map]", f"/nas={folder}")
    page.locator("form[action='/playlists/import'] [name=name]").fill("Again")
    _changes(page, lambda: page.click("form[action='/playlists/import'] button"))
    assert "/nas/gone.mp3" in page.locator("table").inner_text()
    _changes(page, lambda: page.click("text=Open the playlist"))
    assert _names(page, len(names)) == names

    # It played on through all of that.
    seen.hears_beyond(seen.heard_until())
    assert not page.evaluate("document.querySelector('audio[data-sounds]').paused")
    assert page.evaluate("window.sameDocument")


def test_a_kept_question_is_asked_again(seen: Watched) -> None:
    page = seen.page
    seen.open("/browse?genre=Folk")
    page.evaluate("window.sameDocument = true")
    found = seen.found()
    page.fill(".keep [name=name]", "Folk")
    _changes(page, lambda: page.click(".keep button"))
    assert _names(page, len(found)) == found
    _changes(page, lambda: page.click("#remove-1"))
    assert len(_names(page, len(found) - 1)) == len(found) - 1
    _changes(page, lambda: page.click("#refresh"))
    assert _names(page, len(found)) == found
    page.fill("form.changes [name=name]", "Folk / Song")
    page.click("#rename")
    page.wait_for_selector("#refused:has-text('leave it out')")
    _changes(page, lambda: page.click("text=Delete"))
    page.wait_for_url("**/playlists")
    # The browser itself reports the refusal; nothing else may be wrong.
    assert all("422" in trouble for trouble in seen.troubles)
    seen.troubles.clear()


def test_a_list_that_was_changed_elsewhere_is_shown_anew(seen: Watched) -> None:
    page = seen.page
    made = page.request.post(
        f"{seen.url}/api/v1/playlists", data={"name": "Twice", "tracks": [1, 2, 3, 4]}
    ).json()
    seen.open(f"/playlists/{made['id']}")
    page.evaluate("window.sameDocument = true")
    before = _names(page, 4)
    page.request.delete(f"{seen.url}/api/v1/playlists/{made['id']}/entries/1")
    _changes(page, lambda: page.click("#remove-1"))
    page.wait_for_selector("#refused >> text=changed meanwhile")
    assert _names(page, 3) == before[1:]
    _changes(page, lambda: page.click("#remove-1"))
    assert _names(page, 2) == before[2:]
    assert all("409" in trouble for trouble in seen.troubles)
    seen.troubles.clear()
