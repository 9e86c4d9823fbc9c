from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from made_up_library import engine_at, made_up, stored, stored_with_copies, unit_vectors

from mir.catalogue.filters import Filter
from mir.engine import Engine
from mir.errors import InvalidQuery, NotFound
from mir.search.like import like
from mir.search.listing import Listing
from mir.search.query import similar
from mir.search.seeds import Seeds

TRACKS = 90
VECTORS = unit_vectors(TRACKS, seed=11)
GENRE = [("rock", "jazz")[n % 2] for n in range(TRACKS)]
COPIES = {80: 0, 81: 1, 82: 2}  # the same recordings in other files


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Tracks 1 to 90 of eight artists, ten albums and two genres; 81 to 83 repeat 1 to 3."""
    engine = engine_at(tmp_path_factory.mktemp("library"))
    stored_with_copies(
        engine,
        VECTORS,
        COPIES,
        lambda n, source: {
            "predicted": [(GENRE[n], 0.9)],
            "artists": (f"Artist {source % 8}",),
            "album": f"Album {source % 10}",
        },
    )
    return engine


def recording(track: int) -> int:
    return COPIES.get(track - 1, track - 1)


def ids(engine: Engine, seeds: Seeds, keep: Filter | None = None, **cut: float) -> list[int]:
    listing = Listing(**cut)  # type: ignore[arg-type]
    return [hit.track.id for hit in like(engine, seeds, keep, listing)]


track = st.integers(1, TRACKS)


@settings(deadline=None, max_examples=30)
@given(
    st.lists(track, min_size=1, max_size=4, unique=True),
    st.lists(track, max_size=3, unique=True),
    st.sampled_from([None, "rock"]),
)
def test_several_seeds_added_and_subtracted_equal_brute_force(
    engine: Engine, liked: list[int], unlike: list[int], genre: str | None
) -> None:
    keep = Filter(genres_any=(genre,)) if genre else None
    hits = like(engine, Seeds(tuple(liked), unlike=tuple(unlike)), keep, Listing(count=100))
    cosines = VECTORS[[recording(t) for t in range(1, TRACKS + 1)]].astype(np.float64) @ VECTORS.T
    near = cosines[:, [recording(t) for t in liked]]
    expected = 0.5 * near.max(axis=1) + 0.5 * near.mean(axis=1)
    if unlike:
        expected -= 0.5 * cosines[:, [recording(t) for t in unlike]].max(axis=1)
    named = {recording(t) for t in (*liked, *unlike)}
    best: dict[int, float] = {}
    for t in range(1, TRACKS + 1):
        if recording(t) not in named and (genre is None or GENRE[t - 1] == genre):
            best[recording(t)] = float(expected[t - 1])
    assert {recording(hit.track.id) for hit in hits} == set(best)
    assert len(hits) == len(best)
    scores = [hit.score for hit in hits]
    assert scores == sorted(scores, reverse=True)
    for hit in hits:
        assert hit.score == pytest.approx(max(-1, best[recording(hit.track.id)]), abs=1e-5)


def test_of_two_equally_near_the_one_unlike_the_unwanted_comes_first(tmp_path: Path) -> None:
    axes = np.eye(16, dtype=np.float32)
    vectors = np.stack(
        [axes[0], axes[1], (axes[0] + axes[1]) / 2**0.5, (axes[0] - axes[2]) / 2**0.5]
    )
    engine = engine_at(tmp_path)
    seed, unwanted, toward, away = stored(engine, [made_up(n, v) for n, v in enumerate(vectors)])
    engine.refresh_index()
    assert ids(engine, Seeds((seed,)), count=3) == [toward, away, unwanted]
    assert ids(engine, Seeds((seed,), unlike=(unwanted,)), count=3) == [away, toward]


def test_similar_is_the_plain_case(engine: Engine) -> None:
    assert similar(engine, 5, None, 12) == like(engine, Seeds((5,)), None, Listing(count=12))


def test_versions_come_once_and_none_of_the_seed(engine: Engine) -> None:
    listed = ids(engine, Seeds((1,)), count=100)
    assert 81 not in listed
    assert len({recording(t) for t in listed}) == len(listed) == TRACKS - len(COPIES) - 1


def test_an_artist_and_an_album_stand_for_their_tracks(engine: Engine) -> None:
    theirs = {t for t in range(1, TRACKS + 1) if recording(t) % 8 == 3}
    found = ids(engine, Seeds(artists=("artist  3",)), count=100)
    assert found == ids(engine, Seeds(tuple(sorted(theirs))), count=100)
    assert not theirs & set(found)
    on = tuple(t for t in range(1, TRACKS + 1) if recording(t) % 10 == 4)
    assert ids(engine, Seeds(albums=("ALBUM 4",))) == ids(engine, Seeds(on))
    both = Seeds((7,), albums=("Album 4",), artists=("Artist 3",))
    assert not {7, *theirs, *on} & set(ids(engine, both, count=100))


def test_many_tracks_of_an_artist_are_spoken_for_by_some(tmp_path: Path) -> None:
    engine = engine_at(tmp_path)
    mine = [made_up(n, VECTORS[n], artists=("Ada",)) for n in range(60)]
    others = [made_up(n, VECTORS[n], artists=("Bo",)) for n in range(60, 70)]
    tracks = stored(engine, [*mine, *others])
    engine.refresh_index()
    hits = like(engine, Seeds(artists=("Ada",)), None, Listing(count=50))
    assert sorted(hit.track.id for hit in hits) == tracks[60:]


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from([0.0, 0.5, 1.0]),
    st.sampled_from([None, 1, 3]),
    st.sampled_from([None, 2]),
    st.integers(1, 17),
)
def test_pages_together_are_the_longer_list(
    engine: Engine, variety: float, per_artist: int | None, per_album: int | None, size: int
) -> None:
    cut = {"variety": variety, "per_artist": per_artist, "per_album": per_album}
    whole = ids(engine, Seeds((4, 9)), count=85, **cut)  # type: ignore[arg-type]
    pages = [
        ids(engine, Seeds((4, 9)), count=size, offset=offset, **cut)  # type: ignore[arg-type]
        for offset in range(0, 85, size)
    ]
    assert [t for page in pages for t in page][:85] == whole
    assert len(set(whole)) == len(whole) == 85


def test_limits_hold_while_others_are_left_and_the_count_is_met(engine: Engine) -> None:
    hits = like(engine, Seeds((5,)), None, Listing(count=16, per_artist=2))
    artists = [hit.track.artists[0] for hit in hits]
    assert len(hits) == 16
    assert max(artists.count(each) for each in artists) == 2
    one_genre = Filter(genres_any=("rock",))  # even artists only: four of them
    assert len(like(engine, Seeds((5,)), one_genre, Listing(count=16, per_artist=1))) == 16


@pytest.mark.parametrize("variety", [0.0, 0.7])
@pytest.mark.parametrize("least", [0.3, 0.8, 0.97, 1.0])
def test_a_radius_keeps_all_and_only_what_is_that_near(
    engine: Engine, least: float, variety: float
) -> None:
    every = like(engine, Seeds((6,)), None, Listing(count=100))
    hits = like(engine, Seeds((6,)), None, Listing(count=100, least=least, variety=variety))
    near = {hit.track.id for hit in every if hit.similarity >= least}
    assert {hit.track.id for hit in hits} == near
    assert near


def test_what_cannot_be_asked_is_refused(engine: Engine) -> None:
    with pytest.raises(NotFound, match="no track 999"):
        ids(engine, Seeds((1,), unlike=(999,)))
    with pytest.raises(NotFound, match="No track is by 'Nobody'"):
        ids(engine, Seeds(artists=("Nobody",)))
    with pytest.raises(NotFound, match="No album is called 'Nothing'"):
        ids(engine, Seeds(albums=("Nothing",)))
    with pytest.raises(InvalidQuery, match="0 seeds"):
        ids(engine, Seeds(unlike=(1,)))
    with pytest.raises(InvalidQuery, match="101 seeds"):
        ids(engine, Seeds(tuple(range(1, 102))))


@pytest.mark.parametrize(
    ("cut", "message"),
    [
        ({"count": 0}, "count of 0"),
        ({"offset": -1}, "Tracks 0 to 9"),
        ({"offset": 1_995}, "Tracks 1996 to 2005"),
        ({"least": 1.5}, "least similarity of 1.5"),
        ({"variety": -0.1}, "variety of -0.1"),
        ({"per_artist": 0}, "0 tracks of one artist"),
        ({"per_album": 0}, "0 tracks of one album"),
    ],
)
def test_a_listing_out_of_range_is_refused(cut: dict[str, float], message: str) -> None:
    with pytest.raises(InvalidQuery, match=message):
        Listing(**cut)  # type: ignore[arg-type]
