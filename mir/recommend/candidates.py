"""Which tracks may come for a listener: by centre, further away to explore, and rested ones."""

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from mir.catalogue import briefs
from mir.catalogue.briefs import Brief
from mir.duplicates.recordings import recordings
from mir.engine import Engine, View
from mir.recommend.taste import Taste
from mir.search.variety import Candidate, Listed, main_artist, without_versions
from mir.vectors.index import VectorIndex
from mir.vectors.ranking import WholeRanking

_UNLOVED = 50  # tracks the listener is against whose vectors count
_AGAINST = 0.5  # of how much nearer a track is to something unloved than to the taste
_POOL, _POOL_PER_PLACE = 20, 3  # tracks of a centre that compete for its places
_WIDER = 4
_FURTHER = 10  # times the pool: up to here lies what is explored

Scores = NDArray[np.float32]


class Candidates:
    """Candidates from rows of scores, one row a centre."""

    def __init__(
        self,
        engine: Engine,
        view: View,
        taste: Taste,
        rows: Scores,
        best: Scores,
        permitted: NDArray[np.int64] | None,
        named: Sequence[Brief],
    ) -> None:
        """`rows` (centre, track) and their highest `best` (track,); `permitted` positions.

        `named` are seeds and what is excluded: no further version of them comes.
        """
        self._engine, self._view, self._index, self._taste = engine, view, view.index, taste
        self._rows, self._best, self._permitted, self._named = rows, best, permitted, named
        unloved = [u.track for u in taste.unloved(_UNLOVED) if has(view.index, u.track)]
        self._unloved = view.index.vectors_of(np.array(unloved, dtype=np.int64))

    def lists(
        self, shares: Sequence[float], places: int, without: NDArray[np.int64]
    ) -> tuple[list[list[Candidate]], dict[int, Brief]]:
        """The candidates of each centre, best first, each track in one list; and the tracks."""
        gone = self._index.positions(without)
        factor = 1
        while True:
            chosen: dict[int, int] = {}  # position -> centre
            whole = True
            for k, share in enumerate(shares):
                pool = factor * max(_POOL, _POOL_PER_PLACE * math.ceil(share * places))
                found, _ = WholeRanking(self._rows[k]).best(pool, self._permitted, gone)
                whole = whole and len(found) < pool
                for position in found.tolist():
                    other = chosen.setdefault(position, k)
                    if self._rows[k, position] > self._rows[other, position]:
                        chosen[position] = k
            known = self._tracks(chosen)
            scores = self._adjusted(np.array(list(chosen), dtype=np.int64), known)
            order = sorted(known, key=lambda track: (-scores[track], track))
            distinct = self._distinct([known[track] for track in order], self._named)
            if len(distinct) >= places or whole:
                break
            factor *= _WIDER
        centre = {int(self._index.ids[p]): k for p, k in chosen.items()}
        lists: list[list[Candidate]] = [[] for _ in shares]
        for track in distinct:
            made = Candidate(track.id, main_artist(track), scores[track.id])
            lists[centre[track.id]].append(made)
        return lists, known

    def explored(
        self,
        wanted: int,
        places: int,
        without: NDArray[np.int64],
        known: dict[int, Brief],
        draw: int,
    ) -> list[Candidate]:
        """Tracks that were never played and lie further away, drawn."""
        played = np.array(sorted({*self._taste.standings, *known}), dtype=np.int64)
        gone = self._index.positions(np.union1d(without, played))
        pool = _FURTHER * max(_POOL, _POOL_PER_PLACE * places)
        further, _ = WholeRanking(self._best).best(pool if wanted else 0, self._permitted, gone)
        rng = np.random.default_rng(draw)
        drawn = rng.permutation(further)[: 2 * wanted]
        found = self._tracks(drawn.tolist())
        fresh = self._distinct(list(found.values()), [*self._named, *known.values()])
        fresh = [track for track in fresh if self._taste.of(track) is None][:wanted]
        scores = {int(self._index.ids[p]): float(self._best[p]) for p in drawn.tolist()}
        return [Candidate(track.id, main_artist(track), scores[track.id]) for track in fresh]

    def rested(self, without: NDArray[np.int64]) -> tuple[list[Candidate], dict[int, Brief]]:
        """Tracks that still rest, those first that were heard longest ago; and the tracks."""
        ids = np.setdiff1d(self._taste.resting, without)
        here = self._index.positions(ids)
        if self._permitted is not None:
            here = np.intersect1d(here, self._permitted)
        found = self._tracks(here.tolist())
        standings = self._taste.standings
        order = sorted(found.values(), key=lambda track: (standings[track.id].last, track.id))
        made = [
            Candidate(each.id, main_artist(each), float(self._best[place_of(self._index, each.id)]))
            for each in self._distinct(order, self._named)
        ]
        return made, found

    def _distinct(self, listed: Sequence[Brief], played: Sequence[Listed]) -> list[Brief]:
        """Those that repeat no earlier one and none that was played, each recording once."""
        with self._engine.catalogue.session() as session:
            same = recordings(session, [each.id for each in (*listed, *played)])
        return without_versions(listed, played, same)

    def _tracks(self, positions: Iterable[int]) -> dict[int, Brief]:
        ids = [int(self._index.ids[position]) for position in positions]
        with self._engine.catalogue.session() as session:
            return briefs.get_many(session, ids)

    def _adjusted(self, positions: NDArray[np.int64], known: dict[int, Brief]) -> dict[int, float]:
        """The scores after what speaks against a track; drops from `known` what may not come."""
        ids = self._index.ids[positions]
        scores = self._best[positions].astype(np.float64)
        if len(self._unloved) and len(ids):
            against = (self._index.vectors_of(ids) @ self._unloved.T).max(axis=1)
            scores -= _AGAINST * np.maximum(0.0, against - scores)
        adjusted = {}
        for track, score in zip(ids.tolist(), scores.tolist(), strict=True):
            standing = self._taste.of(known[track]) if track in known else None
            if standing is not None and (standing.disliked or standing.resting):
                del known[track]  # another file of such a recording
            elif track in known:
                adjusted[track] = score - (standing.tired if standing else 0.0)
        return adjusted


def has(index: VectorIndex, track: int) -> bool:
    """Whether the track has a vector in the index."""
    place = place_of(index, track)
    return place < len(index) and int(index.ids[place]) == track


def place_of(index: VectorIndex, track: int) -> int:
    """Where a track that is in the index stands there."""
    return int(np.searchsorted(index.ids, track))
