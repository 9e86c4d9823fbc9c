"""Overlaps: what two recordings share is found from either side, and nothing else is."""

import numpy as np
import pytest
from fingerprint.made_up_music import music

from mir.analysis import FloatArray
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.landmarks import landmarks
from mir.fingerprint.overlap import Overlap, overlaps
from mir.fingerprint.packing import pack
from mir.fingerprint.spectrum import SAMPLE_RATE

SECONDS = 60


def part(seed: int, start: float = 0, end: float = SECONDS) -> FloatArray:
    return music(seed, SECONDS)[round(start * SAMPLE_RATE) : round(end * SAMPLE_RATE)]


def noisy(sound: FloatArray, decibels: float = -35.0) -> FloatArray:
    """The same with faint noise, half as loud and a little later, as if coded anew."""
    noise = np.random.default_rng(3).standard_normal(len(sound)).astype(np.float32)
    late = np.zeros(333, np.float32)
    return np.concatenate([late, 0.5 * sound + 10 ** (decibels / 20) * noise])


def index(**sounds: FloatArray) -> tuple[FingerprintIndex, dict[str, int]]:
    ids = {name: number for number, name in enumerate(sounds, 1)}
    packed = {ids[name]: pack(landmarks(each, SAMPLE_RATE)) for name, each in sounds.items()}
    return FingerprintIndex().add(packed), ids


def only(held: FingerprintIndex, track: int) -> Overlap:
    (found,) = overlaps(held, track)
    return found


def test_the_same_recording_is_shared_from_beginning_to_end() -> None:
    held, ids = index(one=part(1), again=noisy(part(1)), other=part(2))
    for track, other in ((ids["one"], ids["again"]), (ids["again"], ids["one"])):
        found = only(held, track)
        assert found.track == other
        assert len(found.stretches) == 1
        assert found.tempo == pytest.approx(1, abs=0.001)
        assert min(found.covered, found.other_covered) > 0.97
        assert found.agreement > 0.7
        (shared,) = found.stretches
        assert shared.start < 2
        assert shared.end > SECONDS - 2
        late = 333 / SAMPLE_RATE * (1 if track == ids["one"] else -1)
        assert shared.other_start - shared.start == pytest.approx(late, abs=0.05)
    assert overlaps(held, ids["other"]) == ()


def test_an_excerpt_lies_whole_in_the_longer_one() -> None:
    held, ids = index(whole=part(4), cut=noisy(part(4, 17.3, 44.1)))
    found = only(held, ids["cut"])
    assert found.covered > 0.95
    assert found.other_covered == pytest.approx(26.8 / SECONDS, abs=0.05)
    assert found.stretches[0].other_start - found.stretches[0].start == pytest.approx(17.3, abs=0.1)
    turned = only(held, ids["whole"])
    assert turned.other_covered > 0.95
    assert turned.covered == pytest.approx(found.other_covered, abs=0.05)
    assert turned.stretches[0].start == pytest.approx(17.3, abs=1.5)
    assert turned.stretches[0].end == pytest.approx(44.1, abs=1.5)


def test_a_faster_edition_is_told_with_its_tempo() -> None:
    slow = part(3)
    grid = np.arange(0, len(slow) - 1, 1.015)
    fast = np.interp(grid, np.arange(len(slow)), slow).astype(np.float32)
    held, ids = index(slow=slow, fast=fast)
    found = only(held, ids["fast"])
    assert found.tempo == pytest.approx(1.015, abs=0.002)
    assert min(found.covered, found.other_covered) > 0.9
    assert only(held, ids["slow"]).tempo == pytest.approx(1 / 1.015, abs=0.002)


def test_a_shared_stretch_ends_where_the_sound_differs() -> None:
    mixed = np.concatenate([part(7, 0, 20), part(5, 10, 30), part(8, 0, 20)])
    held, ids = index(one=part(5), mixed=mixed)
    found = only(held, ids["one"])
    (shared,) = found.stretches
    assert (shared.start, shared.end) == (pytest.approx(10, abs=1.5), pytest.approx(30, abs=1.5))
    assert shared.other_start == pytest.approx(20, abs=1.5)
    assert found.covered == pytest.approx(20 / SECONDS, abs=0.06)


def test_what_is_cut_out_of_the_middle_makes_two_lines_and_the_longer_is_told() -> None:
    cut = np.concatenate([part(6, 0, 15), part(6, 25, 60)])
    held, ids = index(whole=part(6), cut=cut)
    found = only(held, ids["cut"])
    assert found.covered == pytest.approx(35 / 50, abs=0.06)
    assert found.other_covered == pytest.approx(35 / 60, abs=0.06)


def test_a_stretch_that_only_one_plays_makes_two_of_one_line() -> None:
    patched = np.concatenate([part(9, 0, 22), part(10, 0, 18), part(9, 40, 60)])
    held, ids = index(whole=part(9), patched=patched)
    found = only(held, ids["whole"])
    assert len(found.stretches) == 2
    first, second = found.stretches
    assert first.end == pytest.approx(22, abs=2)
    assert second.start == pytest.approx(40, abs=2)
    assert found.covered == pytest.approx(42 / 60, abs=0.08)


@pytest.mark.parametrize("seconds", [0, 0.1, 3])
def test_hardly_anything_shares_nothing_and_breaks_nothing(seconds: float) -> None:
    held, ids = index(one=part(1), short=part(2, 0, seconds), silent=np.zeros(9_000, np.float32))
    for name in ("short", "silent"):
        assert overlaps(held, ids[name]) == ()
    assert overlaps(held, 999) == ()
    assert overlaps(FingerprintIndex(), 1) == ()


def test_the_index_stays_as_it_was() -> None:
    held, ids = index(one=part(1), again=noisy(part(1)))
    without = held.without(ids["one"])
    assert without.tracks.tolist() == [ids["again"]]
    assert without.landmarks(ids["one"]) is None
    assert sorted(held.tracks.tolist()) == sorted(ids.values())
