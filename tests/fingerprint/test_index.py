import itertools
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mir.errors import FingerprintError
from mir.fingerprint.identify import Candidate, identify
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.landmarks import Landmarks, as_clip, window
from mir.fingerprint.lookup import STEP, clip_pairs, places
from mir.fingerprint.packing import pack, unpack
from mir.fingerprint.pairs import HASHES, pairs
from mir.fingerprint.peaks import Peaks


def made_up(seed: int, length: int = 400) -> bytes:
    """Landmarks by lot, six a block of half a second, in a band of bins so that many pair."""
    rng = np.random.default_rng(seed)
    cells = rng.choice(length * 100, size=length * 6 // 16, replace=False)
    cells.sort()
    found = Peaks((cells // 100).astype(np.int32), (cells % 100 + 50).astype(np.int32))
    return pack(Landmarks(length, found))


LIBRARY = {track: made_up(track, 300 + 20 * (track % 7)) for track in range(1, 13)}
EMPTY = pack(Landmarks(10, Peaks(np.empty(0, np.int32), np.empty(0, np.int32))))


def votes_by_hand(tracks: Mapping[int, bytes], clip_of: bytes) -> dict[tuple[int, int], int]:
    """Pairs that agree, for each track and frame: every pair of the clip held against every."""
    asked = pairs(unpack(clip_of).peaks)
    votes: dict[tuple[int, int], int] = {}
    for track, packed in tracks.items():
        known = pairs(unpack(packed).peaks)
        for (h, f), (g, at) in itertools.product(
            zip(asked.hashes, asked.frames, strict=True),
            zip(known.hashes, known.frames, strict=True),
        ):
            if h == g:
                votes[track, int(at) - int(f)] = votes.get((track, int(at) - int(f)), 0) + 1
    return votes


def answers(index: FingerprintIndex) -> list[tuple[Candidate, ...]]:
    """What the index says to clips of every track of the library."""
    return [
        identify(index, window(as_clip(unpack(packed)), start, 150))
        for packed in LIBRARY.values()
        for start in (0, 100)
    ]


def contents(index: FingerprintIndex) -> set[tuple[int, bytes]]:
    found = set()
    for segment, alive in zip(index.segments, index.alive, strict=True):
        for row in np.flatnonzero(alive):
            found.add((int(segment.tracks[row]), pack(segment.landmarks(int(row)))))
    return found


def test_pairs_are_found_wherever_they_lie() -> None:
    heard = unpack(made_up(1)).peaks
    later = Peaks(heard.frames + np.int32(17), heard.bins)
    plain, moved = pairs(heard), pairs(later)
    assert len(plain) > 20
    assert plain.hashes.max() < HASHES
    assert plain.hashes.tolist() == moved.hashes.tolist()
    assert (plain.frames + 17).tolist() == moved.frames.tolist()


def test_the_places_are_those_that_counting_by_hand_finds() -> None:
    index = FingerprintIndex().add(LIBRARY)
    clip = as_clip(unpack(LIBRARY[5]))
    by_hand = votes_by_hand(LIBRARY, LIBRARY[5])
    found = places(index, clip, 50)
    assert found[0].votes >= len(clip_pairs(clip))
    for place in found:
        track = int(index.segments[place.segment].tracks[place.row])
        within = range(place.frame, place.frame + 2 * STEP)
        assert place.votes == sum(by_hand.get((track, frame), 0) for frame in within)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.booleans(), st.lists(st.sampled_from(sorted(LIBRARY)), max_size=5)),
        max_size=8,
    )
)
def test_any_adding_and_removing_equals_building_at_once(
    changes: list[tuple[bool, list[int]]],
) -> None:
    index, held = FingerprintIndex(), dict[int, bytes]()
    for adds, tracks in changes:
        if adds:
            index = index.add({track: LIBRARY[track] for track in tracks})
            held |= {track: LIBRARY[track] for track in tracks}
        else:
            index = index.remove(tracks)
            held = {track: packed for track, packed in held.items() if track not in tracks}
    assert len(index) == len(held)
    assert sorted(index.tracks.tolist()) == sorted(held)
    assert contents(index) == set(held.items())
    assert answers(index) == answers(FingerprintIndex().add(held))


def test_who_holds_an_old_index_keeps_it() -> None:
    old = FingerprintIndex().add(LIBRARY)
    before = answers(old)
    old.remove(list(LIBRARY)[:6]).add({99: made_up(99)})
    assert answers(old) == before


def test_adding_one_by_one_leaves_few_segments() -> None:
    index = FingerprintIndex()
    for track, packed in LIBRARY.items():
        index = index.add({track: packed})
    assert len(index.segments) <= 4
    assert len(index.remove(list(LIBRARY)).segments) == 0


def test_a_track_heard_anew_replaces_the_old() -> None:
    index = FingerprintIndex().add(LIBRARY).add({3: made_up(33)})
    assert len(index) == len(LIBRARY)
    assert (3, made_up(33)) in contents(index)
    assert (3, LIBRARY[3]) not in contents(index)


def test_tracks_without_landmarks_are_held_and_never_found() -> None:
    index = FingerprintIndex().add({**LIBRARY, 50: EMPTY})
    assert len(index) == len(LIBRARY) + 1
    assert all(each.track != 50 for found in answers(index) for each in found)
    assert identify(index, as_clip(unpack(EMPTY))) == ()


def test_one_damaged_track_is_refused_and_nothing_changes() -> None:
    index = FingerprintIndex().add(LIBRARY)
    with pytest.raises(FingerprintError):
        index.add({40: made_up(40), 41: b"not landmarks!"})
    assert len(index) == len(LIBRARY)
