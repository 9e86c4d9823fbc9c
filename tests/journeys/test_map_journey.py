"""The map in a real browser: looked at, pointed at, and a lasso that makes a playlist."""

import pytest
from playwright.sync_api import Browser

from mir.map.library import make
from tests.journeys.watched import Watched
from tests.web.asking import Library

CX = "document.querySelector('.map-mark').getAttribute('cx')"


@pytest.fixture(scope="module", autouse=True)
def mapped(served: tuple[Library, str]) -> None:
    """The library that is served has a map."""
    make(served[0].engine)


def places(seen: Watched) -> dict[int, tuple[float, float]]:
    """Where the page draws each track, in pixels of the window."""
    found = seen.page.request.get(f"{seen.url}/api/v1/map").json()
    box = seen.page.locator(".map").bounding_box()
    assert box is not None
    scale = min(box["width"], box["height"]) / 2 * 0.92 / 10_000
    middle = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    return {
        track: (middle[0] + x * scale, middle[1] - y * scale)
        for track, x, y in zip(found["ids"], found["x"], found["y"], strict=True)
    }


def test_a_track_is_pointed_at_played_and_shown(seen: Watched) -> None:
    page = seen.page
    seen.open("/map")
    page.wait_for_selector(".map-wait", state="hidden")
    track, (left, top) = next(iter(places(seen).items()))
    page.mouse.click(left, top)
    page.wait_for_selector(".map-card:not([hidden])")
    title = page.request.get(f"{seen.url}/api/v1/tracks/{track}").json()["title"]
    assert page.locator("[data-card=title]").inner_text() == title
    page.locator("[data-card=play]").click()
    seen.hears_beyond(0.1)
    assert page.locator(".map-playing").get_attribute("visibility") == "visible"
    mark = page.locator(".map-mark")
    before = mark.get_attribute("cx")
    page.locator(".map").focus()
    page.keyboard.press("+")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function(
        "(cx) => document.querySelector('.map-mark').getAttribute('cx') !== cx", arg=before
    )
    page.keyboard.press("0")
    page.wait_for_function(
        "(cx) => document.querySelector('.map-mark').getAttribute('cx') === cx", arg=before
    )
    page.mouse.move(600, 350)
    page.mouse.wheel(0, -300)
    page.mouse.down()
    page.mouse.move(680, 360, steps=4)
    page.mouse.up()
    page.wait_for_function(
        "(cx) => document.querySelector('.map-mark').getAttribute('cx') !== cx", arg=before
    )
    seen.open(f"/map?track={track}")
    page.wait_for_selector(".map-card:not([hidden])")
    seen.open("/map?track=99999")
    page.wait_for_selector("text=is not on the map")


def test_a_lasso_makes_a_playlist_of_what_is_inside(seen: Watched) -> None:
    page = seen.page
    seen.open("/map")
    page.wait_for_selector(".map-wait", state="hidden")
    drawn = places(seen)
    box = page.locator(".map").bounding_box()
    assert box is not None
    middle = sorted(left for left, _ in drawn.values())[len(drawn) // 2] + 1
    inside = {
        track for track, (left, top) in drawn.items() if left < middle and top > box["y"] + 30
    }
    page.locator("[data-map=lasso]").click()
    corners = [
        (box["x"] + 30, box["y"] + 30),
        (middle, box["y"] + 30),
        (middle, box["y"] + box["height"] - 30),
        (box["x"] + 30, box["y"] + box["height"] - 30),
    ]
    page.mouse.move(*corners[0])
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*corner, steps=3)
    page.mouse.up()
    page.wait_for_selector(".map-chosen:not([hidden])")
    assert page.locator("[data-map=count]").inner_text() == f"{len(inside)} tracks chosen"
    page.fill("[data-map=name]", "Left of the map")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"text=Kept: {len(inside)} tracks")
    lists = page.request.get(f"{seen.url}/api/v1/playlists").json()["playlists"]
    kept = next(each for each in lists if each["name"] == "Left of the map")
    entries = page.request.get(f"{seen.url}/api/v1/playlists/{kept['id']}").json()["entries"]
    assert {entry["track"]["id"] for entry in entries} == inside
    page.locator("[data-map=play]").click()
    seen.hears_beyond(0.1)
    page.locator("[data-map=drop]").click()
    page.wait_for_selector(".map-chosen", state="hidden")
    page.locator("[data-genre-at='0']").click()
    page.wait_for_selector("[data-genre-at='0'][aria-pressed=false]")


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_it_works_on_a_phone_and_without_webgl(
    browser: Browser, served: tuple[Library, str], scheme: str
) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740}, color_scheme=scheme)  # type: ignore[arg-type]
    if scheme == "light":
        page.add_init_script(
            "const get = HTMLCanvasElement.prototype.getContext;"
            "HTMLCanvasElement.prototype.getContext = function (kind, ...more) {"
            " return kind === 'webgl2' ? null : get.call(this, kind, ...more); };"
        )
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto(f"{served[1]}/map")
    page.wait_for_selector(".map-wait", state="hidden")
    page.wait_for_selector(".map-names span")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    painted = page.locator(".map").screenshot()
    page.locator("[data-map=closer]").click()
    page.wait_for_timeout(200)
    assert page.locator(".map").screenshot() != painted
    page.close()
    assert troubles == []
