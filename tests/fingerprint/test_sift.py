import numpy as np
import pytest

from mir.fingerprint.align import heard
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.landmarks import Clip, Landmarks, as_clip, window
from mir.fingerprint.lookup import STEP, Place
from mir.fingerprint.packing import pack, unpack
from mir.fingerprint.peaks import Peaks
from mir.fingerprint.sift import sifted

LENGTH = 900


def made_up(seed: int) -> bytes:
    """Landmarks by lot, eight a block, with three pauses of more than four seconds."""
    rng = np.random.default_rng(seed)
    cells = np.sort(rng.choice(LENGTH * 200, size=LENGTH // 2, replace=False))
    frames, bins = cells // 200, cells % 200 + 50
    kept = (frames % 300) > 140
    return pack(
        Landmarks(LENGTH, Peaks(frames[kept].astype(np.int32), bins[kept].astype(np.int32)))
    )


LIBRARY = {track: made_up(track) for track in range(1, 9)}
INDEX = FingerprintIndex().add(LIBRARY)


def row_of(track: int) -> tuple[int, int]:
    for number, segment in enumerate(INDEX.segments):
        for row in np.flatnonzero(segment.tracks == track):
            return number, int(row)
    raise AssertionError(track)


def decoys(count: int) -> list[Place]:
    """Places of all tracks, some before they begin and some where they end."""
    rng = np.random.default_rng(0)
    tracks, frames = rng.integers(1, 9, count), rng.integers(-60, LENGTH, count)
    return [Place(*row_of(int(t)), int(f), 9) for t, f in zip(tracks, frames, strict=True)]


def noisy(track: int, start: int, kept: float) -> Clip:
    """Ten seconds of a track of which a share of the landmarks is left, and as many others."""
    own = window(as_clip(unpack(LIBRARY[track])), start, 312).grids[0]
    rng = np.random.default_rng(track)
    left = rng.random(len(own)) < kept
    frames = np.concatenate([own.frames[left], rng.integers(0, 312, 150)])
    bins = np.concatenate([own.bins[left], rng.integers(50, 250, 150)])
    order = np.lexsort((bins, frames))
    return Clip(312, (Peaks(frames[order].astype(np.int32), bins[order].astype(np.int32)),))


@pytest.mark.parametrize("track", range(1, 9))
@pytest.mark.parametrize("late", range(2 * STEP + 1))
def test_the_true_place_is_first_of_hundreds_that_have_more_votes(track: int, late: int) -> None:
    true = Place(*row_of(track), 450 - late, 3)
    found = [place for place in decoys(300) if abs(place.frame - 450) > 20]
    best, *others = sifted(INDEX, heard(noisy(track, 450, 0.5)), [*found, true], 20)
    assert best == true
    assert len(others) == 19


def test_a_clip_that_begins_before_its_track_or_ends_after_it() -> None:
    for start, frame in ((0, -100), (LENGTH - 200, LENGTH - 200)):
        own = window(as_clip(unpack(LIBRARY[5])), start, 200).grids[0]
        moved = Peaks(own.frames + np.int32(start - frame), own.bins)
        true = Place(*row_of(5), frame, 2)
        found = [place for place in decoys(100) if abs(place.frame - frame) > 20]
        assert sifted(INDEX, heard(Clip(312, (moved,))), [*found, true], 10)[0] == true


def test_few_places_are_kept_as_they_are() -> None:
    found = decoys(10)
    assert sifted(INDEX, heard(noisy(1, 450, 1.0)), found, 10) == found
    assert sifted(INDEX, heard(noisy(1, 450, 1.0)), [], 10) == []


def test_of_places_alike_those_with_more_votes_stay() -> None:
    # Nothing lies that far behind a track's end: no place gains anything.
    found = [Place(*row_of(1), LENGTH + 100 + i, 50 - i) for i in range(20)]
    assert sifted(INDEX, heard(noisy(1, 450, 1.0)), found, 5) == found[:5]
