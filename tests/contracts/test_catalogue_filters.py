"""A filter lets through exactly the tracks that its words say, on each database."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mir.analysis import Analysis, Descriptors, Label, Tags
from mir.catalogue import browsing, plays, tracks
from mir.catalogue.filters import STRONG, Filter, allowed_ids
from mir.catalogue.genres import genre_counts
from mir.catalogue.keys import TONICS
from mir.catalogue.plays import KINDS, NewPlay
from mir.catalogue.session import Catalogue, open_catalogue
from mir.errors import InvalidQuery
from tests.made_up_analyses import NOW, made_up_analysis, made_up_hearing
from tests.postgres_cluster import PostgresCluster

GENRES = ("Rock", "Pop", "Hip Hop", "Jazz", "Dub")
SPELT = (*GENRES, "rock", "HIP  HOP", "jazz ", "Unheard of")
ARTISTS = ("Ann", "Bo", "ann", "Björk")
MOODS = ("calm", "Dark", "élan")
ALBUMS = ("Élan Vital", "elan  vital", "Vital", "100%_\\", None)
LICENCES = ("CC0 1.0", "cc0", "Öffentlich (a.b*)", "CC BY 4.0", None, None)
LISTENERS = ("", "", "Ann", "Björk ")
FOLDERS = ("/Music/Jazz", "/music/jazz/Élan [2001]", "/music/Jazz%", "/other/a_b.c", "/")


@dataclass(frozen=True)
class Kept:
    """What a filter looks at."""

    id: int
    analysis: Analysis
    added_at: datetime
    plays: tuple[NewPlay, ...]

    @property
    def tags(self) -> Tags:
        return self.analysis.tags

    @property
    def genres(self) -> tuple[Label, ...]:
        return self.analysis.hearing.genres


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
                n,
                genres=[(g, float(p)) for g, p in zip(chosen, probable, strict=True)],
                moods=[(MOODS[i], 0.5) for i in draw.permutation(3)[: draw.integers(0, 3)]],
            )
            tags = Tags(
                title=f"t{n}",
                artists=tuple(draw.choice(ARTISTS, draw.integers(0, 3))),
                album_artist=str(draw.choice(ARTISTS)) if draw.random() < 0.3 else None,
                genres=tuple(str(g) for g in draw.choice(SPELT, draw.integers(0, 3))),
                year=int(draw.integers(1970, 1975)) if draw.random() < 0.7 else None,
                album=ALBUMS[draw.integers(len(ALBUMS))],
                licence=LICENCES[draw.integers(len(LICENCES))],
            )
            known = draw.random() < 0.8
            analysis = made_up_analysis(
                f"{FOLDERS[draw.integers(len(FOLDERS))].rstrip('/')}/t{n}.flac",
                f"h{n}",
                tags=tags,
                hearing=hearing,
                seconds=float(draw.integers(60, 90)),
                descriptors=Descriptors(
                    tempo=float(draw.integers(80, 100)) if known else None,
                    key=str(draw.choice(TONICS[:4])) if known else None,
                    mode=str(draw.choice(["major", "minor"])) if known else None,
                ),
            )
            added_at = NOW - timedelta(days=int(draw.integers(0, 5)))
            stored = tracks.store(session, analysis, added_at)
            done = tuple(
                NewPlay(
                    stored.id,
                    KINDS[draw.integers(len(KINDS))],
                    NOW - timedelta(days=int(draw.integers(0, 8))),
                    LISTENERS[draw.integers(len(LISTENERS))],
                )
                for _ in range(draw.integers(0, 4))
            )
            plays.record(session, done, NOW)
            kept.append(Kept(stored.id, analysis, added_at, done))
    return kept


def _plain(name: str) -> str:
    return " ".join(name.lower().split())


def _passes(track: Kept, chosen: Filter) -> bool:
    """What the words of the filter say, in plain Python."""
    has = set()
    if chosen.genres_by != "model":
        has |= {_plain(name) for name in track.tags.genres}
    if chosen.genres_by != "tag":
        has |= {
            _plain(label.name)
            for place, label in enumerate(track.genres)
            if place == 0 or label.probability >= STRONG
        }
    by = {_plain(name) for name in (*track.tags.artists, track.tags.album_artist or "")}
    heard = track.analysis.descriptors
    moods = {_plain(label.name) for label in track.analysis.hearing.moods}
    return (
        (not chosen.genres_any or any(_plain(g) in has for g in chosen.genres_any))
        and all(_plain(g) in has for g in chosen.genres_all)
        and not any(_plain(g) in has for g in chosen.genres_none)
        and (not chosen.moods or any(_plain(m) in moods for m in chosen.moods))
        and (chosen.artist is None or _plain(chosen.artist) in by)
        and _within(track.tags.year, chosen.year_from, chosen.year_to)
        and _within(heard.tempo, chosen.bpm_from, chosen.bpm_to)
        and _within(track.analysis.seconds, chosen.seconds_from, chosen.seconds_to)
        and (chosen.key is None or (heard.key, heard.mode) in _WANTED[chosen.key, chosen.harmonic])
        and (chosen.album is None or _bare(track.tags.album or "") == _bare(chosen.album))
        and (chosen.path is None or _lies_at(str(track.analysis.file.path), chosen.path))
        and (chosen.added_since is None or track.added_at >= chosen.added_since)
        and (chosen.licence is None or _licensed(track.tags.licence, chosen.licence))
        and not (chosen.unplayed and _played(track, chosen.listener))
        and not (
            chosen.not_played_since
            and any(at >= chosen.not_played_since for at in _played(track, chosen.listener))
        )
    )


def _played(track: Kept, listener: str) -> list[datetime]:
    return [
        play.at
        for play in track.plays
        if play.kind in ("listen", "like") and play.listener.strip() == listener.strip()
    ]


_WANTED = {
    ("C", False): {("C", "major")},
    ("C", True): {("C", "major"), ("G", "major"), ("F", "major"), ("A", "minor")},
    ("Db minor", False): {("C#", "minor")},
    ("3A", True): {("A#", "minor"), ("F", "minor"), ("D#", "minor"), ("C#", "major")},
    ("7B", True): {("F", "major"), ("C", "major"), ("A#", "major"), ("D", "minor")},
}
_PATHS = {
    "/MUSIC/jazz": lambda names: names[:2] == ["music", "jazz"],
    "/music/jazz/": lambda names: names[:2] == ["music", "jazz"],
    "/music/jazz/**": lambda names: names[:2] == ["music", "jazz"],
    "/music": lambda names: names[0] == "music",
    "jazz": lambda names: "jazz" in names,
    "/jazz": lambda names: names[0] == "jazz",
    "jazz/*.flac": lambda names: "jazz" in names[-2:-1],
    "/music/**/t*.flac": lambda names: names[0] == "music",
    "ÉLAN [2001]": lambda names: "élan [2001]" in names,
    "E\u0301lan [2001]": lambda names: "élan [2001]" in names,
    "a?b.c": lambda names: "a_b.c" in names,
    "a_b?": lambda names: False,
    "t?.flac": lambda names: len(names[-1]) == 7,
    "**/t1*": lambda names: names[-1].startswith("t1"),
    "%": lambda names: False,
    "/": lambda names: True,
    "*": lambda names: True,
}


def _within(value: float | None, first: float | None, last: float | None) -> bool:
    if first is None and last is None:
        return True
    return value is not None and (first or 0) <= value <= (1e9 if last is None else last)


def _bare(name: str) -> str:
    return _plain(name).replace("é", "e")


def _lies_at(path: str, pattern: str) -> bool:
    return bool(_PATHS[pattern](path.lower().strip("/").split("/")))


def _licensed(held: str | None, asked: str) -> bool:
    if asked.lower() in ("any", "none"):
        return (held is None) == (asked.lower() == "none")
    return held is not None and asked.lower() in held.lower()


NAMES = st.just(()) | st.lists(st.sampled_from(SPELT), max_size=3).map(tuple)
YEARS = st.none() | st.none() | st.integers(1969, 1976)


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    first, last = draw(YEARS), draw(YEARS)
    if first is not None and last is not None and first > last:
        first, last = last, first
    bpm = sorted(draw(st.tuples(st.integers(75, 105), st.integers(75, 105))))
    length = sorted(draw(st.tuples(st.integers(55, 95), st.integers(55, 95))))
    key, harmonic = draw(st.sampled_from([(None, False)] * 3 + list(_WANTED)))

    def sometimes(values: st.SearchStrategy[Any]) -> Any:
        return draw(st.none() | st.none() | st.none() | values)

    return Filter(
        genres_by=draw(st.sampled_from(["either", "tag", "model"])),
        moods=draw(st.just(()) | st.lists(st.sampled_from((*MOODS, "CALM", "x"))).map(tuple)),
        bpm_from=sometimes(st.just(bpm[0])),
        bpm_to=sometimes(st.just(bpm[1])),
        key=key,
        harmonic=harmonic,
        seconds_from=sometimes(st.just(length[0])),
        seconds_to=sometimes(st.just(length[1])),
        album=sometimes(st.sampled_from([a for a in ALBUMS if a])),
        path=sometimes(st.sampled_from(list(_PATHS))),
        added_since=sometimes(st.integers(0, 5).map(lambda d: NOW - timedelta(days=d))),
        licence=sometimes(st.sampled_from(["any", "None", "CC0", "öff", "(a.b*)", "a.b.", "%"])),
        unplayed=draw(st.integers(0, 3)) == 0,
        not_played_since=sometimes(st.integers(0, 8).map(lambda d: NOW - timedelta(days=d))),
        listener=draw(st.sampled_from([*LISTENERS, "ann", "Nobody"])),
        genres_any=draw(NAMES),
        genres_all=draw(NAMES.map(lambda names: names[:2])),
        genres_none=draw(NAMES),
        artist=sometimes(st.sampled_from([*ARTISTS, "Nobody"])),
        year_from=first,
        year_to=last,
    )


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
@settings(
    max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(chosen=filters())
def test_a_filter_equals_its_words(
    shelf: dict[str, tuple[Catalogue, list[Kept]]], dialect: str, chosen: Filter
) -> None:
    catalogue, kept = shelf[dialect]
    expected = [track.id for track in kept if _passes(track, chosen)]
    with catalogue.session() as session:
        found = allowed_ids(session, chosen)
        page = tracks.page(session, among=found, limit=1000)
        worded = tracks.page(session, among=found, text="t", limit=1000)
        # As in a library so large that tracks are looked for in the order of browsing.
        with patch.object(browsing, "_FEW", -1), patch.object(browsing, "_WALKED", 7):
            walked = tracks.page(session, among=found, limit=1000)
            part = tracks.page(session, among=found, offset=3, limit=5)
            walked_words = tracks.page(session, among=found, text="t", limit=1000)
    assert found.dtype == np.int64
    assert found.tolist() == expected
    assert sorted(track.id for track in page.items) == expected
    assert page.total == len(expected)
    assert worded == walked == walked_words == page
    assert (part.items, part.total) == (page.items[3:8], page.total)


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_each_kind_of_filter_by_itself(
    shelf: dict[str, tuple[Catalogue, list[Kept]]], dialect: str
) -> None:
    catalogue, kept = shelf[dialect]
    alone: list[dict[str, Any]] = [
        *({"key": key, "harmonic": harmonic} for key, harmonic in _WANTED),
        *({"path": path} for path in _PATHS),
        *({"album": album} for album in ALBUMS if album),
        *({"licence": licence} for licence in ("any", "none", "CC0", "öff", "(a.b*)", "a.b.", "%")),
        *({"moods": (mood,)} for mood in (*MOODS, "DARK", "x")),
        *({"added_since": NOW - timedelta(days=days)} for days in range(6)),
        *({"genres_any": ("Rock",), "genres_by": by} for by in ("either", "tag", "model")),
        *({"genres_none": ("Rock",), "genres_by": by} for by in ("either", "tag", "model")),
        {"bpm_from": 85, "bpm_to": 90},
        {"seconds_from": 70.5},
        {"seconds_to": 70},
        *({"unplayed": True, "listener": who} for who in (*LISTENERS, "ann")),
        *({"not_played_since": NOW - timedelta(days=d), "listener": "Ann"} for d in range(9)),
        {"unplayed": True, "not_played_since": NOW},
    ]
    with catalogue.session() as session:
        for words in alone:
            chosen = Filter(**words)
            expected = [track.id for track in kept if _passes(track, chosen)]
            assert allowed_ids(session, chosen).tolist() == expected, words


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
    assert Filter(genres_by="tag", listener="ann").is_empty
    assert not Filter(unplayed=True).is_empty
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
        ({"genres_by": "me"}, "not by 'me'; write either, tag or model"),
        ({"moods": ("",)}, "mood in the filter is blank"),
        ({"bpm_from": 120, "bpm_to": 90}, "No tempo lies from 120 to 90"),
        ({"bpm_to": float("nan")}, "tempo in the filter lies outside"),
        ({"seconds_from": float("inf")}, "length in the filter lies outside"),
        ({"key": "H"}, "'H' names no key; write one as Am"),
        ({"harmonic": True}, "name the key too"),
        ({"album": " "}, "album in the filter is blank"),
        ({"path": "x" * 1001}, "path in the filter has 1001 characters"),
        ({"path": "a*b*c*d*e*f*g"}, "more than 5 stars"),
        ({"licence": "\0"}, "licence in the filter is blank"),
        ({"added_since": datetime(2026, 1, 1)}, "no time zone"),
        ({"not_played_since": datetime(2026, 1, 1)}, "no time zone"),
        ({"unplayed": True, "listener": "x" * 101}, "name has more than 100 characters"),
    ],
)
def test_a_filter_that_cannot_be_meant_is_refused(words: dict[str, Any], said: str) -> None:
    with pytest.raises(InvalidQuery, match=said):
        Filter(**words)


@pytest.mark.parametrize("name", ["x" * 5000, "ﷺ" * 5000, "'; DROP TABLE tracks; --", "\ud800"])
def test_odd_names_in_a_filter_find_what_odd_tags_stored(catalogue: Catalogue, name: str) -> None:
    tags = Tags(title="t", genres=(name,), artists=(name,), album=name[:900], licence=name)
    with catalogue.session() as session:
        made = tracks.store(session, made_up_analysis(tags=tags), NOW)
        for chosen in (
            *(Filter(genres_all=(name,)), Filter(artist=name), Filter(album=name[:900])),
            Filter(licence=name[:900]),
        ):
            assert allowed_ids(session, chosen).tolist() == [made.id]
