"""From a ranking to a list that is not all of one kind. Pure.

Versions of one recording are collapsed, neighbours that sound alike are kept apart by one slider
(maximal marginal relevance: J. Carbonell and J. Goldstein, "The use of MMR, diversity-based
reranking for reordering documents and producing summaries", SIGIR 1998), and artists and albums
are limited. What the limits leave over comes after the rest, so that a list is never shorter
for them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from mir.catalogue.briefs import Brief
from mir.catalogue.text import folded
from mir.catalogue.tracks import Track

Listed = Track | Brief
Known = TypeVar("Known", Track, Brief)

_SAME_LENGTH = 2.0  # seconds by which two files of one recording may differ


@dataclass(frozen=True, slots=True)
class Candidate:
    """A track that may be listed; `artist` and `album` are None where nobody names one."""

    track: int
    artist: str | None
    score: float
    album: tuple[str, str] | None = None


def candidate(track: Listed, score: float) -> Candidate:
    """What the limits need to know of a track."""
    return Candidate(track.id, main_artist(track), score, album_key(track))


def main_artist(track: Listed) -> str | None:
    """Whom a listener would name first, in a spelling that can be compared."""
    return folded(track.artists[0]) if track.artists else None


def album_key(track: Listed) -> tuple[str, str] | None:
    """The album with whose it is, in a spelling that can be compared.

    Without an album artist equal titles are taken for one album: most often it is a compilation
    whose tracks name different artists.
    """
    return (folded(track.album), folded(track.album_artist or "")) if track.album else None


def without_versions(
    tracks: Iterable[Known], played: Iterable[Listed], recordings: Mapping[int, int]
) -> list[Known]:
    """The tracks in their order, without those that repeat an earlier one or one of `played`.

    Two tracks repeat one another where `recordings` (track -> recording, as
    `mir.duplicates.recordings` gives it) says so by their sound, or where title and first artist
    agree and their lengths differ by at most two seconds. By name, tracks without an artist
    are never taken for one another: their titles are often only numbers.
    """
    lengths: dict[tuple[str, str], list[float]] = {}
    heard: set[int] = set()

    def is_new(track: Listed) -> bool:
        recording = recordings.get(track.id)
        if recording in heard:
            return False
        if recording is not None:
            heard.add(recording)
        artist = main_artist(track)
        if artist is None:
            return True
        known = lengths.setdefault((artist, folded(track.title)), [])
        if any(abs(track.seconds - seconds) <= _SAME_LENGTH for seconds in known):
            return False
        known.append(track.seconds)
        return True

    for track in played:
        is_new(track)
    return [track for track in tracks if is_new(track)]


def varied(
    scores: NDArray[np.floating], vectors: NDArray[np.floating], variety: float
) -> NDArray[np.int64]:
    """The order (n,) in which maximal marginal relevance takes candidates.

    scores: (n,), falling; vectors: (n, d), of unit length; variety: in [0, 1]. Each time the
    candidate with the highest (1 - variety) * score - variety * (cosine to the nearest of those
    taken) is next, among equals the one that comes first. So the first stays first, 0 keeps the
    order, and 1 asks only for what is unlike all before.
    """
    if not 0 <= variety <= 1:
        raise ValueError(f"a variety of {variety} lies outside 0 to 1")
    order = np.arange(len(scores))
    if variety == 0 or len(scores) < 3:
        return order
    relevance = (1 - variety) * np.asarray(scores, dtype=np.float64)
    nearest = np.full(len(scores), -np.inf)  # cosine to the nearest of those taken
    taken = 0
    for place in range(len(scores)):
        order[place] = taken
        relevance[taken] = -np.inf
        np.maximum(nearest, vectors @ vectors[taken], out=nearest)
        taken = int(np.argmax(relevance - variety * nearest))
    return order


def capped(
    ranking: Sequence[Candidate], per_artist: int | None = None, per_album: int | None = None
) -> tuple[list[Candidate], list[Candidate]]:
    """Those within the limits and those over them, each in the order of the ranking.

    per_artist, per_album: how many of one are within (None: all), at least 1. Unnamed artists and
    albums are all different.
    """
    within: list[Candidate] = []
    over: list[Candidate] = []
    of_artist: Counter[str] = Counter()
    of_album: Counter[tuple[str, str]] = Counter()
    for each in ranking:
        artist, album = each.artist, each.album
        if (per_artist is not None and artist is not None and of_artist[artist] >= per_artist) or (
            per_album is not None and album is not None and of_album[album] >= per_album
        ):
            over.append(each)
            continue
        within.append(each)
        if artist is not None:
            of_artist[artist] += 1
        if album is not None:
            of_album[album] += 1
    return within, over
