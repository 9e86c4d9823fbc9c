"""What a catalogue promises of its tracks, on each database."""

import os
from dataclasses import replace
from datetime import timedelta, timezone
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import event, func, select

from mir.analysis import Descriptors, Failure, FileFacts, Tags
from mir.catalogue import embeddings, failures, files, genres, tables, tracks
from mir.catalogue.revision import revision
from mir.catalogue.session import Catalogue
from mir.errors import InvalidQuery, NotFound
from tests.made_up_analyses import MODEL, NOW, made_up_analysis, made_up_hearing, unit_vector

FULL = Tags(
    title="Über den Wolken",
    artists=("Ann", "Björk"),
    album="Live",
    album_artist="Various",
    genres=("Chanson", "Folk"),
    year=1974,
    track_number=3,
    disc_number=2,
    composer="Reinhard",
    lyricist="Mey",
    publisher="Chanson Edition",
    copyright="© somebody",
    licence="CC BY 4.0",
    isrc="DEA123",
    iswc="T-034.524.680-1",
    work_mbid="w",
    recording_mbid="r",
    release_mbid="s",
    artist_mbids=("x", "y"),
)


def test_a_track_comes_back_as_it_was_stored(catalogue: Catalogue) -> None:
    analysis = made_up_analysis("/music/a b.flac", "h", tags=FULL, container="flac")
    with catalogue.session() as session:
        made = tracks.store(session, analysis, NOW)
    with catalogue.session() as session:
        track = tracks.get(session, made.id)
        held = list(files.known_files(session))
    assert made.new
    for name in (
        *("title", "artists", "album", "album_artist", "year", "track_number", "disc_number"),
        *("composer", "lyricist", "publisher", "copyright", "licence", "isrc", "iswc"),
        *("recording_mbid", "work_mbid", "release_mbid"),
        "artist_mbids",
    ):
        assert getattr(track, name) == getattr(FULL, name), name
    assert track.tag_genres == FULL.genres
    assert track.seconds == analysis.seconds
    assert track.descriptors == analysis.descriptors
    assert track.genres == analysis.hearing.genres
    assert track.moods == analysis.hearing.moods
    assert track.instruments == analysis.hearing.instruments
    assert track.uncertain is False
    assert track.container == "flac"
    assert track.paths == (Path("/music/a b.flac"),)
    assert track.added_at == NOW
    assert track.added_at.tzinfo is not None
    assert held == [files.KnownFile(Path("/music/a b.flac"), 1000, 1, made.id)]


def test_a_moment_in_another_zone_is_the_same_moment(catalogue: Catalogue) -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    with catalogue.session() as session:
        made = tracks.store(session, made_up_analysis(), elsewhere)
        assert tracks.get(session, made.id).added_at == NOW


def test_a_file_without_tags_is_called_by_its_name(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        made = tracks.store(session, made_up_analysis("/m/07 Song.mp3", tags=Tags()), NOW)
        assert tracks.get(session, made.id).title == "07 Song"


def test_odd_text_and_odd_numbers_are_stored(catalogue: Catalogue) -> None:
    tags = Tags(
        title="a\0b\ud800",
        artists=("\0", " Ann \0", "x" * 5000, "ﷺ" * 5000, "Ann"),
        album=" ",
        genres=("\udcff", "Rock\0", "rock"),
        year=10**12,
        track_number=-(10**12),
        disc_number=10**9,
    )
    odd = Descriptors(tempo=float("nan"), loudness=float("-inf"), mfcc_mean=(float("nan"), 1e300))
    name = Path(os.fsdecode(b"/m/\xff\xfe.mp3"))
    with catalogue.session() as session:
        made = tracks.store(session, made_up_analysis(name, tags=tags, descriptors=odd), NOW)
        track = tracks.get(session, made.id)
    assert track.title == "ab\ufffd"
    assert track.artists[0] == "Ann"
    assert len(track.artists) == 3
    assert track.album is None
    assert track.tag_genres == ("\ufffd", "Rock")
    assert (track.year, track.track_number, track.disc_number) == (None, None, 10**9)
    assert track.descriptors.tempo is None
    assert track.descriptors.loudness is None
    assert track.descriptors.mfcc_mean[1] == 1e300
    assert track.paths == (name,)


def test_numbers_of_numpy_are_stored(catalogue: Catalogue) -> None:
    analysis = made_up_analysis(
        tags=Tags(year=np.int64(1999)),  # type: ignore[arg-type]
        descriptors=Descriptors(tempo=np.float32(99.5)),  # type: ignore[arg-type]
        hearing=made_up_hearing(genres=[("Jazz", np.float32(0.5))]),  # type: ignore[list-item]
        seconds=np.float32(3.5),  # type: ignore[arg-type]
        size=np.int64(3),
    )
    with catalogue.session() as session:
        track = tracks.get(session, tracks.store(session, analysis, NOW).id)
    assert (track.year, track.seconds, track.descriptors.tempo) == (1999, 3.5, 99.5)
    assert track.genres[0].probability == 0.5


def test_storing_twice_changes_nothing(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        first = tracks.store(session, made_up_analysis(tags=FULL), NOW)
        before = tracks.get(session, first.id), revision(session)
    with catalogue.session() as session:
        again = tracks.store(session, made_up_analysis(tags=FULL), NOW + timedelta(days=1))
        after = tracks.get(session, first.id), revision(session)
    assert again == tracks.StoredTrack(first.id, new=False)
    assert before == after


def test_the_same_sound_elsewhere_is_one_track_with_two_files(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        first = tracks.store(session, made_up_analysis("/a.mp3"), NOW)
        again = tracks.store(session, made_up_analysis("/b.mp3"), NOW)
        assert again == tracks.StoredTrack(first.id, new=False)
        assert tracks.get(session, first.id).paths == (Path("/a.mp3"), Path("/b.mp3"))
        assert tracks.by_path(session, Path("/a.mp3")) == first.id
        assert tracks.by_path(session, Path("/b.mp3")) == first.id
        assert tracks.by_path(session, Path("/c.mp3")) is None
        assert tracks.count(session) == 1


def test_new_tags_change_the_track_and_leave_no_name_behind(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        first = tracks.store(session, made_up_analysis(tags=FULL), NOW)
        changed = Tags(title="New", artists=("Cleo",), genres=("Jazz",))
        again = tracks.store(session, made_up_analysis(tags=changed), NOW)
        track = tracks.get(session, first.id)
        names = set(session.execute(select(tables.artists.c.name)).scalars())
        known = {genre.name for genre in genres.genre_counts(session)}
        kept = set(session.execute(select(tables.genres.c.name)).scalars())
    assert again.id == first.id
    assert (track.title, track.artists, track.tag_genres) == ("New", ("Cleo",), ("Jazz",))
    assert (track.album, track.album_artist, track.year) == (None, None, None)
    assert names == {"Cleo"}
    assert "Chanson" not in kept
    assert {"Jazz", "Rock", "Pop"} == known  # Folk is predicted, but too weakly to count
    assert "Folk" in kept


def test_a_file_whose_sound_changed_moves_to_the_other_track(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        old = tracks.store(session, made_up_analysis("/a.mp3", "h1"), NOW).id
        new = tracks.store(session, made_up_analysis("/a.mp3", "h2"), NOW).id
        assert new != old
        assert tracks.silent(session) == (old,)
        assert tracks.remove_silent(session) == (old,)
        assert tracks.get_many(session, [old, new]).keys() == {new}
        assert list(embeddings.ids_with(session, MODEL)) == [new]
        assert tracks.remove_silent(session) == ()


def test_tracks_whose_files_change_places_keep_their_ids(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        before = [tracks.store(session, made_up_analysis(f"/{n}", f"h{n}"), NOW).id for n in "012"]
        for place, sound in (("/1", "h0"), ("/2", "h1"), ("/0", "h2")):
            tracks.store_file(session, FileFacts(Path(place), 1, 2), sound, Tags())
        tracks.remove_silent(session)
        after = [tracks.by_path(session, Path(place)) for place in ("/1", "/2", "/0")]
    assert after == before


def test_a_track_with_another_file_outlives_the_change(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        old = tracks.store(session, made_up_analysis("/a.mp3", "h1"), NOW).id
        tracks.store(session, made_up_analysis("/copy.mp3", "h1"), NOW)
        new = tracks.store(session, made_up_analysis("/a.mp3", "h2"), NOW).id
        assert tracks.get(session, old).paths == (Path("/copy.mp3"),)
        assert tracks.get(session, new).paths == (Path("/a.mp3"),)


def test_a_track_goes_with_its_last_file_and_takes_all_along(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        one = tracks.store(session, made_up_analysis("/a.mp3", "h1", tags=FULL), NOW).id
        tracks.store(session, made_up_analysis("/b.mp3", "h1", tags=FULL), NOW)
    with catalogue.session() as session:
        before = revision(session)
        removed = tracks.remove_files(session, [Path("/a.mp3"), Path("/never.mp3")])
        assert removed == tracks.RemovedFiles(files=1, tracks=())
        assert revision(session) == before
        removed = tracks.remove_files(session, [Path("/b.mp3")])
        assert removed == tracks.RemovedFiles(files=1, tracks=(one,))
        assert revision(session) > before
        with pytest.raises(NotFound, match=f"no track {one}"):
            tracks.get(session, one)
        for table in tables.metadata.sorted_tables:
            if table.name != "state":
                rows = session.execute(select(func.count()).select_from(table)).scalar()
                assert rows == 0, table.name


def test_ids_are_never_given_twice(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        first = tracks.store(session, made_up_analysis("/a.mp3", "h1"), NOW).id
        tracks.remove_files(session, [Path("/a.mp3")])
    with catalogue.session() as session:
        assert tracks.store(session, made_up_analysis("/a.mp3", "h1"), NOW).id > first


def test_removing_more_files_than_a_statement_takes(catalogue: Catalogue) -> None:
    many = [Path(f"/gone/{n}.mp3") for n in range(70_000)]
    with catalogue.session() as session:
        kept = tracks.store(session, made_up_analysis("/gone/69999.mp3"), NOW).id
        assert tracks.remove_files(session, many).tracks == (kept,)


def test_storing_clears_the_failure_of_the_file(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        for path in ("/a.mp3", "/other.mp3"):
            failures.record(session, Failure(Path(path), 1, 1, "no sound"), NOW)
        tracks.store(session, made_up_analysis("/a.mp3"), NOW)
        left = [failure.path for failure in failures.known(session)]
    assert left == [Path("/other.mp3")]


def test_many_tracks_come_in_the_order_asked_by_as_many_statements_as_one(
    catalogue: Catalogue,
) -> None:
    statements: list[str] = []
    with catalogue.session() as session:
        ids = [
            tracks.store(session, made_up_analysis(f"/{n}.mp3", f"h{n}"), NOW).id for n in range(20)
        ]
        event.listen(
            session.get_bind(), "before_cursor_execute", lambda *a: statements.append(a[2])
        )
        one = tracks.get_many(session, ids[:1])
        for_one = len(statements)
        found = tracks.get_many(session, [*reversed(ids), 10**9, -1, 2**70, ids[0]])
    assert list(one) == ids[:1]
    assert list(found) == ids[::-1]
    assert len(statements) == 2 * for_one <= 10
    assert all(found[track_id].id == track_id for track_id in ids)


def test_pages_follow_artist_album_disc_number_and_title(catalogue: Catalogue) -> None:
    wanted = [
        Tags(title="Zu", artists=("ann",), album="A", disc_number=1, track_number=2),
        Tags(title="A", artists=("Ann",), album="a", disc_number=1, track_number=10),
        Tags(title="0", artists=("Ann",), album="A", disc_number=2, track_number=1),
        Tags(title="A", artists=("Ann",), album="B"),
        Tags(title="b", artists=("Ann",), album="B"),
        Tags(title="x", album_artist="Björn"),
        Tags(title="A", artists=("Bjorn B", "Ann")),
        Tags(title="A"),
        Tags(title="A"),
    ]
    shuffled = [4, 0, 8, 2, 6, 1, 3, 7, 5]
    with catalogue.session() as session:
        for n in shuffled:
            tracks.store(session, made_up_analysis(f"/{n}.mp3", f"h{n}", tags=wanted[n]), NOW)
        whole = tracks.page(session, limit=100)
        parts = [tracks.page(session, offset=start, limit=2) for start in range(0, 10, 2)]
    assert whole.total == len(wanted)
    order = [int(track.audio_hash[1:]) for track in whole.items]
    assert order == [0, 1, 2, 3, 4, 5, 6, 8, 7]  # the last two differ only in their ids
    assert [track for part in parts for track in part.items] == list(whole.items)
    assert {part.total for part in parts} == {len(wanted)}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("wolken", {"a"}),
        ("UBER", {"a"}),
        ("über", {"a"}),
        ("bjork", {"a"}),
        ("various", {"a"}),
        ("live ann", {"a"}),
        ("ann", {"a", "b"}),
        ("100%", {"b"}),
        ("0_", set()),
        ("_", set()),
        ("  ", {"a", "b"}),
        ("\0", {"a", "b"}),
        ("nothing", set()),
    ],
)
def test_text_finds_titles_artists_and_albums(
    catalogue: Catalogue, text: str, found: set[str]
) -> None:
    with catalogue.session() as session:
        tracks.store(session, made_up_analysis("/a.mp3", "a", tags=FULL), NOW)
        other = Tags(title="100% sure", artists=("Joanna",))
        tracks.store(session, made_up_analysis("/b.mp3", "b", tags=other), NOW)
        page = tracks.page(session, text=text)
    assert {track.audio_hash for track in page.items} == found
    assert page.total == len(found)


@pytest.mark.parametrize(("offset", "limit"), [(-1, 1), (0, 0), (0, -5), (0, 10**6), (2**70, 1)])
def test_a_page_that_cannot_be_is_refused(catalogue: Catalogue, offset: int, limit: int) -> None:
    with catalogue.session() as session, pytest.raises(InvalidQuery, match="out of range"):
        tracks.page(session, offset=offset, limit=limit)


def test_a_person_names_a_track_by_id_path_title_or_words(
    catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    here = tmp_path / "song.mp3"
    with catalogue.session() as session:
        one = tracks.store(session, made_up_analysis(here, "h1", tags=FULL), NOW).id
        two = tracks.store(
            session, made_up_analysis("/two.mp3", "h2", tags=Tags(title="Live now")), NOW
        ).id
        for text in (str(one), str(here), "song.mp3", "uber  den wolken", "björk", "wolken live"):
            assert tracks.resolve(session, text) == one, text
        assert tracks.resolve(session, "live now") == two
        with pytest.raises(InvalidQuery) as caught:
            tracks.resolve(session, "live")
        assert f"  {one}  Ann – Über den Wolken" in str(caught.value)
        assert f"  {two}  Live now" in str(caught.value)
        for text in ("nothing such", "999999", "9" * 30, "x\0y"):
            with pytest.raises(NotFound):
                tracks.resolve(session, text)
        for text in ("", " ", "\0"):
            with pytest.raises(InvalidQuery):
                tracks.resolve(session, text)


def test_a_title_that_is_a_number_and_titles_that_many_share(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        year = tracks.store(session, made_up_analysis("/y", "y", tags=Tags(title="1999")), NOW)
        assert tracks.resolve(session, "1999") == year.id
        for n in range(15):
            same = Tags(title="Intro", artists=(f"Artist {n}",), album_artist="Various")
            tracks.store(session, made_up_analysis(f"/{n}", f"h{n}", tags=same), NOW)
        with pytest.raises(InvalidQuery, match="…") as caught:
            tracks.resolve(session, "intro")
    assert str(caught.value).count("Intro") == 10


def test_genres_are_one_whatever_their_spelling_and_the_model_says_how(
    catalogue: Catalogue,
) -> None:
    tagged = Tags(title="t", genres=("HIP  hop", "Rock"))
    with catalogue.session() as session:
        tracks.store(
            session, made_up_analysis("/a", "a", tags=tagged, hearing=made_up_hearing()), NOW
        )
        spelt = made_up_hearing(genres=[("Hip Hop", 0.5), ("Rock", 0.3), ("Pop", 0.1)])
        tracks.store(session, made_up_analysis("/b", "b", tags=tagged, hearing=spelt), NOW)
        counts = genres.genre_counts(session)
        assert tracks.get(session, 1).tag_genres == ("Hip Hop", "Rock")
    assert counts == (
        genres.GenreCount("Hip Hop", tracks=2, predicted=1, tagged=2),
        genres.GenreCount("Rock", tracks=2, predicted=1, tagged=2),
        genres.GenreCount("Pop", tracks=1, predicted=0, tagged=0),
    )


def test_a_known_sound_at_another_place_keeps_what_was_heard(catalogue: Catalogue) -> None:
    hearing = replace(made_up_hearing(), arousal=0.25, valence=-0.5)
    with catalogue.session() as session:
        made = tracks.store(session, made_up_analysis(hearing=hearing), NOW)
        before = tracks.get(session, made.id)
        moved = made_up_analysis("/else/two.flac", size=7).file
        again = tracks.store_file(session, moved, "hash-one", FULL)
        track = tracks.get(session, made.id)
        nowhere = tracks.store_file(session, moved, "no such sound", FULL)
        vector = embeddings.vector(session, made.id, MODEL)
    assert again == tracks.StoredTrack(made.id, new=False)
    assert nowhere is None
    assert (track.title, track.tag_genres, len(track.paths)) == (FULL.title, FULL.genres, 2)
    for kept in ("genres", "moods", "instruments", "uncertain", "descriptors", "seconds"):
        assert getattr(track, kept) == getattr(before, kept), kept
    assert (track.arousal, track.valence) == (0.25, -0.5)
    np.testing.assert_array_equal(vector, unit_vector(0))
