"""What feels like a point between calm and energetic, dark and bright: nearest first."""

import math
from dataclasses import dataclass

import numpy as np

from mir.catalogue import hearings, tracks
from mir.catalogue.filters import Filter
from mir.catalogue.hearings import Feelings
from mir.catalogue.revision import writes_but_plays
from mir.catalogue.tracks import Track
from mir.engine import Engine, View
from mir.errors import InvalidQuery
from mir.search.allowed import allowed
from mir.search.cut import cut
from mir.search.hits import Hit, make_hits
from mir.search.listing import Listing
from mir.search.why import Why
from mir.vectors.index import VectorIndex
from mir.vectors.ranking import WholeRanking
from mir.vectors.rows import Positions, Scores

UNKNOWN = -2.0  # the score of a track of which the model told no feeling: below all others


@dataclass(frozen=True, slots=True)
class Point:
    """A place on both axes, in [-1, 1], as `mir.analysis.Hearing` has them; InvalidQuery."""

    arousal: float  # from calm to energetic
    valence: float  # from dark to bright

    def __post_init__(self) -> None:
        """Check both values."""
        for name, value in (("energy", self.arousal), ("brightness", self.valence)):
            if not -1 <= value <= 1:  # nor is NaN
                raise InvalidQuery(f"The {name} {value} lies outside -1 to 1; correct it.")


def near_mood(
    engine: Engine, point: Point, filter: Filter | None = None, listing: Listing | None = None
) -> tuple[Hit, ...]:
    """The tracks that feel most like the point, as the listing cuts them; exact in any library.

    A hit's score is 1 less the distance to the point divided by the square root of 2: 1 at the
    point, 0 as far away as the middle is from a corner, -1 in the corner opposite to one. Equal
    ones are in order of track id. Tracks of which the model does not tell both axes never come;
    in `Hit.similarity` they count as less near. A recording comes once.

    Raises InvalidQuery for a filter that names no genre, and where no track has a feeling.
    """
    listing = listing or Listing()
    view = engine.view()
    permitted = allowed(engine, filter, view.model_id)
    scores = nearness(view.index, feelings_of(engine, view), point)
    told = scores > UNKNOWN
    if len(scores) and not told.any():
        raise InvalidQuery(
            "The model of this library does not tell how calm or bright a track is; "
            "`mir model list` shows others."
        )
    if permitted is not None:
        passing = np.zeros(len(scores), dtype=bool)
        passing[view.index.positions(permitted)] = True
        told &= passing
    ranking, others = WholeRanking(scores), len(scores) - 1
    none: Positions = np.empty(0, dtype=np.int64)
    listed = cut(engine, view, ranking, np.flatnonzero(told), none, (), others, listing)
    with engine.catalogue.session() as session:
        found = tracks.get_many(session, [each.track for each in listed], view.model_id)
    return make_hits(
        [(each.track, each.score) for each in listed],
        found,
        ranking,
        others,
        why={track.id: Why(notes=apart(point, track)) for track in found.values()},
    )


def feelings_of(engine: Engine, view: View) -> Feelings:
    """Where all tracks lie; remembered until something other than plays is written."""
    with engine.catalogue.session() as session:
        key = (writes_but_plays(session), view.model_id)
        return engine.feelings.get(key, lambda: hearings.feelings(session, view.model_id))


def nearness(index: VectorIndex, feelings: Feelings, point: Point) -> Scores:
    """Score of every track of the index as `near_mood` has it, aligned with its ids: (n,).

    It is `UNKNOWN` for a track of which the model told no feeling.
    """
    scores = np.full(len(index), UNKNOWN, dtype=np.float32)
    if len(index):
        distances = np.sqrt(  # eight times as fast as hypot
            (feelings.arousal - point.arousal) ** 2 + (feelings.valence - point.valence) ** 2
        )
        places = np.minimum(np.searchsorted(index.ids, feelings.ids), len(index) - 1)
        here = index.ids[places] == feelings.ids
        scores[places[here]] = 1 - distances[here] / math.sqrt(2)
    return scores


def apart(point: Point, track: Track) -> tuple[str, ...]:
    """Where the track lies and what was asked, in words; empty where it is not known."""
    axes = (("energy", track.arousal, point.arousal), ("brightness", track.valence, point.valence))
    return tuple(
        f"{name} {_shown(lies)} where {_shown(asked)} was asked"
        for name, lies, asked in axes
        if lies is not None
    )


def _shown(value: float) -> str:
    return f"{round(value, 2) + 0.0:.2f}"  # no minus before 0.00
