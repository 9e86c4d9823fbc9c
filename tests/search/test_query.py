import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_library import engine_at, made_up, stored, unit_vectors
from sqlalchemy import event
from stub_embedder import DIMENSION, StubEmbedder

from mir.audio.clip import ClipSound, read_clip
from mir.catalogue import tracks
from mir.catalogue.filters import Filter
from mir.engine import Engine
from mir.errors import AudioError, InvalidQuery, NotFound
from mir.features.mel import FeatureSpec
from mir.listen import listen_clip
from mir.search.query import classify, search_clip, similar

TRACKS = 60
VECTORS = unit_vectors(TRACKS)
VECTORS[50:53] = VECTORS[7]  # three that sound exactly like another
GENRE = [("rock", "jazz", "ambient")[n % 3] for n in range(TRACKS)]


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Tracks 1 to 60 in random directions, of three genres in turn."""
    engine = engine_at(tmp_path_factory.mktemp("library"))
    analyses = [
        made_up(n, VECTORS[n], predicted=[(GENRE[n], 0.9)], artists=(f"Artist {n % 7}",))
        for n in range(TRACKS)
    ]
    assert stored(engine, analyses) == list(range(1, TRACKS + 1))
    engine.refresh_index()
    return engine


def brute_force(seed: int, keep: Filter | None) -> list[tuple[int, float]]:
    scores = VECTORS.astype(np.float64) @ VECTORS[seed - 1].astype(np.float64)
    passing = [
        n + 1
        for n in range(TRACKS)
        if n + 1 != seed and (keep is None or not keep.genres_any or GENRE[n] in keep.genres_any)
    ]
    return sorted(
        ((t, float(scores[t - 1])) for t in passing), key=lambda p: (-round(p[1], 9), p[0])
    )


@settings(deadline=None, max_examples=30)
@given(
    st.integers(1, TRACKS),
    st.sampled_from([None, ("rock",), ("jazz", "ambient"), ("techno",)]),
    st.integers(1, 70),
)
def test_similar_equals_brute_force_and_meets_the_count(
    engine: Engine, seed: int, genres: tuple[str, ...] | None, count: int
) -> None:
    keep = None if genres is None else Filter(genres_any=genres)
    hits = similar(engine, seed, keep, count)
    expected = brute_force(seed, keep)
    assert [hit.track.id for hit in hits] == [track for track, _ in expected][:count]
    assert np.allclose(
        [hit.score for hit in hits], [score for _, score in expected][:count], atol=1e-5
    )
    assert all(-1 <= hit.score <= 1 for hit in hits)


def test_similarity_is_the_share_of_the_library_that_is_less_similar(engine: Engine) -> None:
    scores = dict(brute_force(5, None))
    for keep in (None, Filter(genres_any=("jazz",))):
        for hit in similar(engine, 5, keep, 30):
            less = sum(score < scores[hit.track.id] - 1e-6 for score in scores.values())
            assert hit.similarity == pytest.approx(less / (TRACKS - 2))
    assert similar(engine, 5, None, 1)[0].similarity == 1.0


def test_equal_sounds_come_in_order_of_id(engine: Engine) -> None:
    assert [hit.track.id for hit in similar(engine, 52, None, 3)] == [8, 51, 53]


def test_a_hit_says_why(engine: Engine) -> None:
    for hit in similar(engine, 1, Filter(genres_any=("rock",)), 10):
        assert "both rock (90% and 90%)" in hit.reasons
        assert (hit.track.artists == ("Artist 0",)) == (
            "by the same artist, Artist 0" in hit.reasons
        )


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: object, _k: object, statement: str, *_: object) -> None:
        seen.append(statement)

    database = engine.catalogue._engine
    event.listen(database, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(database, "before_cursor_execute", note)


def test_the_number_of_statements_does_not_grow_with_the_answer(engine: Engine) -> None:
    keep = Filter(genres_any=("rock", "jazz"))
    similar(engine, 1, keep, 1)
    with statements(engine) as few:
        similar(engine, 1, keep, 2)
    with statements(engine) as many:
        similar(engine, 1, keep, 39)
    assert len(few) == len(many) <= 12


def test_what_cannot_be_asked_is_refused(engine: Engine) -> None:
    with pytest.raises(NotFound, match="no track 999"):
        similar(engine, 999)
    with pytest.raises(InvalidQuery, match="count of 0"):
        similar(engine, 1, None, 0)
    with pytest.raises(InvalidQuery, match=r"'roc'.*did you mean rock"):
        similar(engine, 1, Filter(genres_all=("roc",)))
    with pytest.raises(InvalidQuery, match="count of 501"):
        search_clip(engine, b"", None, 501)


def test_a_track_that_waits_for_the_index_is_told_from_an_unknown_one(tmp_path: Path) -> None:
    engine = engine_at(tmp_path)
    stored(engine, [made_up(1, VECTORS[1])])
    engine.index()
    stored(engine, [made_up(2, VECTORS[2])])
    with pytest.raises(NotFound, match=r"Track 2 has no vector.*mir index"):
        similar(engine, 2)


def test_tracks_removed_since_the_index_was_saved_do_not_cost_hits(tmp_path: Path) -> None:
    engine = engine_at(tmp_path)
    stored(engine, [made_up(n, VECTORS[n]) for n in range(40)])
    engine.refresh_index()
    nearest = [hit.track for hit in similar(engine, 1, None, 30)]
    with engine.catalogue.session() as session:
        tracks.remove_files(session, [track.paths[0] for track in nearest[:25]])
    left = [hit.track.id for hit in similar(engine, 1, None, 5)]
    assert left == [track.id for track in nearest[25:]]
    with engine.catalogue.session() as session:
        tracks.remove_files(session, [Path("/music/0.flac")])
    with pytest.raises(NotFound, match="no track 1"):
        similar(engine, 1)


def test_one_track_alone_has_no_neighbours(tmp_path: Path) -> None:
    engine = engine_at(tmp_path)
    stored(engine, [made_up(1, VECTORS[1])])
    assert similar(engine, 1) == ()


RATE = 16_000


def clip(seed: int, seconds: float) -> bytes:
    """Noise of a colour that depends on the seed, as a wav file."""
    white = np.random.default_rng(seed).standard_normal(int(RATE * seconds))
    kernel = np.random.default_rng(seed + 100).standard_normal(24)
    sound = np.convolve(white, kernel, mode="same")
    file = io.BytesIO()
    soundfile.write(file, 0.2 * sound / sound.std(), RATE, format="WAV")
    return file.getvalue()


def sound(seed: int, seconds: float) -> ClipSound:
    return read_clip(clip(seed, seconds), [RATE], 60)


@pytest.fixture(scope="module")
def heard_library(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Twenty tracks whose vectors and passages were heard from `clip`."""
    engine = engine_at(tmp_path_factory.mktemp("heard"))
    for n in range(20):
        hearing = listen_clip(sound(n, 3.0), engine.first_embedder()).hearing
        stored(
            engine,
            [made_up(n, hearing.vector, passages=hearing.passages, predicted=[(GENRE[n], 0.9)])],
        )
    engine.refresh_index()
    return engine


@pytest.mark.parametrize("track", [1, 8, 20])
def test_a_clip_finds_the_track_it_is_of(heard_library: Engine, track: int) -> None:
    answer = search_clip(heard_library, clip(track - 1, 3.0), None, 5)
    assert len(answer.hits) == 5
    assert answer.hits[0].track.id == track
    assert answer.hits[0].score == pytest.approx(1.0, abs=1e-3)
    assert answer.hits[0].similarity == 1.0
    assert answer.heard.seconds == pytest.approx(3.0)
    scores = [hit.score for hit in answer.hits]
    assert scores == sorted(scores, reverse=True)


def test_a_clip_search_is_filtered_inside(heard_library: Engine) -> None:
    answer = search_clip(heard_library, clip(0, 3.0), Filter(genres_none=("rock",)), 13)
    assert len(answer.hits) == 13
    assert {hit.track.genres[0].name for hit in answer.hits} == {"jazz", "ambient"}


def test_a_track_is_found_by_its_best_passage(tmp_path: Path) -> None:
    engine = engine_at(tmp_path)
    heard = classify(engine, clip(3, 2.0)).hearing.vector
    away = VECTORS - (VECTORS @ heard)[:, None] * heard
    away /= np.linalg.norm(away, axis=1, keepdims=True)  # at right angles to the clip
    near = (0.5 * heard + 0.75**0.5 * away[0]).astype(np.float32)
    stored(engine, [made_up(1, near)])
    stored(engine, [made_up(2, away[1], passages=np.stack([away[2], heard, away[3]]))])
    engine.refresh_index()
    first, second = search_clip(engine, clip(3, 2.0)).hits
    assert (first.track.id, second.track.id) == (2, 1)
    assert first.score == pytest.approx(1.0, abs=1e-3)
    assert second.score == pytest.approx(0.5, abs=1e-3)


def test_an_empty_library_hears_the_clip_and_has_no_hits(tmp_path: Path) -> None:
    engine = engine_at(tmp_path)
    answer = search_clip(engine, clip(1, 2.0))
    assert answer.hits == ()
    assert answer.heard.hearing.vector.shape == (DIMENSION,)


def test_what_is_no_clip_is_refused(engine: Engine) -> None:
    with pytest.raises(AudioError):
        search_clip(engine, b"not sound")
    with pytest.raises(AudioError, match="too short"):
        classify(engine, clip(1, 0.5))


def test_the_stub_is_deterministic_and_tells_sounds_apart() -> None:
    stub, spec = StubEmbedder(), FeatureSpec()
    assert stub.info.spec == spec
    one, same, other = (listen_clip(sound(seed, 2.0), stub).hearing.vector for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert np.linalg.norm(one) == pytest.approx(1.0)
    assert float(one @ other) < 0.99
