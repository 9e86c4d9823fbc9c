"""Queries that are kept with playlists: they mean the same when they are asked again."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from made_up_library import NOW, engine_at, made_up, stored, unit_vectors

from mir.catalogue import playlist_entries, playlists, tracks
from mir.catalogue.filters import Filter
from mir.engine import Engine
from mir.errors import InvalidQuery, NotFound
from mir.recommend import standing_query
from mir.recommend.next_tracks import next_tracks
from mir.recommend.standing_query import StandingQuery, from_json, query_of, refresh, to_json
from mir.search.query import similar

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
def engine(tmp_path: Path) -> Engine:
    """Eight tracks from 1987 on, ids 1 to 8."""
    engine = engine_at(tmp_path)
    stored(engine, [made_up(n, VECTORS[n], year=1987 + n, artists=(f"A{n}",)) for n in range(8)])
    engine.refresh_index()
    return engine


def listed(engine: Engine, playlist_id: int) -> list[int]:
    with engine.catalogue.session() as session:
        return [track.id for track in playlist_entries.tracks_of(session, playlist_id)]


@pytest.mark.parametrize(
    "query",
    [
        StandingQuery("tracks"),
        StandingQuery("tracks", text="love", filter=FILTER, count=500),
        StandingQuery("similar", ("a",), filter=Filter(genres_none=("x",), artist="Ann")),
        StandingQuery("next", ("a", "b"), count=1),
    ],
)
def test_a_query_comes_back_from_json(query: StandingQuery) -> None:
    assert from_json(json.loads(json.dumps(to_json(query)))) == query


def test_playlists_hold_what_the_queries_find(engine: Engine) -> None:
    for name, query, found in (
        ("s", query_of(engine, "similar", [2], count=3), similar(engine, 2, None, 3)),
        ("n", query_of(engine, "next", [2, 5], count=3), next_tracks(engine, [2, 5], 3)),
    ):
        made = standing_query.make(engine, name, query, NOW)
        assert listed(engine, made.id) == [hit.track.id for hit in found]
        assert made.query == to_json(query)
    query = query_of(engine, "tracks", text="title", filter=Filter(year_from=1992), count=2)
    assert listed(engine, standing_query.make(engine, "t", query, NOW).id) == [6, 7]


def test_refreshing_asks_again(engine: Engine) -> None:
    made = standing_query.make(engine, "n", query_of(engine, "next", [1, 2], count=50), NOW)
    before = listed(engine, made.id)
    with engine.catalogue.session() as session:
        playlist_entries.remove(session, made.id, [1, 2], NOW)
        tracks.remove_files(session, [Path("/music/0.flac")])  # one of the seeds
    stored(engine, [made_up(9, VECTORS[9])])
    engine.refresh_index()
    fresh = refresh(engine, made.id, NOW + timedelta(1))
    assert set(listed(engine, made.id)) == {*before, 9}
    assert fresh.changed_at == NOW + timedelta(1)
    assert fresh.query == made.query


def test_what_cannot_be_asked_again_stays_as_it_is(engine: Engine) -> None:
    made = standing_query.make(engine, "s", query_of(engine, "similar", [1]), NOW)
    with engine.catalogue.session() as session:
        by_hand = playlists.create(session, "hand", NOW)
        newer = playlists.create(session, "newer", NOW, query={"kind": "dance", "count": 3})
        tracks.remove_files(session, [Path("/music/0.flac")])
    engine.refresh_index()
    before = listed(engine, made.id)
    with pytest.raises(NotFound, match="are gone"):
        refresh(engine, made.id, NOW)
    assert listed(engine, made.id) == before
    with pytest.raises(InvalidQuery, match="by hand"):
        refresh(engine, by_hand.id, NOW)
    with pytest.raises(InvalidQuery, match="make it anew"):
        refresh(engine, newer.id, NOW)
    with pytest.raises(NotFound):
        refresh(engine, 99, NOW)


def test_a_playlist_that_cannot_be_filled_is_not_made(engine: Engine) -> None:
    with pytest.raises(NotFound, match="no track 99"):
        query_of(engine, "next", [1, 99])
    query = query_of(engine, "similar", [1], filter=Filter(genres_any=("polka",)))
    with pytest.raises(InvalidQuery, match="polka"):
        standing_query.make(engine, "x", query, NOW)
    with pytest.raises(InvalidQuery, match="name"):
        standing_query.make(engine, "a\nb", replace(query, filter=Filter()), NOW)
    with engine.catalogue.session() as session:
        assert playlists.page(session).total == 0


@pytest.mark.parametrize(
    "parts",
    [
        {"kind": "similar"},
        {"kind": "similar", "seeds": ("a", "b")},
        {"kind": "next"},
        {"kind": "tracks", "seeds": ("a",)},
        {"kind": "next", "seeds": ("a",), "text": "x"},
        {"kind": "tracks", "count": 0},
        {"kind": "tracks", "count": 501},
    ],
)
def test_parts_that_do_not_go_together_are_refused(parts: dict[str, object]) -> None:
    with pytest.raises(InvalidQuery):
        StandingQuery(**parts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "kept",
    [
        {},
        {"kind": "dance"},
        {"kind": "tracks", "filter": {"colour": "red"}},
        {"kind": "tracks", "filter": 3},
        {"kind": "tracks", "count": "x"},
        {"kind": "next"},
    ],
)
def test_json_that_is_no_query_is_refused(kept: dict[str, object]) -> None:
    with pytest.raises(InvalidQuery):
        from_json(kept)
