"""Catalogues with something in every table, and what an export holds without its ids."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from mir.analysis import Failure, Tags
from mir.catalogue import (
    api_keys,
    chromas,
    failures,
    files,
    fingerprints,
    models,
    playlist_entries,
    playlists,
    plays,
    sign_ins,
    tracks,
    users,
)
from mir.catalogue.models import KnownModel
from mir.catalogue.plays import NewPlay
from mir.catalogue.portable.layout import Header
from mir.catalogue.portable.merging import Merged, merge
from mir.catalogue.portable.moves import Move, Moves
from mir.catalogue.portable.reading import open_export
from mir.catalogue.portable.writing import write
from mir.catalogue.session import Catalogue, Session
from mir.catalogue.tables import exclusions
from tests.made_up_analyses import DIMENSION, NOW, made_up_analysis, made_up_hearing

OTHER = "other-model"
ODD = b"/music/caf\xe9 \xff.mp3"  # no UTF-8


def fill(session: Session, numbers: Iterable[int], *, second: Iterable[int] = ()) -> None:
    """Store sounds by number, those of `second` heard by a second model, too.

    Every third has a copy; number 1 lies at a path that is no UTF-8.
    """
    heard_twice = set(second)
    models.register(session, KnownModel("made-up-model", "made up", DIMENSION, ("Rock", "Pop")))
    models.register(session, KnownModel(OTHER, "another", DIMENSION, ()))
    for number in numbers:
        analysis = made_up_analysis(
            path_of(number),
            f"hash-{number}",
            tags=Tags(
                title=f"Title {number}",
                artists=(f"Artist {number % 3}", "Böhm"),
                album_artist=f"Artist {number % 2}" if number % 2 else None,
                genres=("rock", f"Style {number % 4}"),
                artist_mbids=(f"id-{number}",),
            ),
            hearing=made_up_hearing(number),
            inode=number,
            modified_ns=number,
        )
        if number in heard_twice:
            hearing = made_up_hearing(number + 50, model_id=OTHER, genres=[("Dub", 0.5)])
            further = replace(hearing, arousal=0.25, norm=1.5)
            analysis = replace(analysis, further=(further,))
        tracks.store(session, analysis, NOW + timedelta(seconds=number))
        if number % 3 == 0:
            copy = replace(analysis.file, path=Path(f"/copies/{number}.mp3"))
            tracks.store_file(session, copy, analysis.audio_hash, analysis.tags)


def fill_the_rest(session: Session) -> None:
    """Store a failure, a folder, a rule, a model to come, prints, plays, and a playlist.

    And an account with a session and a key, which are not carried.
    """
    failures.record(session, Failure(Path("/music/bad.mp3"), 5, 6, "No sound.", "decode"), NOW)
    files.add_root(session, Path("/music"))
    session.execute(insert(exclusions).values(kind="path", value="*/demo/*"))
    models.prepare(session, OTHER)
    track = tracks.resolve(session, "Title 2")
    fingerprints.put(session, "made-up-1", {track: b"\0print"})
    chromas.put(session, "made-up-2", {track: (b"\0chroma", b"\0\1")})
    plays.record(session, [NewPlay(track, "listen", NOW, name, 9.5) for name in ("", "ann")], NOW)
    query = {"kind": "tracks", "count": 2}
    evening = playlists.create(session, "Evening", NOW, query=query, listener="ann")
    listed = [track.id for track in tracks.page(session, limit=2).items]
    playlist_entries.replace(session, evening.id, [*listed, listed[0]], NOW, listener="ann")
    ann = users.add(session, "ann", "a hash", "admin", NOW)
    sign_ins.add(session, b"a digest", ann.id, NOW, NOW)
    api_keys.add(session, b"another", ann.id, "a player", "read", NOW)


def path_of(number: int) -> Path:
    """Where the file of a sound lies."""
    return (
        Path(ODD.decode("utf-8", "surrogateescape"))
        if number == 1
        else Path(f"/music/{number}.mp3")
    )


def exported(catalogue: Catalogue, path: Path) -> Path:
    """Write an export of a catalogue, with the file of one model; return its path."""
    write_to(catalogue, path)
    return path


def write_to(catalogue: Catalogue, path: Path, **options: Any) -> Header:
    """Write an export of a catalogue."""
    options = {"models": {"a-model": lambda: b"weights"}, **options}
    return write(catalogue, path, program="0.0", now=NOW, **options)


def imported(catalogue: Catalogue, path: Path, *moves: tuple[str, str]) -> Merged:
    """Merge an export into a catalogue, in one transaction."""
    mapped = Moves([Move(Path(old), Path(new)) for old, new in moves])
    with open_export(path, path.parent) as export, catalogue.session() as session:
        return merge(session, export.connection, mapped)


def content(path: Path) -> dict[str, list[Any]]:
    """All rows of an export, sorted; ids as what they stand for, those of vectors left out.

    Inodes, which mean nothing elsewhere, and the numbers of changes are left out, too.
    """
    with closing(sqlite3.connect(path)) as file:
        file.row_factory = sqlite3.Row
        names = [
            name
            for (name,) in file.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
            if not name.startswith("sqlite_") and name not in ("mir_export", "alembic_version")
        ]
        known = {
            column: dict(file.execute(f"SELECT id, {name} FROM {table}").fetchall())
            for column, table, name in (
                ("track_id", "tracks", "audio_hash"),
                ("artist_id", "artists", "name"),
                ("genre_id", "genres", "folded"),
                ("playlist_id", "playlists", "listener || ':' || name"),
            )
        }
        return {
            name: sorted(
                (_plain(row, known) for row in file.execute(f"SELECT * FROM {name}")), key=str
            )
            for name in sorted(names)
        }


def _plain(row: sqlite3.Row, known: dict[str, dict[int, str]]) -> dict[str, Any]:
    kept = {name: row[name] for name in row.keys() if name not in ("id", "inode", "revision")}  # noqa: SIM118
    for column in known.keys() & kept.keys():
        kept[column] = known[column][kept[column]]
    if kept.get("key") in ("revision", "writes", "fingerprints"):
        kept["value"] = None
    return kept


def rows(path: Path, statement: str) -> list[Any]:
    """What a statement answers on an export."""
    with closing(sqlite3.connect(path)) as file:
        return file.execute(statement).fetchall()
