"""What to play next, from one or several tracks that were liked."""

from collections.abc import Sequence

import numpy as np

from mir.catalogue import tracks
from mir.catalogue.filters import Filter
from mir.engine import Engine
from mir.errors import InvalidQuery, NotFound
from mir.recommend.rerank import Candidate, listenable, main_artist, without_versions
from mir.search.allowed import allowed, check_count
from mir.search.explain import portrait_of_track, reasons
from mir.search.hits import Hit, make_hits
from mir.vectors.ranking import Query

MOST_SEEDS = 100
_NEAREST_SEED = 0.5  # weight of the nearest seed against the mean of all, see next_tracks
_POOL = 200  # tracks that compete for a place, at least
_POOL_PER_PLACE = 4
_WIDER = 4


def next_tracks(
    engine: Engine,
    seeds: Sequence[int],
    count: int = 10,
    filter: Filter | None = None,
    exclude: Sequence[int] = (),
) -> tuple[Hit, ...]:
    """`count` tracks to play after the seeds (track ids), in the order to play them.

    A hit's score is half its cosine to the nearest seed and half the mean of its cosines to
    all: with the mean alone, seeds of two kinds would bring what lies between and is neither.
    Reasons speak of the nearest seed.

    No seed, none of `exclude` and no further version of either is among them, none comes
    twice, and artists are limited and kept apart (see `listenable`), so that scores need not
    fall. Fewer than `count` come back only when fewer qualify.

    Raises NotFound for a seed that is not in the library or has no vector, InvalidQuery for no
    seeds or too many, a count out of range, an unknown genre.
    """
    check_count(count)
    seeds = list(dict.fromkeys(seeds))
    if not 1 <= len(seeds) <= MOST_SEEDS:
        raise InvalidQuery(f"{len(seeds)} seeds were given; name 1 to {MOST_SEEDS} tracks.")
    view = engine.view()
    index = view.index
    permitted = allowed(engine, filter, view.model_id)
    with engine.catalogue.session() as session:
        known = tracks.get_many(session, [*seeds, *exclude], view.model_id)
    unknown = [seed for seed in seeds if seed not in known]
    if unknown:
        raise NotFound(f"There is no track {unknown[0]}; list the tracks with `mir tracks`.")

    liked = index.vectors_of(np.array(seeds, dtype=np.int64))  # (m, dimension)
    ranking = index.rank(Query(liked, _NEAREST_SEED))
    positions = None if permitted is None else index.positions(permitted)
    played = index.positions(np.unique(np.array([*seeds, *exclude], dtype=np.int64)))

    pool = max(_POOL, _POOL_PER_PLACE * count)
    while True:
        chosen, scores = ranking.best(pool, positions, without=played)
        ids = index.ids[chosen].tolist()
        with engine.catalogue.session() as session:
            found = tracks.get_many(session, ids, view.model_id)
        distinct = without_versions(found.values(), played=known.values())
        if len(distinct) >= count or len(chosen) < pool:
            break
        pool *= _WIDER

    nearest_seed = (index.vectors_of(index.ids[chosen]) @ liked.T).argmax(axis=1)
    score = dict(zip(ids, scores.tolist(), strict=True))
    nearest = dict(zip(ids, nearest_seed.tolist(), strict=True))
    candidates = [Candidate(each.id, main_artist(each), score[each.id]) for each in distinct]
    listed = listenable(candidates, count, after=main_artist(known[seeds[-1]]))
    portraits = [portrait_of_track(known[seed]) for seed in seeds]
    return make_hits(
        [(candidate.track, candidate.score) for candidate in listed],
        found,
        ranking,
        others=len(index) - len(seeds) - 1,
        why=lambda track: reasons(portraits[nearest[track.id]], portrait_of_track(track)),
    )
