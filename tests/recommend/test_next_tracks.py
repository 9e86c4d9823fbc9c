from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_library import engine_at, made_up, stored, stored_with_copies, unit_vectors

from mir.catalogue.filters import Filter
from mir.engine import Engine
from mir.errors import InvalidQuery, NotFound
from mir.recommend.next_tracks import next_tracks

TRACKS = 80
VECTORS = unit_vectors(TRACKS, seed=4)
GENRE = [("rock", "jazz")[n % 2] for n in range(TRACKS)]
COPIES = {70: 0, 71: 1, 72: 2}  # the same recordings in other files


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Tracks 1 to 80 of nine artists and two genres; 71 to 73 repeat 1 to 3."""
    engine = engine_at(tmp_path_factory.mktemp("library"))
    stored_with_copies(
        engine,
        VECTORS,
        COPIES,
        lambda n, source: {"predicted": [(GENRE[n], 0.9)], "artists": (f"Artist {source % 9}",)},
    )
    return engine


def recording(track: int) -> int:
    """Which sound a track id stands for."""
    return COPIES.get(track - 1, track - 1)


ids = st.integers(1, TRACKS)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(ids, min_size=1, max_size=6),
    st.lists(ids, max_size=30),
    st.sampled_from([None, "rock"]),
    st.integers(1, 100),
)
def test_nothing_played_nothing_twice_and_the_count_met(
    engine: Engine, seeds: list[int], exclude: list[int], genre: str | None, count: int
) -> None:
    keep = Filter(genres_any=(genre,)) if genre else None
    hits = next_tracks(engine, seeds, count, keep, exclude)
    played = {recording(track) for track in (*seeds, *exclude)}
    heard = [recording(hit.track.id) for hit in hits]
    assert not played & set(heard)
    assert len(set(heard)) == len(heard)
    qualifying = {
        recording(n + 1) for n in range(TRACKS) if genre is None or GENRE[n] == genre
    } - played
    assert len(hits) == min(count, len(qualifying))
    assert all(genre is None or hit.track.genres[0].name == genre for hit in hits)
    assert all(-1 <= hit.score <= 1 and 0 <= hit.similarity <= 1 for hit in hits)


def test_scores_are_half_the_nearest_seed_and_half_the_mean(engine: Engine) -> None:
    seeds = [4, 9, 30]
    cosines = VECTORS @ VECTORS[[seed - 1 for seed in seeds]].T
    expected = 0.5 * cosines.max(axis=1) + 0.5 * cosines.mean(axis=1)
    hits = next_tracks(engine, seeds, 20)
    for hit in hits:
        assert hit.score == pytest.approx(expected[recording(hit.track.id)], abs=1e-5)
    # Few artists repeat among the very best, so the best of all must be there.
    best = int(np.argsort(-np.delete(expected, [seed - 1 for seed in seeds]))[0])
    best = int(np.delete(np.arange(TRACKS), [seed - 1 for seed in seeds])[best])
    assert best in {recording(hit.track.id) for hit in hits}


def test_one_seed_brings_its_nearest(engine: Engine) -> None:
    hits = next_tracks(engine, [10], 3)
    cosines = VECTORS @ VECTORS[9]
    for hit in hits:
        assert hit.score == pytest.approx(cosines[recording(hit.track.id)], abs=1e-5)
    assert max(hit.similarity for hit in hits) == 1.0


def test_two_tastes_bring_both_and_not_what_lies_between(tmp_path: Path) -> None:
    engine = engine_at(tmp_path)
    corner = np.eye(16, dtype=np.float32)
    near = [(corner[axis] + 0.3 * corner[3 + axis + 2 * n]) for axis in (0, 1) for n in range(4)]
    between = corner[0] + corner[1] + 0.9 * corner[15]
    vectors = np.stack([corner[0], corner[1], *near, between])
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    tracks = stored(engine, [made_up(n, vector) for n, vector in enumerate(vectors)])
    engine.refresh_index()
    listed = {hit.track.id for hit in next_tracks(engine, tracks[:2], 8)}
    assert listed == set(tracks[2:10])


def test_artists_are_limited_and_kept_apart(engine: Engine) -> None:
    hits = next_tracks(engine, [5], 12)
    artists = [hit.track.artists[0] for hit in hits]
    assert max(artists.count(artist) for artist in artists) <= 3
    assert all(one != other for one, other in pairwise(["Artist 4", *artists]))


def test_a_library_full_of_versions_still_meets_the_count(tmp_path: Path) -> None:
    engine = engine_at(tmp_path)
    same = [made_up(n, VECTORS[0], title="Hit", artists=("Ada",), seconds=60.0) for n in range(300)]
    different = [made_up(300 + n, VECTORS[1 + n], artists=(f"Bo {n}",)) for n in range(5)]
    tracks = stored(engine, [*same, *different])
    engine.refresh_index()
    hits = next_tracks(engine, [tracks[0]], 5)
    assert {hit.track.id for hit in hits} == set(tracks[300:])


def test_reasons_speak_of_the_nearest_seed(engine: Engine) -> None:
    for hit in next_tracks(engine, [1, 2], 20):
        track = recording(hit.track.id)
        nearest = int(np.argmax(VECTORS[[0, 1]] @ VECTORS[track]))
        same_genre = GENRE[nearest] == GENRE[hit.track.id - 1]
        assert any(reason.startswith("both ") for reason in hit.reasons) == same_genre


def test_what_cannot_be_recommended_from_is_refused(engine: Engine) -> None:
    with pytest.raises(NotFound, match="no track 999"):
        next_tracks(engine, [1, 999])
    with pytest.raises(InvalidQuery, match="0 seeds"):
        next_tracks(engine, [])
    with pytest.raises(InvalidQuery, match="101 seeds"):
        next_tracks(engine, list(range(1, 102)))
    with pytest.raises(InvalidQuery, match="count of 0"):
        next_tracks(engine, [1], 0)
    with pytest.raises(InvalidQuery, match=r"'jaz'.*did you mean jazz"):
        next_tracks(engine, [1], 5, Filter(genres_any=("jaz",)))


def test_tracks_to_leave_out_need_not_exist(engine: Engine) -> None:
    assert len(next_tracks(engine, [1], 5, None, [12345])) == 5
