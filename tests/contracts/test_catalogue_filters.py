"""A filter lets through exactly the tracks that its words say, on each database."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mir.analysis import Label, Tags
from mir.catalogue import tracks
from mir.catalogue.filters import STRONG, Filter, allowed_ids
from mir.catalogue.genres import genre_counts
from mir.catalogue.session import Catalogue, open_catalogue
from mir.errors import InvalidQuery
from tests.made_up_analyses import NOW, made_up_analysis, made_up_hearing
from tests.postgres_cluster import PostgresCluster

GENRES = ("Rock", "Pop", "Hip Hop", "Jazz", "Dub")
SPELT = (*GENRES, "rock", "HIP  HOP", "jazz ", "Unheard of")
ARTISTS = ("Ann", "Bo", "ann", "Björk")


@dataclass(frozen=True)
class Kept:
    """What a filter looks at."""

    id: int
    tags: Tags
    genres: tuple[Label, ...]


@pytest.fixture(scope="module")
def shelf(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, tuple[Catalogue, list[Kept]]]]:
    """The same made-up library on both databases."""
    cluster: PostgresCluster = request.getfixturevalue("postgres")
    folder = tmp_path_factory.mktemp("shelf")
    with cluster.database() as name:
        urls = {"sqlite": f"sqlite:///{folder / 'c.db'}", "postgresql": cluster.url(name)}
        opened = {dialect: open_catalogue(url) for dialect, url in urls.items()}
        yield {dialect: (catalogue, _fill(catalogue)) for dialect, catalogue in opened.items()}
        for catalogue in opened.values():
            catalogue.close()


def _fill(catalogue: Catalogue) -> list[Kept]:
    draw = np.random.default_rng(7)
    kept = []
    with catalogue.session() as session:
        for n in range(60):
            chosen = [GENRES[i] for i in draw.permutation(len(GENRES))[: draw.integers(0, 4)]]
            probable = sorted(draw.choice([0.05, 0.1, STRONG, 0.3, 0.5], len(chosen)))[::-1]
            hearing = made_up_hearing(
                n, genres=[(g, float(p)) for g, p in zip(chosen, probable, strict=True)]
            )
            tags = Tags(
                title=f"t{n}",
                artists=tuple(draw.choice(ARTISTS, draw.integers(0, 3))),
                album_artist=str(draw.choice(ARTISTS)) if draw.random() < 0.3 else None,
                genres=tuple(str(g) for g in draw.choice(SPELT, draw.integers(0, 3))),
                year=int(draw.integers(1970, 1975)) if draw.random() < 0.7 else None,
            )
            analysis = made_up_analysis(f"/{n}", f"h{n}", tags=tags, hearing=hearing)
            stored = tracks.store(session, analysis, NOW)
            kept.append(Kept(stored.id, tags, hearing.genres))
    return kept


def _plain(name: str) -> str:
    return " ".join(name.lower().split())


def _passes(track: Kept, chosen: Filter) -> bool:
    """What the words of the filter say, in plain Python."""
    has = {_plain(name) for name in track.tags.genres}
    has |= {
        _plain(label.name)
        for place, label in enumerate(track.genres)
        if place == 0 or label.probability >= STRONG
    }
    by = {_plain(name) for name in (*track.tags.artists, track.tags.album_artist or "")}
    year = track.tags.year
    return (
        (not chosen.genres_any or any(_plain(g) in has for g in chosen.genres_any))
        and all(_plain(g) in has for g in chosen.genres_all)
        and not any(_plain(g) in has for g in chosen.genres_none)
        and (chosen.artist is None or _plain(chosen.artist) in by)
        and (chosen.year_from is None or (year is not None and year >= chosen.year_from))
        and (chosen.year_to is None or (year is not None and year <= chosen.year_to))
    )


NAMES = st.lists(st.sampled_from(SPELT), max_size=3).map(tuple)
YEARS = st.none() | st.integers(1969, 1976)


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    first, last = draw(YEARS), draw(YEARS)
    if first is not None and last is not None and first > last:
        first, last = last, first
    return Filter(
        genres_any=draw(NAMES),
        genres_all=draw(NAMES.map(lambda names: names[:2])),
        genres_none=draw(NAMES),
        artist=draw(st.none() | st.sampled_from([*ARTISTS, "Nobody"])),
        year_from=first,
        year_to=last,
    )


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(chosen=filters())
def test_a_filter_equals_its_words(
    shelf: dict[str, tuple[Catalogue, list[Kept]]], dialect: str, chosen: Filter
) -> None:
    catalogue, kept = shelf[dialect]
    expected = [track.id for track in kept if _passes(track, chosen)]
    with catalogue.session() as session:
        found = allowed_ids(session, chosen)
        page = tracks.page(session, filter=chosen, limit=1000)
        worded = tracks.page(session, filter=chosen, text="t", limit=1000)
    assert found.dtype == np.int64
    assert found.tolist() == expected
    assert sorted(track.id for track in page.items) == expected
    assert page.total == len(expected)
    assert worded == page


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_a_genre_counts_the_tracks_that_its_filter_lets_through(
    shelf: dict[str, tuple[Catalogue, list[Kept]]], dialect: str
) -> None:
    catalogue, kept = shelf[dialect]
    with catalogue.session() as session:
        counts = genre_counts(session)
        assert {_plain(c.name) for c in counts} == {_plain(name) for name in SPELT}
        assert [c.tracks for c in counts] == sorted((c.tracks for c in counts), reverse=True)
        for count in counts:
            same = _plain(count.name)
            assert count.tracks == len(allowed_ids(session, Filter(genres_any=(count.name,))))
            assert count.predicted == sum(
                bool(t.genres) and _plain(t.genres[0].name) == same for t in kept
            )
            assert count.tagged == sum(same in map(_plain, t.tags.genres) for t in kept)


def test_the_empty_filter_lets_all_through(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        assert allowed_ids(session, Filter()).tolist() == []
        made = tracks.store(session, made_up_analysis(), NOW)
        assert allowed_ids(session, Filter()).tolist() == [made.id]
    assert Filter().is_empty
    assert not Filter(year_to=1).is_empty
    assert hash(Filter(genres_any=("a",))) == hash(Filter(genres_any=("a",)))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"genres_any": ("Rock", " ")}, "genre in the filter is blank"),
        ({"genres_none": ("",)}, "genre in the filter is blank"),
        ({"artist": "\0"}, "artist in the filter is blank"),
        ({"year_from": 2000, "year_to": 1999}, "No year lies from 2000 to 1999"),
        ({"year_from": -1}, "outside 0 to 9999"),
        ({"year_to": 10**20}, "outside 0 to 9999"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused(words: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidQuery, match=said):
        Filter(**words)


@pytest.mark.parametrize("name", ["x" * 5000, "ﷺ" * 5000, "'; DROP TABLE tracks; --", "\ud800"])
def test_odd_names_in_a_filter_find_what_odd_tags_stored(catalogue: Catalogue, name: str) -> None:
    tags = Tags(title="t", genres=(name,), artists=(name,))
    with catalogue.session() as session:
        made = tracks.store(session, made_up_analysis(tags=tags), NOW)
        for chosen in (Filter(genres_all=(name,)), Filter(artist=name)):
            assert allowed_ids(session, chosen).tolist() == [made.id]
