"""Queries that are kept with playlists: they mean the same when they are asked again."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path as FilePath

import pytest
from felt_library import felt
from made_up_library import NOW, engine_at, made_up, stored, unit_vectors

from mir.catalogue import playlist_entries, playlists, tracks
from mir.catalogue.filters import Filter
from mir.engine import Engine
from mir.errors import InvalidQuery, NotFound
from mir.recommend import standing_query
from mir.recommend.for_listener import Wish, recommend
from mir.recommend.next_tracks import next_tracks
from mir.recommend.path import path
from mir.recommend.query_kinds import Mood, Next, Path, Query, Recommended, Similar, Tracks
from mir.recommend.standing_query import from_json, refresh, to_json
from mir.search.hits import Hit
from mir.search.like import like
from mir.search.listing import Listing
from mir.search.mood import Point, near_mood
from mir.search.seeds import Seeds

VECTORS = unit_vectors(12, seed=3)
FILTER = Filter(
    genres_any=("jazz", "rock"),
    year_from=1990,
    key="Am",
    harmonic=True,
    added_since=NOW,
    bpm_to=120.5,
)


@pytest.fixture
def engine(tmp_path: FilePath) -> Engine:
    """Eight tracks from 1987 on, ids 1 to 8."""
    engine = engine_at(tmp_path)
    stored(
        engine,
        [
            felt(made_up(n, VECTORS[n], year=1987 + n, artists=(f"A{n}",)), n / 8, -n / 9)
            for n in range(8)
        ],
    )
    engine.refresh_index()
    return engine


def listed(engine: Engine, playlist_id: int) -> list[int]:
    with engine.catalogue.session() as session:
        return [track.id for track in playlist_entries.tracks_of(session, playlist_id)]


@pytest.mark.parametrize(
    "query",
    [
        Tracks(),
        Tracks(text="love", filter=FILTER, count=500),
        Similar(seeds=("a",), filter=Filter(genres_none=("x",), artist="Ann")),
        Similar(artists=("Ann",), albums=("Blue",), unlike=("b",), least=0.9, variety=0.3),
        Next(seeds=("a", "b"), count=1, per_artist=2, per_album=1),
        Mood(arousal=-0.5, valence=1.0, filter=FILTER, count=7, variety=0.5, per_artist=1),
        Path(start="a", end="b", steps=3, filter=FILTER),
        Recommended(),
        Recommended(
            listener="ann", seeds=("a",), artists=("A",), exclude=("b",), seconds=1800, explore=0.5
        ),
        Recommended(count=7, filter=FILTER),
    ],
)
def test_a_query_comes_back_from_json(query: Query) -> None:
    assert from_json(json.loads(json.dumps(to_json(query)))) == query


def test_queries_of_the_first_shape_are_read() -> None:
    kept = {"kind": "similar", "seeds": ["a"], "text": None, "filter": {}, "count": 30}
    assert from_json(kept) == Similar(seeds=("a",), count=30)
    filter = {"genres_any": ["jazz"], "added_since": NOW.isoformat()}
    kept = {"kind": "next", "seeds": ["a", "b"], "text": None, "filter": filter, "count": 25}
    assert from_json(kept) == Next(
        seeds=("a", "b"), filter=Filter(genres_any=("jazz",), added_since=NOW)
    )
    kept = {"kind": "tracks", "seeds": [], "text": "love", "filter": {}, "count": 25}
    assert from_json(kept) == Tracks(text="love")


def test_every_kind_is_the_question_of_its_name(engine: Engine) -> None:
    """Each playlist holds what the function behind its command answers."""
    filter = Filter(year_from=1989)
    seeds = Seeds(tracks=(2,), artists=("A4",), unlike=(7,))
    listing = Listing(3, least=0.1, variety=0.5, per_artist=1)
    wish = Wish(listener="ann", seeds=(2,), artists=("A5",), exclude=(3,), count=3, explore=0.5)
    asked: dict[str, tuple[Query, Sequence[Hit]]] = {
        "s": (
            Similar.of(engine, seeds, filter, listing),
            like(engine, seeds, filter, listing),
        ),
        "n": (
            Next.of(engine, seeds, filter, listing),
            next_tracks(engine, seeds, filter=filter, listing=listing),
        ),
        "m": (
            Mood.of(Point(-0.5, 0.25), filter, listing),
            near_mood(engine, Point(-0.5, 0.25), filter, listing),
        ),
        "p": (Path.of(engine, 1, 8, 3, filter), path(engine, 1, 8, 3, filter)),
        "r": (Recommended.of(engine, wish), recommend(engine, wish, NOW, NOW.toordinal())),
    }
    for name, (query, hits) in asked.items():
        made = standing_query.make(engine, name, query, NOW)
        assert len(hits) == (4 if name == "p" else 3)
        assert listed(engine, made.id) == [hit.track.id for hit in hits]
        assert made.query == to_json(query)
        assert from_json(to_json(query)).ask(engine, NOW) == tuple(hit.track.id for hit in hits)
    query = Tracks(text="title", filter=Filter(year_from=1992), count=2)
    assert listed(engine, standing_query.make(engine, "t", query, NOW).id) == [6, 7]


def test_a_query_means_the_same_in_another_library(engine: Engine, tmp_path: FilePath) -> None:
    """Ids differ there, sounds do not."""
    with engine_at(tmp_path / "there") as there:
        order = range(7, -1, -1)
        stored(there, [made_up(n, VECTORS[n], year=1987 + n, artists=(f"A{n}",)) for n in order])
        there.refresh_index()
        for query in (
            Similar.of(engine, Seeds(tracks=(1, 2), unlike=(8,)), Filter(), Listing(4)),
            Path.of(engine, 1, 8, 3, Filter()),
            Recommended.of(engine, Wish(seeds=(3,), exclude=(4,), count=4)),
        ):
            kept = to_json(query)
            found = [9 - track for track in from_json(kept).ask(there, NOW)]
            assert found == list(query.ask(engine, NOW))


def test_refreshing_asks_again(engine: Engine) -> None:
    made = standing_query.make(
        engine, "n", Next.of(engine, Seeds((1, 2)), Filter(), Listing(50)), NOW
    )
    before = listed(engine, made.id)
    with engine.catalogue.session() as session:
        playlist_entries.remove(session, made.id, [1, 2], NOW)
        tracks.remove_files(session, [FilePath("/music/0.flac")])  # one of the seeds
    stored(engine, [made_up(9, VECTORS[9])])
    engine.refresh_index()
    fresh = refresh(engine, made.id, NOW + timedelta(1))
    assert set(listed(engine, made.id)) == {*before, 9}
    assert fresh.changed_at == NOW + timedelta(1)
    assert fresh.query == made.query


def test_what_cannot_be_asked_again_stays_as_it_is(engine: Engine) -> None:
    made = standing_query.make(
        engine, "s", Similar.of(engine, Seeds((1,)), Filter(), Listing()), NOW
    )
    way = standing_query.make(engine, "p", Path.of(engine, 1, 5, 2, Filter()), NOW)
    with engine.catalogue.session() as session:
        by_hand = playlists.create(session, "hand", NOW)
        newer = playlists.create(session, "newer", NOW, query={"kind": "dance", "count": 3})
        tracks.remove_files(session, [FilePath("/music/0.flac")])
    engine.refresh_index()
    before = listed(engine, made.id), listed(engine, way.id)
    with pytest.raises(NotFound, match="are gone"):
        refresh(engine, made.id, NOW)
    with pytest.raises(NotFound, match="an end of the path is gone"):
        refresh(engine, way.id, NOW)
    assert (listed(engine, made.id), listed(engine, way.id)) == before
    with pytest.raises(InvalidQuery, match="by hand"):
        refresh(engine, by_hand.id, NOW)
    with pytest.raises(InvalidQuery, match="make it anew"):
        refresh(engine, newer.id, NOW)
    with pytest.raises(NotFound):
        refresh(engine, 99, NOW)


def test_a_playlist_that_cannot_be_filled_is_not_made(engine: Engine) -> None:
    for tracks_asked in ((1, 99), (99,)):
        with pytest.raises(NotFound, match="no track 99"):
            Next.of(engine, Seeds(tracks_asked), Filter(), Listing())
    with pytest.raises(NotFound, match="no track 99"):
        Path.of(engine, 1, 99, 2, Filter())
    with pytest.raises(InvalidQuery, match="offset"):
        Similar.of(engine, Seeds((1,)), Filter(), Listing(offset=1))
    query = Similar.of(engine, Seeds((1,)), Filter(genres_any=("polka",)), Listing())
    with pytest.raises(InvalidQuery, match="polka"):
        standing_query.make(engine, "x", query, NOW)
    with pytest.raises(InvalidQuery, match="name"):
        standing_query.make(engine, "a\nb", replace(query, filter=Filter()), NOW)
    with engine.catalogue.session() as session:
        assert playlists.page(session).total == 0


@pytest.mark.parametrize(
    ("kind", "parts"),
    [
        (Similar, {}),
        (Next, {"unlike": ("a",)}),
        (Next, {"seeds": ("a",), "count": 501}),
        (Similar, {"seeds": ("a",), "variety": 1.5}),
        (Similar, {"seeds": ("a",), "per_artist": 0}),
        (Path, {"start": "a", "end": "a"}),
        (Path, {"start": "a", "end": "b", "steps": 0}),
        (Recommended, {"explore": 2.0}),
        (Recommended, {"seconds": 5.0}),
        (Tracks, {"count": 0}),
        (Tracks, {"count": 1_001}),
    ],
)
def test_parts_that_do_not_go_together_are_refused(
    kind: type[Query], parts: dict[str, object]
) -> None:
    with pytest.raises(InvalidQuery):
        kind(**parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"kind": "dance"},
        {"kind": "tracks", "filter": {"colour": "red"}},
        {"kind": "tracks", "filter": 3},
        {"kind": "tracks", "count": "x"},
        {"kind": "tracks", "seeds": ["a"]},
        {"kind": "tracks", "text": 3},
        {"kind": ["tracks"]},
        {"kind": "tracks", "filter": {"genres_any": "jazz"}},
        {"kind": "tracks", "filter": {"added_since": "yesterday"}},
        {"kind": "next"},
        {"kind": "next", "seeds": "ab"},
        {"kind": "next", "seeds": [1]},
        {"kind": "similar", "seeds": ["a"], "tomorrow": True},
        {"kind": "path", "start": "a"},
    ],
)
def test_json_that_is_no_query_is_refused(kept: dict[str, object]) -> None:
    with pytest.raises(InvalidQuery):
        from_json(kept)
