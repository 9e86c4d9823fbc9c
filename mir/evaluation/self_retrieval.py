"""Does an excerpt of a track find the track? Self-retrieval, from parts that were not analysed.

Of each test track of 84 seconds or more ten seconds are heard that lie between the first two
passages which analysis hears. Of a shorter one at least a part of any excerpt was analysed; there
the middle is heard, up to ten seconds and at most half of it, and the figure says how often
the model knows what it has heard rather than what it has not. Both are counted apart. The
excerpt is looked for by cosine among the vectors of all tracks of the set.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mir.audio.decode import Span
from mir.evaluation import interval
from mir.evaluation.hearing import HeardSet
from mir.evaluation.labelled import Item
from mir.evaluation.report import Cell, Row, Table
from mir.passages import plan_spans

SECONDS = 10.0
WITHIN = (1, 10)

Floats = NDArray[np.floating]


@dataclass(frozen=True, slots=True, eq=False)
class Sought:
    """One kind of vectors: those of all tracks (n, d) and those of the excerpts (q, d)."""

    tracks: Floats
    excerpts: Floats


@dataclass(frozen=True, slots=True)
class Place:
    """Where an excerpt is taken from, and whether analysis has heard that part."""

    item: Item
    span: Span
    analysed: bool


def place_in(item: Item, seconds: float) -> Place:
    """Choose the excerpt of a track that lasts `seconds`."""
    spans = plan_spans(seconds)
    if len(spans) > 1:
        gap_start = spans[0].start + spans[0].seconds
        gap = spans[1].start - gap_start
        if gap >= SECONDS:
            return Place(item, Span(gap_start + (gap - SECONDS) / 2, SECONDS), analysed=False)
    length = min(SECONDS, seconds / 2)
    return Place(item, Span((seconds - length) / 2, length), analysed=True)


def places(heard_set: HeardSet) -> tuple[Place, ...]:
    """Choose the excerpts of the test tracks that are long enough to be heard in part."""
    return tuple(
        place_in(item, heard.seconds)
        for item, heard in zip(heard_set.items, heard_set.heard, strict=True)
        if item.split == "test" and heard.seconds >= 2.0
    )


def ranks_of_own(sought: Sought, own: Sequence[int] | NDArray[np.int64]) -> NDArray[np.int64]:
    """Rank, from 1, of each excerpt's own track by cosine; `own` are positions of tracks (q,).

    Of equal scores those of earlier tracks come first.
    """
    tracks = sought.tracks / np.linalg.norm(sought.tracks, axis=1, keepdims=True)
    found = []
    for vector, position in zip(sought.excerpts, own, strict=True):
        scores = tracks @ vector
        before = np.arange(len(scores)) < position
        mine = scores[position]
        found.append(1 + int(np.sum((scores > mine) | ((scores == mine) & before))))
    return np.array(found, np.int64)


def self_retrieval_table(
    name: str,
    items: Sequence[Item],
    asked: Sequence[Place],
    kinds: Mapping[str, Sought],
) -> Table:
    """Judge each kind of vectors; `asked` are the excerpts, in the order of their vectors."""
    position = {item.path: i for i, item in enumerate(items)}
    own = np.array([position[place.item.path] for place in asked], np.int64)
    analysed = np.array([place.analysed for place in asked], np.bool_)
    rows = []
    for kind, sought in kinds.items():
        found = ranks_of_own(sought, own)
        cells: dict[str, Cell] = {}
        for title, chosen in (("unheard", ~analysed), ("heard", analysed)):
            for k in WITHIN:
                right, n = int(np.sum(found[chosen] <= k)), int(chosen.sum())
                cells[f"{title} @{k}"] = interval.proportion(right, n) if n else None
        rows.append(Row(kind, cells))
    return Table(
        f"{name}: {len(asked)} excerpts looked for among {len(items)} tracks",
        "vectors",
        tuple(rows),
        f"Share of excerpts whose own track is first (@1) or among ten (@10), ± half Wilson's 95 % "
        f"interval. Unheard: {int((~analysed).sum())} excerpts of 10 s that no analysed part "
        f"holds. Heard: {int(analysed.sum())} of tracks under 84 s, from within what was analysed, "
        "up to 10 s and at most half of the track.",
    )
