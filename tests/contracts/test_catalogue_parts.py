"""What a catalogue promises of several tracks in one file, on each database."""

from dataclasses import replace
from pathlib import Path

import pytest

from mir.analysis import CUE_STAGE, Analysis, Failure, Tags
from mir.catalogue import coverage, failures, files, tracks
from mir.catalogue.session import Catalogue, Session
from mir.errors import InvalidQuery
from tests.made_up_analyses import MODEL, NOW, made_up_analysis

ALBUM = Path("/m/day.flac")


def part(number: int, sound: str, path: Path = ALBUM, *, seconds: float | None = 60.0) -> Analysis:
    """A track of 60 s inside the file; without `seconds` the file ends with it."""
    tags = Tags(title=f"Title {sound}", album="Day", track_number=number)
    alone = made_up_analysis(path, sound, tags=tags, seconds=60.0)
    start = 60.0 * (number - 1)
    return replace(alone, file=replace(alone.file, part=number, start=start, seconds=seconds))


def store(session: Session, *analyses: Analysis) -> list[int]:
    """Store all parts of one file as an index run does; return the tracks' ids."""
    path = analyses[0].file.path
    ids = [tracks.store(session, each, NOW).id for each in analyses]
    tracks.keep_parts(session, path, [each.file.part for each in analyses])
    tracks.remove_silent(session)
    return ids


def test_a_file_holds_several_tracks_each_with_its_span(catalogue: Catalogue) -> None:
    last = part(3, "c", seconds=None)
    with catalogue.session() as session:
        ids = store(session, part(1, "a"), part(2, "b"), last)
        found = tracks.get_many(session, ids)
        assert [track.span for track in found.values()] == [(0, 60), (60, 120), (120, 180)]
        assert {track.paths for track in found.values()} == {(ALBUM,)}
        assert [tracks.by_path(session, ALBUM, n) for n in range(4)] == [None, *ids]
        assert [file.track_id for file in files.known_files(session)] == ids
        (whole,) = store(session, made_up_analysis("/m/other.mp3", "o"))
        assert tracks.get(session, whole).span is None


def test_a_file_is_divided_and_made_whole_again(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        (whole,) = store(session, made_up_analysis(ALBUM, "whole"))
        parts = store(session, part(1, "a"), part(2, "b"))
        assert [tracks.by_path(session, ALBUM, n) for n in range(3)] == [None, *parts]
        assert tracks.get_many(session, [whole]) == {}
        (again,) = store(session, made_up_analysis(ALBUM, "whole"))
        assert [tracks.by_path(session, ALBUM, n) for n in range(3)] == [again, None, None]
        assert tracks.count(session) == 1


def test_parts_change_places_and_fewer_are_left(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        a, b, c = store(session, part(1, "a"), part(2, "b"), part(3, "c"))
        assert store(session, part(1, "c"), part(2, "a"), part(3, "b")) == [c, a, b]
        assert store(session, part(1, "b"), part(2, "c")) == [b, c]
        assert tracks.get_many(session, [a, b, c]).keys() == {b, c}


def test_a_part_with_a_further_file_stays(catalogue: Catalogue) -> None:
    copy = Path("/m/copy.flac")
    with catalogue.session() as session:
        ids = store(session, part(1, "a"), part(2, "b"))
        assert store(session, part(1, "a", copy), part(2, "b", copy)) == ids
        store(session, made_up_analysis(ALBUM, "whole"))
        assert [track.paths for track in tracks.get_many(session, ids).values()] == [(copy,)] * 2


def test_removing_a_file_removes_all_its_tracks_and_counts_once(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        ids = store(session, part(1, "a"), part(2, "b"))
        files.touch(session, ALBUM, size=5, modified_ns=6)
        assert {(f.size, f.modified_ns) for f in files.known_files(session)} == {(5, 6)}
        removed = tracks.remove_files(session, [ALBUM, Path("/never")])
        assert (removed.files, removed.tracks) == (1, tuple(ids))
        assert tracks.count(session) == 0


def test_the_path_of_an_album_names_its_tracks(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        ids = store(session, *(part(n, f"{n:02}") for n in range(1, 13)))
        with pytest.raises(InvalidQuery) as caught:
            tracks.resolve(session, str(ALBUM))
        _, *lines = str(caught.value).splitlines()
        assert lines == [f"  {i}  Title {n:02}" for n, i in enumerate(ids, 1)]
        assert tracks.resolve(session, "Title 07") == ids[6]


def test_a_model_has_parts_to_hear_though_their_sheet_had_a_problem(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        ids = store(session, part(1, "a"), part(2, "b"))
        problem = Failure(ALBUM, 1000, 1, "Track 3 is left out.", CUE_STAGE)
        failures.record(session, problem, NOW)
        assert coverage.covers(session, MODEL)
        owed = coverage.unheard(session, "newer")
        assert [(each.track_id, each.paths) for each in owed] == [(i, (ALBUM,)) for i in ids]
        failures.record(session, Failure(ALBUM, 1000, 1, "Damaged.", "decode"), NOW)
        assert coverage.unheard(session, "newer") == ()
