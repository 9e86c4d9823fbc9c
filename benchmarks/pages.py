"""What long lists and the map cost in 100,000 tracks: pages of a list, and frames in a browser.

    python benchmarks/pages.py [--tracks 100000] [--seed 1]

A made-up library (`scale_library.py`). Pages of fifty tracks from drawn places of the list, in turn
by the order that is kept (`mir.search.browse`) and by OFFSET alone (`mir.catalogue.tracks.page`),
the older way. Then Chromium, without a graphics card, scrolls the list and drags the map by a step
a frame, each beside the same with 1,000 tracks: milliseconds between two frames.
"""

import argparse
import os
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright
from scale_library import engine_at, fill, made_up_vectors

from mir.catalogue import tracks
from mir.engine import Engine
from mir.map.library import make
from mir.search.browse import browse
from web.serve import start

PAGE, PAGES, FRAMES = 50, 60, 120
CHROMIUM = "/usr/bin/chromium"
_FRAMES = """([frames, kind]) => new Promise((done) => {
  const map = document.querySelector(".map canvas");
  const times = [];
  const step = (now) => {
    times.push(now);
    if (times.length > frames) {
      done(times.slice(1).map((time, n) => time - times[n]));
      return;
    }
    if (kind === "list") scrollBy(0, 120);
    else {
      const at = { bubbles: true, pointerId: 1, clientX: 600 + 40 * Math.sin(times.length / 5), clientY: 400 };
      map.dispatchEvent(new PointerEvent("pointermove", at));
    }
    requestAnimationFrame(step);
  };
  if (map) {
    map.setPointerCapture = () => {};
    map.dispatchEvent(new PointerEvent("pointerdown", { pointerId: 1, clientX: 600, clientY: 400 }));
  }
  requestAnimationFrame(step);
})"""  # noqa: E501 (a script)


def listed(engine: Engine, count: int, draw: np.random.Generator) -> None:
    """Time pages of the list both ways, in turn, and print them."""
    browse(engine, limit=PAGE)  # what is kept is read once
    spent: dict[str, list[float]] = {"kept order": [], "OFFSET": []}
    for offset in draw.integers(0, count - PAGE, PAGES).tolist():
        began = time.perf_counter()
        kept = browse(engine, offset=offset, limit=PAGE)
        between = time.perf_counter()
        with engine.catalogue.session() as session:
            older = tracks.page(session, offset=offset, limit=PAGE)
        spent["kept order"].append(between - began)
        spent["OFFSET"].append(time.perf_counter() - between)
        assert [track.id for track in kept.items] == [track.id for track in older.items]
    for way, seconds in spent.items():
        print(f"| a page of {count:,}, {way} | {told(seconds)} |")
    ratio = np.array(spent["OFFSET"]) / np.array(spent["kept order"])
    print(f"OFFSET takes {np.median(ratio):.1f} times as long (median of {PAGES})")


def told(seconds: list[float]) -> str:
    """The median and p95 of times in milliseconds."""
    p50, p95 = np.quantile(np.array(seconds) * 1000, [0.5, 0.95])
    return f"{p50:.1f} / {p95:.1f}"


def frames(page: Page, url: str, kind: str) -> list[float]:
    """Seconds between frames while that page is moved."""
    page.goto(url + {"list": "/browse/tracks", "map": "/map"}[kind])
    page.wait_for_selector(
        {"list": ".windowed", "map": ".map-wait[hidden]"}[kind], state="attached"
    )
    page.wait_for_timeout(1000)
    found: list[float] = page.evaluate(_FRAMES, [FRAMES, kind])
    return [milliseconds / 1000 for milliseconds in found]


def main() -> int:
    """Fill, ask and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tracks", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    draw = np.random.default_rng(arguments.seed)
    print("| what | ms p50 / p95 |\n|---|---|")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for count in (1_000, arguments.tracks):
            home = Path(folder) / str(count)
            home.mkdir()
            fill(home, *made_up_vectors(count, draw))
            with engine_at(home) as engine:
                engine.settings = replace(engine.settings, port=0)
                listed(engine, count, draw)
                make(engine)
                server = start(engine)
                page = browser.new_page(viewport={"width": 1200, "height": 800})
                for kind in ("list", "map"):
                    seconds = frames(page, server.url, kind)
                    print(f"| a frame of the {kind}, {count:,} | {told(seconds)} |")
                page.close()
                server.stop()
        browser.close()
    print(f"load {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
