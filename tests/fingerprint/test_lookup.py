import dataclasses

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mir.fingerprint import lookup
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.landmarks import Clip, Landmarks, as_clip, window
from mir.fingerprint.lookup import STEP, clip_pairs, places
from mir.fingerprint.packing import pack, unpack
from mir.fingerprint.pairs import pairs
from mir.fingerprint.peaks import Peaks
from mir.fingerprint.segment import LAST, build


def made_up(seed: int, length: int = 600) -> bytes:
    """Landmarks by lot, eight a block of half a second."""
    rng = np.random.default_rng(seed)
    cells = np.sort(rng.choice(length * 200, size=length // 2, replace=False))
    found = Peaks((cells // 200).astype(np.int32), (cells % 200 + 50).astype(np.int32))
    return pack(Landmarks(length, found))


LIBRARY = {track: made_up(track) for track in range(1, 6)}


def trusted(track: int, trust: list[float]) -> Clip:
    """A track as a clip whose landmarks have the values `trust`, over and over."""
    heard = unpack(LIBRARY[track])
    values = np.resize(np.array(trust, np.float32), len(heard.peaks))
    return Clip(heard.length, (dataclasses.replace(heard.peaks, trust=values),))


def test_a_pair_has_the_trust_of_both_its_peaks() -> None:
    found = clip_pairs(trusted(1, [0.5]))
    assert found.trust is not None
    assert found.trust.tolist() == [0.25] * len(found)
    alike = clip_pairs(as_clip(unpack(LIBRARY[1])))
    assert alike.trust is not None
    assert set(alike.trust.tolist()) == {1.0}


def test_a_pair_of_both_grids_counts_once_with_the_larger_trust() -> None:
    low, high = trusted(1, [0.1]).grids[0], trusted(1, [0.9]).grids[0]
    both = clip_pairs(Clip(600, (low, high)))
    assert len(both) == len(clip_pairs(Clip(600, (high,))))
    assert both.trust is not None
    np.testing.assert_allclose(both.trust, 0.81, rtol=1e-5)


def test_a_window_keeps_the_trust_of_its_peaks() -> None:
    clip = trusted(2, [0.1, 0.2, 0.3])
    trust, cut = clip.grids[0].trust, window(clip, 100, 80).grids[0]
    assert trust is not None
    assert cut.trust is not None
    inside = (clip.grids[0].frames >= 100) & (clip.grids[0].frames < 180)
    assert cut.trust.tolist() == trust[inside].tolist()


def test_where_not_all_can_be_asked_the_trusted_are(monkeypatch: pytest.MonkeyPatch) -> None:
    # Half of the clip's landmarks are of track 1 and trusted, the others of track 2.
    one, two = unpack(LIBRARY[1]).peaks, unpack(LIBRARY[2]).peaks
    frames = np.concatenate([one.frames, two.frames])
    bins = np.concatenate([one.bins, two.bins])
    trust = np.repeat([0.9, 0.1], [len(one), len(two)]).astype(np.float32)
    order = np.lexsort((bins, frames))
    grid = Peaks(frames[order], bins[order], trust[order])
    index = FingerprintIndex().add(LIBRARY)
    monkeypatch.setattr(lookup, "_POSTINGS", len(pairs(one)))
    votes = dict.fromkeys((1, 2), 0)
    for place in places(index, Clip(600, (grid,)), 1_000):
        track = int(index.segments[place.segment].tracks[place.row])
        if track in votes and -2 * STEP <= place.frame <= 0:
            votes[track] = max(votes[track], place.votes)
    assert votes[1] > 0.8 * len(pairs(one))
    assert votes[2] < 0.2 * len(pairs(two))


def test_no_more_postings_are_asked_for_than_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    index = FingerprintIndex().add(LIBRARY)
    asked = clip_pairs(trusted(3, [0.2, 0.9]))
    for most in (0, 10, 100):
        monkeypatch.setattr(lookup, "_POSTINGS", most)
        kept = lookup._affordable(index.segments, asked)
        buckets = [(s.buckets[kept.hashes], s.buckets[kept.hashes + 1]) for s in index.segments]
        assert sum(int((last - first).sum()) for first, last in buckets) <= most
        assert len(kept) < len(asked)


def test_segments_are_one_line_of_time_even_where_32_bits_end() -> None:
    early = build([(8, made_up(8))])
    # As if as much music followed as a line of time holds: the next segment begins beyond it.
    full = dataclasses.replace(early, starts=np.array([early.starts[0], LAST]))
    alive = np.ones(1, np.bool_)
    index = FingerprintIndex((full, build([(3, LIBRARY[3])])), (alive, alive))
    alone = FingerprintIndex().add({3: LIBRARY[3]})
    clip = window(as_clip(unpack(LIBRARY[3])), 200, 300)
    (best, *_), (expected, *_) = places(index, clip, 5), places(alone, clip, 5)
    assert dataclasses.replace(best, segment=0) == expected
    assert (best.segment, best.votes > 20) == (1, True)


@given(
    st.lists(st.integers(0, 300_000), max_size=400, unique=True),
    st.integers(0, 300_000),
    st.integers(20, 40),
    st.sampled_from([np.uint32, np.uint64]),
)
def test_the_most_frequent_step_outlives_the_sieve(
    others: list[int], place: int, votes: int, exact: type[np.uint32] | type[np.uint64]
) -> None:
    steps = np.array(others + [place] * votes, exact)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lookup, "_SORTED", 100)
        patch.setattr(lookup, "_SAMPLE", 1)
        left = lookup._crowded(steps)
    assert (left == place).sum() == (steps == place).sum()
    assert set(left.tolist()) <= set(steps.tolist())
