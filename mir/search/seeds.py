"""What a question starts from: tracks, artists and albums that are meant, tracks that are not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from mir.catalogue import briefs, makers, tracks
from mir.catalogue.briefs import Brief
from mir.engine import Engine, View
from mir.errors import InvalidQuery, NotFound
from mir.search.explain import between
from mir.search.hits import Hit, make_hits
from mir.search.variety import Candidate
from mir.vectors.index import VectorIndex
from mir.vectors.ranking import Query, Ranking
from mir.vectors.rows import Vectors

MOST_SEEDS = 100
NEAREST_SEED = 0.5  # weight of the nearest seed against the mean of all
_MOST_OF_ONE = 20  # tracks that speak for an artist or an album: each costs a pass over the library


@dataclass(frozen=True, slots=True)
class Seeds:
    """What is asked for: like these tracks (ids), artists and albums, and not like `unlike`."""

    tracks: tuple[int, ...] = ()
    artists: tuple[str, ...] = ()
    albums: tuple[str, ...] = ()
    unlike: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Start:
    """Seeds as they are compared; what a question starts from is never an answer to it."""

    liked: tuple[int, ...]  # ids; the last one named is last
    vectors: Vectors  # (liked, dimension)
    query: Query
    known: dict[int, Brief]  # every track that the seeds name, by id

    def hits(
        self, engine: Engine, view: View, listed: Sequence[Candidate], ranking: Ranking
    ) -> tuple[Hit, ...]:
        """The hits for what is listed, compared with the nearest liked track."""
        ids = np.array([each.track for each in listed], dtype=np.int64)
        nearest = (view.index.vectors_of(ids) @ self.vectors.T).argmax(axis=1)
        seed = {t: self.liked[n] for t, n in zip(ids.tolist(), nearest.tolist(), strict=True)}
        with engine.catalogue.session() as session:
            known = tracks.get_many(session, (*seed, *seed.values()), view.model_id)
            pairs = {t: (known[s], known[t]) for t, s in seed.items() if {s, t} <= known.keys()}
            told = between(session, view.model_id, list(pairs.values()))
        return make_hits(
            [(each.track, each.score) for each in listed],
            known,
            ranking,
            others=self.others(view.index),
            why=dict(zip(pairs, told, strict=True)),
        )

    def others(self, index: VectorIndex) -> int:
        """How many tracks there are beside the liked ones and a hit."""
        return len(index) - len(self.liked) - 1


def start(engine: Engine, seeds: Seeds, view: View) -> Start:
    """What the seeds mean in this library.

    The score of several is half the cosine to the nearest and half the mean of the cosines to
    all: with the mean alone, seeds of two kinds would bring what lies between and is neither.
    Half the cosine to the nearest of `unlike` is taken off. For an artist or an album with
    many tracks twenty speak, evenly spaced by id.

    Raises NotFound for a track, artist or album that is not in the library, and for one without
    a vector; InvalidQuery for no seeds or more than `MOST_SEEDS`, and for an album title that
    several artists have.
    """
    named = len(seeds.tracks) + len(seeds.artists) + len(seeds.albums)
    if not named or named + len(seeds.unlike) > MOST_SEEDS:
        raise InvalidQuery(
            f"{named + len(seeds.unlike)} seeds were given; name 1 to {MOST_SEEDS} tracks."
            if named
            else "0 seeds were given; name a track, an artist or an album to start from."
        )
    with engine.catalogue.session() as session:
        groups = [makers.tracks_by(session, name) for name in seeds.artists]
        groups += [makers.tracks_on(session, name) for name in seeds.albums]
        asked = [*(int(i) for group in groups for i in group), *seeds.tracks, *seeds.unlike]
        known = briefs.get_many(session, asked)
    for track in (*seeds.tracks, *seeds.unlike):
        if track not in known:
            raise NotFound(f"There is no track {track}; list the tracks with `mir tracks`.")
    liked: list[int] = []
    for name, group in zip((*seeds.artists, *seeds.albums), groups, strict=True):
        heard = view.index.ids[view.index.positions(group)]
        if not len(heard):
            raise NotFound(f"No track of {name!r} has been heard yet; run `mir index`.")
        liked += _spread(heard.tolist(), _MOST_OF_ONE)
    liked = list(dict.fromkeys([*liked, *seeds.tracks]))
    vectors = view.index.vectors_of(np.array(liked, dtype=np.int64))
    unlike = view.index.vectors_of(np.array(seeds.unlike, dtype=np.int64)) if seeds.unlike else None
    return Start(tuple(liked), vectors, Query(vectors, NEAREST_SEED, unlike), known)


def _spread(ids: Sequence[int], most: int) -> list[int]:
    """At most so many of the ids, evenly spaced."""
    if len(ids) <= most:
        return list(ids)
    return [ids[n * len(ids) // most] for n in range(most)]
