"""Would it have recommended what was played next? Judged on the library's own plays, by time.

Each listener's tracks are cut at five moments: from what was played before, each way recommends
`K` tracks that the listener had not played; relevant are the new tracks that were liked, or heard
for the better part, until the next cut. Plays after a cut, of anybody, are not known before it.
Repeats do not count: to recommend what is played daily is no art.
"""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from mir.catalogue import plays, tracks
from mir.engine import Engine
from mir.errors import InvalidQuery
from mir.evaluation import interval
from mir.evaluation.interval import Measured
from mir.evaluation.recommending import artist_diversity, hit, ndcg, novelty, reciprocal_rank
from mir.evaluation.report import Cell, Row, Table
from mir.recommend.cases import LEAST_KNOWN, Case, K, cases_of
from mir.recommend.ways import listening_of, opinion_at, ways
from mir.search.variety import main_artist

_MOST_PLAYS = 100_000  # of one listener
_MOST_BITS = 64.0
_MEASURES = (f"hit@{K}", f"nDCG@{K}", "MRR")


def judge(engine: Engine, rng: np.random.Generator) -> tuple[Table, Table]:
    """How well each way recommends to the listeners of the library, and by how much mir is better.

    Raises InvalidQuery where no listener has played enough.
    """
    with engine.catalogue.session() as session:
        histories = {
            name: plays.history(session, name, _MOST_PLAYS)[::-1]
            for name in plays.listeners(session)
        }
        total = tracks.count(session)
    cases = cases_of(histories)
    if not cases:
        raise InvalidQuery(
            f"No listener has played enough to be judged by: {LEAST_KNOWN} tracks, and others "
            "after them; send plays to POST /api/v1/plays."
        )
    everything = listening_of(histories)
    opinions = [opinion_at(everything, case) for case in cases]
    asked = list(zip(cases, opinions, strict=True))
    lists = {
        name: [list(way(*each))[:K] for each in asked] for name, way in ways(engine, rng).items()
    }
    rows = tuple(Row(name, _figures(engine, cases, each, total)) for name, each in lists.items())
    listeners = len({case.listener for case in cases})
    figures = Table(
        f"{len(cases)} moments of {listeners} listeners among {total} tracks",
        "way",
        rows,
        f"Only tracks that the listener had not played count. hit: one of {K} was played until the "
        "next moment; novelty in bits; artists: different ones by track; ± is a 95 % interval "
        "over the moments, which are taken as independent (those of one listener are not quite).",
    )
    return figures, _lead(cases, lists, rng)


def _lead(
    cases: Sequence[Case], lists: Mapping[str, Sequence[Sequence[int]]], rng: np.random.Generator
) -> Table:
    """By how much the last way is better than each other, moment by moment."""
    gains = {
        name: np.array([_gains(case, each) for case, each in zip(cases, found, strict=True)])
        for name, found in lists.items()
    }
    best = list(lists)[-1]
    makers = [f"listener {case.listener}" for case in cases]  # no name is empty
    rows = []
    for name in list(lists)[:-1]:
        ahead = gains[best] - gains[name]  # (moment, measure)
        found = interval.bootstrap(partial(_mean_of, ahead), makers, rng)
        cells: dict[str, Cell] = dict(zip(_MEASURES, found, strict=True))
        rows.append(Row(name, cells | {"ahead": _verdict(found)}))
    return Table(
        f"{best} less each other way",
        "way",
        tuple(rows),
        "The mean difference over the moments, with 95 % intervals by drawing listeners anew "
        "(bootstrap); ahead: the measures whose interval lies above 0, behind: below.",
    )


def _gains(case: Case, found: Sequence[int]) -> tuple[float, float, float]:
    relevant = case.relevant
    return (
        float(hit(found, relevant)),
        ndcg(found, relevant, K),
        reciprocal_rank(found, relevant),
    )


def _mean_of(ahead: NDArray[np.float64], chosen: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(ahead[chosen].mean(axis=0))


def _verdict(found: Sequence[Measured | None]) -> str:
    pairs = [(name, each) for name, each in zip(_MEASURES, found, strict=True) if each is not None]
    ahead = [name for name, each in pairs if each.low > 0]
    behind = [f"behind {name}" for name, each in pairs if each.high < 0]
    return ", ".join([*ahead, *behind]) or "-"


def _figures(
    engine: Engine, cases: Sequence[Case], lists: Sequence[Sequence[int]], total: int
) -> dict[str, Cell]:
    """The figures of one way, from its list for each case."""
    named = {track for each in lists for track in each}
    with engine.catalogue.session() as session:
        artists = {
            found.id: main_artist(found) for found in tracks.get_many(session, named).values()
        }
    pairs = list(zip(cases, lists, strict=True))
    filled = [(case, each) for case, each in pairs if each]
    bits = [novelty(each, case.played, total) for case, each in filled]
    varied = [artist_diversity([artists.get(track) for track in each]) for _, each in filled]
    return {
        f"hit@{K}": interval.proportion(sum(hit(e, c.relevant) for c, e in pairs), len(pairs)),
        f"nDCG@{K}": interval.mean([ndcg(e, c.relevant, K) for c, e in pairs]),
        "MRR": interval.mean([reciprocal_rank(e, c.relevant) for c, e in pairs]),
        "coverage": len(named) / max(1, total),
        "novelty": interval.mean(bits, high=_MOST_BITS) if bits else None,
        "artists": interval.mean(varied) if varied else None,
    }
