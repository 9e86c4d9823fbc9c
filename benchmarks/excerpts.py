"""Excerpts to ask with: where they are taken from, and the bytes that are asked with.

Three kinds: `anywhere` lies at a random place of a random track; `analysed` lies whole inside
a random one of the stretches that indexing listens to; `unheard` lies whole outside all of them.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from transcoding import encode, read_stereo

from mir.passages import plan_spans

SECONDS = 10.0
BIT_RATE = 64_000
KINDS = ("anywhere", "analysed", "unheard")


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A place in a track: which, and from where on."""

    kind: str
    path: Path
    start: float  # seconds


def draw(lengths: Sequence[tuple[Path, float]], each: int, seed: int) -> list[Excerpt]:
    """Draw `each` excerpts of every kind from (path, seconds) of the tracks long enough.

    Tracks repeat only when there are fewer than `each`.
    """
    rng = random.Random(seed)
    drawn = []
    for kind in KINDS:
        least = SECONDS + 1 if kind != "unheard" else 90.0  # 10 s lie between two passages then
        long_enough = [(path, seconds) for path, seconds in lengths if seconds >= least]
        if not long_enough:
            raise SystemExit(
                f"No track lasts {least:.0f} seconds; name a folder with such a track."
            )
        rounds = -(-each // len(long_enough))
        pool = [track for _ in range(rounds) for track in rng.sample(long_enough, len(long_enough))]
        for path, seconds in pool[:each]:
            drawn.append(Excerpt(kind, path, _start(kind, seconds, rng)))
    return drawn


def clip(excerpt: Excerpt) -> bytes:
    """Return the excerpt as an mp3 of 64 kbit/s; empty if the track has no sound there."""
    samples = read_stereo(excerpt.path, excerpt.start, SECONDS)
    return encode(samples, "mp3", BIT_RATE) if len(samples) else b""


def _start(kind: str, seconds: float, rng: random.Random) -> float:
    if kind == "anywhere" or seconds <= 60:  # such a track is listened to as a whole
        return rng.uniform(0, seconds - SECONDS)
    spans = plan_spans(seconds)
    if kind == "unheard":
        gap = rng.randrange(len(spans) - 1)
        start, end = spans[gap].start + spans[gap].seconds, spans[gap + 1].start
        return rng.uniform(start, end - SECONDS)
    span = rng.choice(spans)
    return rng.uniform(span.start, span.start + span.seconds - SECONDS)
