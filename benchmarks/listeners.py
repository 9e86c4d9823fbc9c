"""How well recommendations foretell what SIMULATED listeners play next.

    python benchmarks/listeners.py [--tracks 20000] [--listeners 40] [--plays 300] [--seed 1]
        [--popular 1] [--shared 0]

No listener here is real: the figures say whether the machinery finds the tastes that the simulation
puts in, and nothing about people. With `--shared 0` they go by sound alone, which favours any way
that does; what they share then follows from sound and popularity.

- The library is that of `scale_library.py`: made-up vectors in genres, styles, artists and albums.
- A listener has one to four interests, each a track of the library, with drawn shares; half-way
  through the year one of them is given up for a new one.
- Three of ten plays repeat an earlier track. Of the others one in ten is any track of the library,
  and the rest are drawn among the 300 nearest to an interest, by popularity: tracks are popular by
  Zipf's law with exponent 0.8, independently of sound.
- Beyond sound: eight listeners make a circle, and a circle has 200 tracks of its own, any tracks of
  the library, loved by Zipf's law with exponent 0.8. `--shared` is the share of plays, of those
  that neither repeat nor are any track, that are drawn from the circle's, not from an interest.
- A play of an interest or of a circle is a listen of 60 to 100 % (one in eight a like), any other
  track is skipped in six of ten cases.

It is judged as `mir evaluate recommend` does (`mir.recommend.judging`). `--popular` is how far
popularity decides: 0 not at all, 1 as said above.
"""

import argparse
import os
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from scale_library import engine_at, fill, made_up_vectors

from mir.catalogue import plays
from mir.catalogue.plays import NewPlay
from mir.engine import Engine
from mir.evaluation.report import Report
from mir.recommend.judging import judge

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
_NEAREST, _REPEATS, _ANYTHING, _SKIPS, _LIKES = 300, 0.3, 0.1, 0.6, 0.125
_ZIPF = 0.8
_IN_A_CIRCLE, _OF_A_CIRCLE = 8, 200  # listeners, tracks


def simulate(
    engine: Engine,
    name: str,
    count: int,
    popularity: np.ndarray,
    circle: np.ndarray,
    shared: float,
    draw: np.random.Generator,
) -> None:
    """Record a year of plays of one simulated listener; `popularity` is by track id from 1.

    `circle` are the tracks (ids) of the listener's circle, the most loved first, and `shared` the
    share of plays that are drawn from them.
    """
    index = engine.index()
    interests = int(draw.integers(1, 5))
    loved = draw.choice(index.ids, interests + 1)
    near = [index.search(vector, _NEAREST)[0] for vector in index.vectors_of(loved)]
    shares = draw.dirichlet(np.full(interests, 2.0))
    ages = np.sort(draw.uniform(0, 365, count))[::-1]
    sent: list[NewPlay] = []
    for number, age in enumerate(ages.tolist()):
        kind, seconds = "listen", 180.0 * draw.uniform(0.6, 1.0)
        if sent and draw.random() < _REPEATS:
            track = sent[int(draw.integers(len(sent)))].track
        elif draw.random() < _ANYTHING:
            track = int(draw.choice(index.ids))
            kind = "skip" if draw.random() < _SKIPS else kind
        elif draw.random() < shared:
            loved_there = np.arange(1, len(circle) + 1) ** -_ZIPF
            track = int(draw.choice(circle, p=loved_there / loved_there.sum()))
            kind = "like" if draw.random() < _LIKES else kind
        else:
            interest = int(draw.choice(interests, p=shares))
            if interest == 0 and number > count // 2:
                interest = interests  # the new one
            weight = popularity[near[interest] - 1]
            track = int(draw.choice(near[interest], p=weight / weight.sum()))
            kind = "like" if draw.random() < _LIKES else kind
        heard = 10.0 if kind == "skip" else seconds
        sent.append(NewPlay(track, kind, NOW - timedelta(days=age), name, heard))  # type: ignore[arg-type]
    with engine.catalogue.session() as session:
        plays.record(session, sent, NOW)


def main() -> int:
    """Simulate, judge and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tracks", type=int, default=20_000)
    parser.add_argument("--listeners", type=int, default=40)
    parser.add_argument("--plays", type=int, default=300)
    parser.add_argument("--popular", type=float, default=1.0)
    parser.add_argument("--shared", type=float, default=0.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--scratch", type=Path)
    arguments = parser.parse_args()
    draw = np.random.default_rng(arguments.seed)
    with tempfile.TemporaryDirectory(dir=arguments.scratch) as folder:
        vectors, genre = made_up_vectors(arguments.tracks, draw)
        fill(Path(folder), vectors, genre)
        ranks = draw.permutation(arguments.tracks) + 1.0
        popularity = ranks ** (-_ZIPF * arguments.popular)
        circles = [
            draw.choice(arguments.tracks, _OF_A_CIRCLE, replace=False) + 1
            for _ in range(max(2, arguments.listeners // _IN_A_CIRCLE))
        ]
        with engine_at(Path(folder)) as engine:
            for number in range(arguments.listeners):
                circle = circles[number % len(circles)]
                name = f"simulated {number}"
                simulate(engine, name, arguments.plays, popularity, circle, arguments.shared, draw)
            tables = judge(engine, draw)
    print(Report("SIMULATED listeners", {"seed": arguments.seed}, tables).as_markdown())
    print(f"load {os.getloadavg()[0]:.1f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
