"""A radio in a real browser: it plays, heeds a skip and a like, goes on elsewhere, is forgotten."""

from playwright.sync_api import Page, expect

from mir.catalogue import plays
from tests.journeys.watched import Watched
from tests.web.asking import Library


def _coming(page: Page) -> list[str]:
    """The titles of what comes, as the page of the radio shows them."""
    return page.locator("#next .track-title").all_inner_texts()


def _sounding(page: Page) -> str:
    return page.locator("#player [data-part=title]").inner_text()


def _slowly(page: Page) -> None:
    """Songs of some seconds would otherwise be over before anything was done about them."""
    page.evaluate(
        "document.querySelectorAll('audio').forEach((audio) => {"
        " audio.defaultPlaybackRate = 0.1; audio.playbackRate = 0.1; })"
    )


def test_a_radio_from_a_seed_to_the_taste(seen: Watched, served: tuple[Library, str]) -> None:
    page = seen.page
    library, _ = served
    seen.open("/radio")
    page.evaluate("window.sameDocument = true")
    _slowly(page)

    # A seed is found while its name is typed.
    page.locator("#find-seed [name=find]").press_sequentially("alert(1)")
    page.locator("#suggested a", has_text="alert(1)").click()
    page.wait_for_url("**/radio?*seed=*")
    expect(page.locator(".seeds .chip")).to_have_count(2)
    first = _coming(page)
    assert len(first) >= 5

    # It starts with what was shown, and audio really plays.
    page.click("#start-radio")
    seen.hears_beyond(0.05)
    expect(page.locator("#now-playing .track-title")).to_have_text(first[0])
    assert _sounding(page) == first[0]
    coming = _coming(page)
    assert coming == first[1 : 1 + len(coming)]
    expect(page.locator("#next .track-why").first).to_contain_text("goes on from")

    # A skip says what it changed, and what was skipped never comes again.
    page.click("#skip-this")
    expect(page.locator("#change")).to_contain_text("Because you skipped")
    second = _sounding(page)
    assert second == coming[0]
    assert not {first[0], second} & set(_coming(page))

    # So does a like, which is the heart of the player; both are in the next question.
    seen.hears_beyond(0.02)
    with page.expect_response(lambda answer: "/api/v1/radio?" in answer.url) as asked:
        page.click("#like-this")
    assert "liked=" in asked.value.url
    assert "skipped=" in asked.value.url
    expect(page.locator("#change")).to_contain_text("Because you liked")
    expect(page.locator("#like-this")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("#next .track-why", has_text="because you liked").first).to_be_visible()

    # On a phone, long and hostile titles are no wider than the page.
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.set_viewport_size({"width": 1200, "height": 800})

    # To tune it changes what comes, while the same track plays.
    with page.expect_response(lambda answer: "/api/v1/radio?" in answer.url) as asked:
        page.locator("#tune [name=variety]").fill("1")
    assert "variety=1" in asked.value.url
    expect(page.locator("#change")).to_contain_text("As you tuned it")
    assert _sounding(page) == second

    # Elsewhere it goes on, and fills up what comes as tracks pass.
    page.click("nav >> text=Library")
    page.wait_for_selector("h1:has-text('Library')")
    heard = {first[0], second}
    last = second
    for _ in range(4):
        with page.expect_response(lambda answer: "/api/v1/radio?" in answer.url):
            page.click("#player [data-part=next]")
        expect(page.locator("#player [data-part=title]")).not_to_have_text(last)
        last = _sounding(page)
        assert last not in heard, "the radio repeats itself"
        heard.add(last)
        seen.hears_beyond(0.02)

    # Back on its page all of that is shown.
    page.click("nav >> text=Radio")
    expect(page.locator("#now-playing .track-title")).to_have_text(last)
    assert page.evaluate("window.sameDocument"), "the player was thrown away with the page"
    assert not heard & set(_coming(page))

    # What was learnt is on the page of the taste; one play is taken back, then all are erased.
    page.click("main >> text=your taste")
    page.wait_for_selector("h1:has-text('Taste')")
    expect(page.locator(".interest")).to_have_count(1)
    rows = page.locator(".plays > li")
    count = rows.count()
    assert count >= 1
    page.locator("#undo-1").click()
    expect(rows).to_have_count(count - 1)
    page.click("#player [data-part=toggle]")
    if count == 1:
        with library.engine.catalogue.session() as session:
            assert plays.listing(session).total == 0
        return
    page.click("text=Erase all plays")
    page.click("main button:has-text('Erase')")
    expect(page.locator("main")).to_contain_text("Nothing was learnt yet")
    with library.engine.catalogue.session() as session:
        assert plays.listing(session).total == 0
