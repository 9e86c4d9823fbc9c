"""Which passage of a query and which of a track are nearest, and where they lie. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mir.analysis import FloatArray, Span
from mir.search.why import NearestPassages


@dataclass(frozen=True, slots=True, eq=False)
class Passages:
    """The passages of one recording, in order, and where they lie; no places where unknown."""

    vectors: FloatArray  # (passage, dimension), of unit length
    places: Sequence[Span]  # one for each passage, or none


def nearest(query: Passages | None, track: Passages | None) -> NearestPassages | None:
    """The pair of passages with the highest cosine, of equal ones the earliest in the query.

    None where either has no passages, or it is not known where they lie.
    """
    if not (query and track and query.places and track.places):
        return None
    if len(query.places) != len(query.vectors) or len(track.places) != len(track.vectors):
        return None
    cosines = query.vectors @ track.vectors.T  # (passages of the query, of the track)
    here, there = divmod(int(np.argmax(cosines)), len(track.vectors))
    return NearestPassages(
        query.places[here],
        track.places[there],
        max(-1.0, min(1.0, float(cosines[here, there]))),
        pairs=cosines.size,
    )
