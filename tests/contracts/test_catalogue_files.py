"""What a catalogue promises of files, folders and failures, on each database."""

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from mir.analysis import Failure, Tags
from mir.catalogue import chunks as chunking
from mir.catalogue import failures, files, tables, tracks
from mir.catalogue.session import Catalogue, Session
from mir.errors import InvalidQuery, NotFound
from tests.made_up_analyses import NOW, made_up_analysis

ODD = Path(os.fsdecode(b"/m/\xff \xe4.mp3"))


def test_known_files_are_all_files_with_their_tracks(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHUNK", 3)
    with catalogue.session() as session:
        assert list(files.known_files(session)) == []
        made = [
            tracks.store(
                session, made_up_analysis(f"/{n}", f"h{n // 2}", size=n, modified_ns=-n), NOW
            ).id
            for n in range(7)
        ]
        expected = [files.KnownFile(Path(f"/{n}"), n, -n, made[n]) for n in range(7)]
        assert list(files.known_files(session)) == expected


def test_known_files_may_be_changed_while_they_are_read(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        for n in range(5):
            tracks.store(session, made_up_analysis(f"/{n}", f"h{n}"), NOW)
    with catalogue.session() as session:
        for file in files.known_files(session):
            tracks.remove_files(session, [file.path])
        assert tracks.count(session) == 0


def test_touching_a_file_changes_what_is_known_of_it(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        tracks.store(session, made_up_analysis(ODD), NOW)
        files.touch(session, ODD, size=2**40, modified_ns=2**60)
        (known,) = files.known_files(session)
        assert (known.path, known.size, known.modified_ns) == (ODD, 2**40, 2**60)
        with pytest.raises(NotFound, match="/never"):
            files.touch(session, Path("/never"), size=1, modified_ns=1)


def paths(session: Session) -> dict[str, int]:
    return {str(file.path): file.track_id for file in files.known_files(session)}


def stored(session: Session, *names: str, **facts: Any) -> list[int]:
    """Tracks whose titles are their files' names but for `/tagged`; their ids."""
    return [
        tracks.store(
            session,
            made_up_analysis(
                name, ascii(name), tags=Tags(title="Tag" if name == "/tagged" else None), **facts
            ),
            NOW,
        ).id
        for name in names
    ]


def test_the_evidence_of_files_is_what_was_stored(
    catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "CHUNK", 2)
    numbers = [None, 0, 2**63 - 1, 2**63, 2**64 - 1]
    with catalogue.session() as session:
        for n, inode in enumerate(numbers):
            stored(session, f"/{n}", size=n, modified_ns=-n, inode=inode, part=n % 2)
        assert list(files.seen_files(session)) == [
            files.Seen(f"/{n}", n, -n, inode, n % 2) for n, inode in enumerate(numbers)
        ]
        files.note_inodes(session, {Path("/0"): 2**64 - 2, Path("/never"): 1})
        assert next(files.seen_files(session)).inode == 2**64 - 2
        files.note_inodes(session, {})


def test_files_that_change_places_keep_their_tracks(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        one, two, three, other = stored(session, "/1", "/2", "/3", "/other")
        ring = {Path("/1"): Path("/2"), Path("/2"): Path("/3"), Path("/3"): Path("/1")}
        files.move(session, ring)
        assert paths(session) == {"/2": one, "/3": two, "/1": three, "/other": other}
        assert tracks.get(session, one).paths == (Path("/2"),)
        files.move(session, {})
        files.move(session, {Path("/never"): Path("/nowhere")})
        assert len(paths(session)) == 4


def test_a_file_that_is_moved_over_another_takes_its_place(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        one, two = stored(session, "/1", "/2")
        failures.record(session, Failure(Path("/2"), 1, 1, "bad"), NOW)
        files.move(session, {Path("/1"): Path("/2"), ODD: Path("/3")})
        assert paths(session) == {"/2": one}
        assert failures.count(session) == 0
        assert tracks.silent(session) == (two,)  # until the end of a run


def test_all_tracks_in_a_file_move_along(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        for part in (1, 2):
            tracks.store(session, made_up_analysis("/a", f"h{part}", part=part), NOW)
        files.move(session, {Path("/a"): ODD})
        assert {file.path for file in files.known_files(session)} == {ODD}
        assert len(list(files.known_files(session))) == 2


def test_a_title_that_may_be_the_file_name_is_told(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        stored(session, "/tagged", "/named.mp3", str(ODD))
        asked = [Path("/tagged"), Path("/named.mp3"), ODD, Path("/never")]
        assert files.named_by_file(session, asked) == {Path("/named.mp3"), ODD}


def test_a_further_name_is_a_further_file_of_the_track(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        one, two = stored(session, "/1", "/2", size=5, modified_ns=6, inode=7)
        for part in (1, 2):
            tracks.store(session, made_up_analysis("/album", f"h{part}", part=part), NOW)
        refused = files.link(
            session,
            [
                (Path("/1"), ODD),
                (Path("/1"), Path("/2")),
                (Path("/never"), Path("/x")),
                (Path("/album"), Path("/y")),
            ],
        )
        assert refused == (Path("/x"), Path("/y"))
        assert tracks.get(session, one).paths == (Path("/1"), ODD, Path("/2"))
        assert tracks.silent(session) == (two,)
        assert list(files.seen_files(session))[-1][1:] == (5, 6, 7, 0)
        assert files.link(session, []) == ()


def test_taking_a_file_out_takes_no_track(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        (one,) = stored(session, "/1")
        assert files.remove(session, [Path("/1"), Path("/never")]) == 1
        assert tracks.silent(session) == (one,)


def test_a_folder_inside_another_is_no_root_of_its_own(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        assert files.add_root(session, Path("/m/a"))
        assert files.add_root(session, Path("/m/ab"))
        assert not files.add_root(session, Path("/m/a/b"))
        assert files.roots(session) == (Path("/m/a"), Path("/m/ab"))
        assert files.add_root(session, Path("/m"))
        assert files.roots(session) == (Path("/m"),)


def test_folders_are_remembered_once_and_in_order(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        assert files.roots(session) == ()
        assert files.add_root(session, Path("/b"))
        assert files.add_root(session, ODD)
        assert not files.add_root(session, Path("/b"))
        assert files.roots(session) == (Path("/b"), ODD)
        assert files.remove_root(session, Path("/b"))
        assert not files.remove_root(session, Path("/b"))
        assert files.roots(session) == (ODD,)


def test_a_failure_is_kept_once_a_file_and_lists_the_latest_first(
    catalogue: Catalogue,
) -> None:
    with catalogue.session() as session:
        first = failures.record(session, Failure(ODD, 1, 2, "no\0 sound", "read"), NOW)
        later = NOW + timedelta(hours=1)
        other = failures.record(session, Failure(Path("/b"), 1, 2, "bad"), later)
        again = failures.record(session, Failure(ODD, 5, 6, "still"), later + timedelta(1))
        page = failures.listing(session)
        assert again == first != other
        assert failures.count(session) == page.total == 2
        assert page.items == (
            failures.StoredFailure(
                first, ODD, 5, 6, "still", "decode", NOW + timedelta(days=1, hours=1)
            ),
            failures.StoredFailure(other, Path("/b"), 1, 2, "bad", "decode", later),
        )
        assert failures.listing(session, offset=1, limit=1).items == page.items[1:]
        assert set(failures.known(session)) == set(page.items)
        assert failures.forget(session, [ODD, Path("/never")]) == 1
        assert [failure.path for failure in failures.known(session)] == [Path("/b")]
        with pytest.raises(InvalidQuery, match="offset"):
            failures.listing(session, offset=-1)


def test_a_failure_is_retried_ignored_and_restored(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        first, second, third = (
            failures.record(session, Failure(Path(f"/{n}"), 1, 2, "bad"), NOW) for n in range(3)
        )
        assert failures.retry(session, first).state == "again"
        assert failures.ignore(session, second).state == "ignored"
    with catalogue.session() as session:
        listed = {each.id: each.state for each in failures.listing(session).items}
        assert listed == {first: "again", third: "failed"}
        assert failures.count(session) == failures.listing(session).total == 2
        ignored = failures.listing(session, states=("ignored",))
        assert ([each.id for each in ignored.items], ignored.total) == ([second], 1)
        assert len(list(failures.known(session))) == 3
        assert failures.retry_all(session) == 2
        assert failures.get(session, second).state == "ignored"
        assert failures.get(session, third).state == "again"
        assert failures.restore(session, third).state == "failed"
        assert failures.restore(session, second).state == "failed"
        assert failures.count(session) == 3
        for change in (failures.retry, failures.ignore, failures.restore, failures.get):
            with pytest.raises(NotFound, match="no failure 999"):
                change(session, 999)


def test_a_file_that_fails_again_is_an_ordinary_failure(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        for change in (failures.retry, failures.ignore):
            change(session, failures.record(session, Failure(ODD, 1, 2, "bad"), NOW))
            failures.record(session, Failure(ODD, 3, 4, "worse"), NOW)
            (failure,) = failures.known(session)
            assert (failure.state, failure.size, failure.reason) == ("failed", 3, "worse")


def test_what_a_rule_leaves_out_is_no_failure(catalogue: Catalogue) -> None:
    with catalogue.session() as session:
        left_out = failures.record(session, Failure(ODD, 1, 2, "too long"), NOW)
        session.execute(update(tables.failures).values(state="excluded"))
        assert failures.count(session) == failures.listing(session).total == 0
        assert failures.listing(session, states=failures.STATES).total == 0
        assert failures.retry_all(session) == 0
        with pytest.raises(NotFound):
            failures.retry(session, left_out)
        assert [each.path for each in failures.excluded(session)] == [ODD]
        assert list(failures.known(session)) == []


def test_long_lists_are_cut_without_loss() -> None:
    items = list(range(2 * chunking.CHUNK + 3))
    parts = [list(part) for part in chunking.chunks(items)]
    assert [len(part) for part in parts] == [chunking.CHUNK, chunking.CHUNK, 3]
    assert [item for part in parts for item in part] == items
    assert list(chunking.chunks([])) == []
