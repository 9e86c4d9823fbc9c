"""Versions by melody and harmony: several performances of one piece, found among other music.

    python benchmarks/versions.py FOLDER MUSIC [--shortlist 40]

FOLDER keeps the performances that `performances.py` renders from scores (150 MB; the first run
takes ten CPU minutes more) and the chroma of everything. MUSIC is a folder of other music; a
track's package or album is the folder that it lies in. Needs what `tempo_and_key.py` needs.

Every performance is a query; the other performances of its piece are to be found among all
performances and all of MUSIC. Measured are mean average precision, the mean rank of the first
(MR1), and how often the first is right, of four ways: the mean chroma in its best transposition,
which is the baseline; the summary alone; the summary's shortlist in the order of alignment, the
rest behind it; and, for a few queries, the alignment with everything. Intervals are bootstrapped
over pieces.

Then what is called a likely version: how many of the versions, how many others, and the pairs of
MUSIC by name, since nobody has said which of these are versions. Last, whether scores
mean what they say, and what it costs. Set OMP_NUM_THREADS=1.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
from fluidsynth import MissingProgram
from numpy.typing import NDArray
from performances import PERFORMANCES
from version_pool import Pool, read_pool, say

from mir.evaluation import interval, ranking
from mir.versions.alignment import align, strengths
from mir.versions.packing import pack
from mir.versions.significance import LIKELY, score, strength_of
from mir.versions.summary import summary

_SEED = 1
_ALIGNED_WITH_ALL = 12  # queries
_NEIGHBOURS = 10  # of each track of the music that are aligned
_PAIRS = 3_000  # of unrelated recordings of each kind
_SEEN = (
    "bach",
    "ryansMammoth",
    "mozart",
)  # folders in view when the numbers of the room were chosen
_SHARES = (0.9, 0.99, 0.999, 0.9999)


def main() -> None:
    """Render and hear what is missing, compare, print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("music", type=Path)
    parser.add_argument("--shortlist", type=int, default=40)
    options = parser.parse_args()
    try:
        pool = read_pool(options.folder, options.music)
    except MissingProgram as error:
        sys.exit(str(error))
    pieces = len({each.piece for each in pool.performances})
    print(f"{pieces} pieces, {PERFORMANCES} performances each, rendered; {len(pool.names)}")
    print("recordings in all. ± is half a 95 % interval, bootstrapped over pieces.\n")
    near = pool.summaries @ pool.summaries.T
    aligned, listed = _aligned(pool, near, options.shortlist)
    _ranking(pool, near, aligned, listed)
    _likely(pool, aligned, listed)
    _music(pool, near)
    _calibration(pool)
    _cost(pool)


def _shortlist(near: NDArray[np.float32], query: int, count: int) -> NDArray[np.int64]:
    order = np.argsort(-near[query], kind="stable")
    return order[order != query][:count]


def _aligned(
    pool: Pool, near: NDArray[np.float32], count: int
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Strengths (queries, recordings) of the shortlisted, 0 elsewhere; and which these are."""
    shape = (len(pool.queries), len(pool.names))
    aligned, listed = np.zeros(shape), np.zeros(shape, np.bool_)
    for query in pool.queries:
        say(f"aligning {query + 1} of {len(pool.queries)}")
        chosen = _shortlist(near, query, count)
        aligned[query, chosen] = strengths(
            pool.moments[query], [pool.moments[each] for each in chosen]
        )
        listed[query, chosen] = True
    say("")
    return aligned, listed


def _mean_chroma(pool: Pool) -> NDArray[np.float64]:
    """The baseline: cosine of mean chroma, in the best of twelve transpositions."""
    means = np.stack([each.levels.mean(axis=0) for each in pool.chroma])
    means -= means.mean(axis=1, keepdims=True)
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    own = means[: len(pool.queries)]
    turned = [own @ np.roll(means, semitones, axis=1).T for semitones in range(12)]
    return np.max(turned, axis=0)


def _ranking(
    pool: Pool,
    near: NDArray[np.float32],
    aligned: NDArray[np.float64],
    listed: NDArray[np.bool_],
) -> None:
    both = np.where(listed, 10 + aligned, near[: len(pool.queries)])
    queries = np.array(pool.queries)
    unseen = np.array([i for i in queries if not pool.groups[i].startswith(_SEEN)], dtype=np.int64)
    live = queries[PERFORMANCES - 1 :: PERFORMANCES]
    drawn = np.random.default_rng(_SEED).choice(queries, _ALIGNED_WITH_ALL, replace=False)
    everything = np.zeros(near[: len(pool.queries)].shape)
    for query in drawn:
        say(f"aligning {pool.names[query]} with everything")
        everything[query] = strengths(pool.moments[query], pool.moments)
    say("")
    mean = _mean_chroma(pool)
    print("| queries | n | way | MAP | MR1 | first is right |\n|---|---|---|---|---|---|")
    for what, chosen, ways in (
        ("all", queries, ("mean chroma", "summary", "summary, then alignment")),
        ("of pieces unseen before", unseen, ("mean chroma", "summary", "summary, then alignment")),
        ("live", live, ("mean chroma", "summary", "summary, then alignment")),
        ("drawn", np.sort(drawn), ("summary, then alignment", "alignment with everything")),
    ):
        for way in ways:
            scores = {
                "mean chroma": mean,
                "summary": near,
                "summary, then alignment": both,
                "alignment with everything": everything,
            }[way]
            figures = _figures(pool, scores, chosen)
            print(f"| {what} | {len(chosen)} | {way} | {' | '.join(figures)} |")
    same = _same(pool)
    shares = [listed[q][same[q]].mean() for q in queries]
    print(f"\nIn the shortlist: {interval.mean(shares)} of the versions.\n")


def _same(pool: Pool) -> NDArray[np.bool_]:
    """(queries, recordings): other performances of the query's piece."""
    groups = np.array(pool.groups)
    same = groups[: len(pool.queries), None] == groups
    same[np.array(pool.queries), np.array(pool.queries)] = False
    return same


def _figures(
    pool: Pool, scores: NDArray[np.floating], chosen: NDArray[np.int64]
) -> tuple[str, ...]:
    same, rows = _same(pool), []
    for query in chosen:
        order = np.argsort(-scores[query], kind="stable")
        relevant = same[query][order[order != query]]
        first = int(np.argmax(relevant)) + 1
        precision = ranking.average_precision(relevant)
        rows.append((precision if precision is not None else 0.0, first, float(first == 1)))
    table = np.array(rows)
    found = interval.bootstrap(
        lambda positions: table[positions].mean(axis=0),
        [pool.groups[query] for query in chosen],
        np.random.default_rng(_SEED),
    )
    texts = []
    for each, text in zip(found, ("{}", "{:.2f} ± {:.2f}", "{}"), strict=True):
        assert each is not None
        texts.append(text.format(each if text == "{}" else each.value, each.margin))
    return tuple(texts)


def _likely(pool: Pool, aligned: NDArray[np.float64], listed: NDArray[np.bool_]) -> None:
    same, queries = _same(pool), np.array(pool.queries)
    print(
        "| called likely at a score of | versions found | of the shortlisted | others | precision |"
    )
    print("|---|---|---|---|---|")
    for share in (*_SHARES[1:], 0.99999):
        called = aligned >= strength_of(share)
        right, wrong = int((called & same).sum()), int((called & ~same).sum())
        found = interval.proportion(right, int(same.sum()))
        within = interval.proportion(right, int((same & listed).sum()))
        precise = interval.proportion(right, max(1, right + wrong))
        mark = " (used)" if share == LIKELY else ""
        print(f"| {share:g}{mark} | {found} | {within} | {wrong} | {precise} |")
    called = aligned >= strength_of(LIKELY)
    print("\nVersions found, by folder and by how they were performed:")
    folders = np.array([each.piece.split("/")[0] for each in pool.performances])
    for name in dict.fromkeys(folders):
        rows = queries[folders == name]
        print(f"  {name}: {_share(called, same, rows)}")
    changes = sorted({what for each in pool.performances for what in each.changes})
    for what in changes:
        rows = queries[[what in each.changes for each in pool.performances]]
        print(f"  queries with {what}: {_share(called, same, rows)}")
    others = [(aligned[i, j], pool.names[i], pool.names[j]) for i, j in np.argwhere(called & ~same)]
    for strong, one, two in sorted(others, reverse=True)[:20]:
        print(f"  wrong: {strong:.1f} {one} {two}")
    told = [
        (each, pool.performances[i], pool.performances[j])
        for i in queries[::PERFORMANCES]
        for j in np.flatnonzero(called[i] & same[i])
        if (each := align(pool.moments[i], pool.moments[j])) is not None
    ]
    steps = [each.semitones == two.semitones - one.semitones for each, one, two in told]
    tempi = [abs(each.tempo / (two.tempo / one.tempo) - 1) < 0.1 for each, one, two in told]
    print(f"Of {len(told)} found from the plain performance, the interval is right in")
    print(f"{interval.proportion(sum(steps), len(steps))}, the tempo within a tenth in")
    print(f"{interval.proportion(sum(tempi), len(tempi))}.\n")


def _share(
    called: NDArray[np.bool_], same: NDArray[np.bool_], rows: NDArray[np.int64]
) -> interval.Measured:
    return interval.proportion(int((called & same)[rows].sum()), int(same[rows].sum()))


def _music(pool: Pool, near: NDArray[np.float32]) -> None:
    """Likely versions within MUSIC, each pair once, named for a person to judge."""
    first = len(pool.performances)
    inside = near[first:, first:]
    pairs: dict[tuple[int, int], float] = {}
    for row in range(len(inside)):
        say(f"aligning {row + 1} of {len(inside)}")
        chosen = first + _shortlist(inside, row, _NEIGHBOURS)
        found = strengths(pool.moments[first + row], [pool.moments[each] for each in chosen])
        for other, strong in zip(chosen, found, strict=True):
            key = (min(first + row, int(other)), max(first + row, int(other)))
            pairs[key] = float(strong)
    say("")
    called = sorted((k for k, v in pairs.items() if score(v) >= LIKELY), key=lambda k: -pairs[k])
    apart = sum(pool.groups[i] != pool.groups[j] for i, j in called)
    print(f"In {len(inside)} tracks of music, {len(pairs)} pairs of near tracks were aligned:")
    print(f"{len(called)} are called likely versions, {apart} of them between two packages.")
    for i, j in called:
        each = align(pool.moments[i], pool.moments[j])
        assert each is not None
        one, two = each.first, each.second
        print(
            f"  {each.strength:.1f} {one.start:.0f}-{one.end:.0f} s, {two.start:.0f}-{two.end:.0f}"
            f" s, {each.semitones:+d}, x{each.tempo:.2f}: {pool.names[i]} | {pool.names[j]}"
        )
    print()


def _calibration(pool: Pool) -> None:
    """How many unrelated pairs reach a score, beside how many it says."""
    rng = np.random.default_rng(_SEED + 1)
    first = len(pool.performances)
    kinds = {
        "performances of two pieces": (0, first),
        "music of two packages": (first, len(pool.names)),
    }
    print("| unrelated pairs | n | " + " | ".join(f"from {each:g}" for each in _SHARES) + " |")
    print("|---|---|" + "---|" * len(_SHARES))
    for name, (low, high) in kinds.items():
        found: list[float] = []
        while len(found) < _PAIRS:
            query = int(rng.integers(low, high))
            chosen = rng.integers(low, high, 60)
            apart = [i for i in chosen if pool.groups[i] != pool.groups[query]]
            found += strengths(pool.moments[query], [pool.moments[i] for i in apart]).tolist()
        shares = [np.mean([score(each) >= share for each in found]) for share in _SHARES]
        print(f"| {name} | {len(found)} | " + " | ".join(f"{each:.4f}" for each in shares) + " |")
    print("What the scores say: " + ", ".join(f"{1 - each:.4f}" for each in _SHARES) + ".\n")


def _cost(pool: Pool) -> None:
    lengths = [len(each.levels) for each in pool.chroma]
    long = [pool.moments[i] for i in np.argsort(lengths)[-21:]]
    begin = time.process_time()
    strengths(long[0], long[1:])
    a_pair = (time.process_time() - begin) / 20
    begin = time.process_time()
    for one, two in zip(long[:10], long[10:20], strict=True):
        align(one, two)
    told = (time.process_time() - begin) / 10
    begin = time.process_time()
    for each in pool.chroma[-100:]:
        summary(each)
    summed = (time.process_time() - begin) / 100
    size = sum(len(pack(each)) for each in pool.chroma) / sum(lengths) * 120
    seconds = f"{max(lengths) / 2:.0f} s"
    print(f"Two recordings of {seconds}: {1e3 * a_pair:.1f} ms a pair for the strength,")
    print(f"{1e3 * told:.1f} ms with its evidence; a summary {1e3 * summed:.2f} ms;")
    print(f"{size:.0f} bytes for a minute of chroma.")


if __name__ == "__main__":
    main()
