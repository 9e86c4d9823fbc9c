from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_library import engine_at, made_up, stored, stored_with_copies, unit_vectors

from mir.catalogue import tracks
from mir.catalogue.filters import Filter
from mir.engine import Engine
from mir.errors import InvalidQuery, NotFound
from mir.recommend.path import path

TRACKS = 300
VECTORS = unit_vectors(TRACKS, seed=21)
GENRE = [("rock", "jazz", "dub")[n % 3] for n in range(TRACKS)]
COPIES = {n: n - 250 for n in range(250, TRACKS)}  # the same recordings in other files


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Tracks 1 to 300 of three genres, of which the last fifty repeat the first fifty."""
    engine = engine_at(tmp_path_factory.mktemp("library"))
    stored_with_copies(
        engine,
        VECTORS,
        COPIES,
        lambda n, source: {"predicted": [(GENRE[n], 0.9)], "artists": (f"Artist {source}",)},
    )
    return engine


def recording(track: int) -> int:
    return COPIES.get(track - 1, track - 1)


def straight(start: int, end: int, steps: int) -> list[int]:
    """The naive way: the tracks nearest to points of the line, none twice. Recordings."""
    way = [start]
    line = np.linspace(0, 1, steps + 1)[1:-1, None]
    points = (1 - line) * VECTORS[start] + line * VECTORS[end]
    for point in points:
        scores = VECTORS[:250] @ point
        scores[[*way, end]] = -9
        way.append(int(scores.argmax()))
    return [*way, end]


def longest(way: list[int]) -> float:
    """The longest step as a cosine distance."""
    return max(1 - float(VECTORS[a] @ VECTORS[b]) for a, b in pairwise(way))


@settings(deadline=None, max_examples=30)
@given(
    st.integers(1, TRACKS),
    st.integers(1, TRACKS),
    st.integers(1, 50),
    st.sampled_from([None, "dub"]),
)
def test_a_path_begins_ends_and_counts_as_asked(
    engine: Engine, start: int, end: int, steps: int, genre: str | None
) -> None:
    if recording(start) == recording(end):
        return
    hits = path(engine, start, end, steps, Filter(genres_any=(genre,)) if genre else None)
    ids = [hit.track.id for hit in hits]
    assert (ids[0], ids[-1], len(ids)) == (start, end, steps + 1)
    assert len({recording(track) for track in ids}) == len(ids)
    assert all(genre is None or GENRE[track - 1] == genre for track in ids[1:-1])
    along = VECTORS[recording(end)] - VECTORS[recording(start)]
    progress = [float(VECTORS[recording(track)] @ along) for track in ids]
    assert all(one < other + 1e-6 for one, other in pairwise(progress[1:-1]))


def test_a_path_is_smoother_than_a_straight_line(engine: Engine) -> None:
    draw = np.random.default_rng(2)
    better, ours, theirs = 0, [], []
    for _ in range(40):
        start, end = draw.choice(250, 2, replace=False).tolist()
        hits = path(engine, start + 1, end + 1, 8)
        ours.append(longest([recording(hit.track.id) for hit in hits]))
        theirs.append(longest(straight(start, end, 8)))
        better += ours[-1] <= theirs[-1] + 1e-6
    assert np.mean(ours) < 0.95 * np.mean(theirs)
    assert better >= 38


def test_hits_are_compared_with_the_one_before(engine: Engine) -> None:
    hits = path(engine, 3, 100, 6)
    assert (hits[0].score, hits[0].similarity, hits[0].reasons) == (1.0, 1.0, ())
    for before, hit in pairwise(hits):
        mine, theirs = recording(before.track.id), recording(hit.track.id)
        assert hit.score == pytest.approx(float(VECTORS[mine] @ VECTORS[theirs]), abs=1e-5)
        same = GENRE[before.track.id - 1] == GENRE[hit.track.id - 1]
        assert any("both" in reason for reason in hit.reasons) == same


def test_where_few_qualify_the_path_is_shorter(tmp_path: Path) -> None:
    engine = engine_at(tmp_path)
    stored(engine, [made_up(n, VECTORS[n]) for n in range(5)])
    engine.refresh_index()
    assert len(path(engine, 1, 2, 20)) == 5
    assert [hit.track.id for hit in path(engine, 1, 2, 1)] == [1, 2]
    with engine.catalogue.session() as session:
        tracks.remove_files(session, [Path("/music/3.flac")])
    assert len(path(engine, 1, 2, 20)) == 4


def test_what_has_no_path_is_refused(engine: Engine) -> None:
    with pytest.raises(InvalidQuery, match="51 steps"):
        path(engine, 1, 2, 51)
    with pytest.raises(InvalidQuery, match="to itself"):
        path(engine, 2, 2)
    with pytest.raises(NotFound, match="no track 999"):
        path(engine, 1, 999)
    with pytest.raises(InvalidQuery, match="did you mean dub"):
        path(engine, 1, 2, 5, Filter(genres_any=("dubb",)))
