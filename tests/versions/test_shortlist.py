"""The shortlist: nearest summaries first, whatever all of them have in common."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from mir.versions.shortlist import Shortlist
from mir.versions.summary import dimension, summary
from tests.versions.played import faster, sequence, transposed


@given(st.integers(0, 30), st.integers(0, 40), st.integers(0, 9))
def test_it_gives_the_nearest_each_once(count: int, wanted: int, seed: int) -> None:
    drawn = np.random.default_rng(seed)
    ids = drawn.permutation(100)[:count].astype(np.int64)
    summaries = drawn.random((count, 8), np.float32) + 5  # all have much in common
    shortlist = Shortlist(ids, summaries)
    assert len(shortlist) == count
    query = summaries[0] if count else np.ones(8, np.float32)
    found = shortlist.nearest(query, wanted)
    assert len(found) == len(set(found.tolist())) == min(count, wanted)
    if count > 1 and wanted:
        assert found[0] == ids[0]
        centred = summaries - summaries.mean(axis=0)
        cosines = dict(
            zip(
                ids.tolist(),
                centred @ centred[0] / np.linalg.norm(centred, axis=1),
                strict=True,
            )
        )
        told = [cosines[i] for i in found.tolist()]
        assert all(a >= b - 1e-5 for a, b in pairwise(told))
        left_out = set(cosines) - set(found.tolist())
        assert all(cosines[i] <= told[-1] + 1e-5 for i in left_out)


def test_a_version_comes_before_other_music() -> None:
    pieces = [sequence(seed, 240) for seed in range(40)]
    summaries = np.stack([each for piece in pieces if (each := summary(piece)) is not None])
    shortlist = Shortlist(np.arange(40), summaries)
    other = summary(transposed(faster(pieces[17], 1.1), 4))
    assert other is not None
    assert 17 in shortlist.nearest(other, 3)


def test_an_empty_library_has_none() -> None:
    empty = Shortlist(np.empty(0, np.int64), np.empty((0, dimension()), np.float32))
    assert empty.nearest(np.ones(dimension(), np.float32), 5).tolist() == []
