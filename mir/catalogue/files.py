"""The files that hold the tracks, and the folders in which they are looked for."""

import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session

from mir.analysis import FileFacts
from mir.catalogue import failures
from mir.catalogue.chunks import CHUNK, chunks
from mir.catalogue.paths import restored, shown, stored
from mir.catalogue.revision import take_turn
from mir.catalogue.tables import files, tracks
from mir.catalogue.tables import roots as roots_table
from mir.catalogue.text import title_of
from mir.errors import NotFound


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A file as it was when it was read, and the track it holds."""

    path: Path
    size: int  # bytes
    modified_ns: int
    track_id: int


class Seen(NamedTuple):
    """A file, or a track inside it, as it was when it was read: the evidence alone."""

    name: str  # the path; many of them are read at once, and a Path costs microseconds
    size: int  # bytes
    modified_ns: int
    inode: int | None  # as the file system counts it, 0 to 2**64 - 1; None: not noted yet
    part: int  # as in mir.analysis.FileFacts


class Held(NamedTuple):
    """A track that a file holds, and where in it."""

    track_id: int
    start: float  # second of the file at which it begins


def known_files(session: Session) -> Iterator[KnownFile]:
    """Yield every file, in the order in which they were found."""
    columns = (files.c.path, files.c.size, files.c.modified_ns, files.c.track_id)
    for path, size, modified_ns, track_id in _rows(session, *columns):
        yield KnownFile(restored(path), size, modified_ns, track_id)


def of_track(session: Session, track_id: int) -> tuple[Path, ...]:
    """Return the paths of a track's files, in the order in which they were found."""
    here = select(files.c.path).where(files.c.track_id == track_id).order_by(files.c.id)
    return tuple(map(restored, session.execute(here).scalars()))


def facts(session: Session, ids: Sequence[int]) -> dict[int, tuple[FileFacts, ...]]:
    """Return what is known of the files of tracks, in the order in which they were found."""
    found: dict[int, tuple[FileFacts, ...]] = {}
    for some in chunks([int(track) for track in ids]):
        chosen = select(files).where(files.c.track_id.in_(some)).order_by(files.c.id)
        for row in session.execute(chosen):
            file = FileFacts(
                restored(row.path),
                *(row.size, row.modified_ns, row.container, row.codec),
                *(row.sample_rate, row.channels, row.bit_rate, unsigned_inode(row.inode)),
                *(row.part, row.start, row.seconds),
            )
            found[row.track_id] = (*found.get(row.track_id, ()), file)
    return found


def in_several_places(session: Session) -> frozenset[int]:
    """Return the ids of the tracks that lie in more than one file."""
    counted = select(files.c.track_id).group_by(files.c.track_id).having(func.count() > 1)
    return frozenset(session.execute(counted).scalars())


def owners(session: Session, paths: Sequence[Path]) -> frozenset[int]:
    """Return the ids of the tracks whose files these are."""
    found: set[int] = set()
    for some in chunks([stored(path) for path in paths]):
        found.update(
            session.execute(select(files.c.track_id).where(files.c.path.in_(some))).scalars()
        )
    return frozenset(found)


def held_at(session: Session, paths: Sequence[bytes]) -> dict[bytes, list[Held]]:
    """Return what lies at those of the paths that are known, the tracks of one file in order."""
    found: dict[bytes, list[Held]] = {}
    for some in chunks(list(dict.fromkeys(paths))):
        chosen = select(files.c.path, files.c.track_id, files.c.start)
        here = chosen.where(files.c.path.in_(some)).order_by(files.c.path, files.c.part)
        for path, track_id, start in session.execute(here):
            found.setdefault(path, []).append(Held(track_id, start))
    return found


def seen_files(session: Session) -> Iterator[Seen]:
    """Yield the evidence of every file, in the order in which they were found."""
    columns = (files.c.path, files.c.size, files.c.modified_ns, files.c.inode, files.c.part)
    for path, size, modified_ns, inode, part in _rows(session, *columns):
        yield Seen(os.fsdecode(path), size, modified_ns, unsigned_inode(inode), part)


def _rows(session: Session, *columns: ColumnElement[Any]) -> Iterator[Sequence[Any]]:
    last = 0
    # Parts instead of one long cursor, which on SQLite would hold back the changes of the caller.
    while rows := session.execute(
        select(*columns, files.c.id).where(files.c.id > last).order_by(files.c.id).limit(CHUNK)
    ).all():
        for row in rows:
            yield row[:-1]
        last = rows[-1][-1]


def touch(session: Session, path: Path, *, size: int, modified_ns: int) -> None:
    """Note that a file looks different on disk but holds the same sound and tags.

    Raises:
        NotFound: no such file is known.
    """
    touched = session.execute(
        update(files)
        .where(files.c.path == stored(path))
        .values(size=int(size), modified_ns=int(modified_ns))
    )
    if touched.rowcount == 0:  # type: ignore[attr-defined]
        raise NotFound(f"The file {shown(path)} is not in the catalogue; index it first.")


def note_inodes(session: Session, inodes: Mapping[Path, int]) -> None:
    """Note the inodes of files that are otherwise as they were when they were read."""
    if not inodes:
        return
    take_turn(session)
    statement = update(files).where(files.c.path == bindparam("at")).values(inode=bindparam("now"))
    session.execute(
        statement,
        [{"at": stored(path), "now": signed_inode(inode)} for path, inode in inodes.items()],
    )


def named_by_file(session: Session, paths: Collection[Path]) -> frozenset[Path]:
    """Return those of the files whose track's title may come from the file's name."""
    found: set[Path] = set()
    for some in chunks([stored(path) for path in paths]):
        rows = session.execute(
            select(files.c.path, tracks.c.title)
            .join_from(files, tracks, files.c.track_id == tracks.c.id)
            .where(files.c.path.in_(some))
        )
        found |= {path for raw, title in rows if title == title_of(path := restored(raw))}
    return frozenset(found)


def move(session: Session, moves: Mapping[Path, Path]) -> None:
    """Give files (old path -> new path) their new paths, all at once: they may change places.

    Everything else that is known of them stays. Files that stood at a new path and are not
    moved themselves go; tracks are not removed, even if they have no file left.
    """
    if not moves:
        return
    take_turn(session)
    targets = {stored(new): new for new in moves.values()}
    remove(session, [new for new in moves.values() if new not in moves])
    new_of = {stored(old): stored(new) for old, new in moves.items()}
    ids: dict[int, bytes] = {}
    for some in chunks(list(new_of)):
        rows = session.execute(select(files.c.id, files.c.path).where(files.c.path.in_(some)))
        ids |= {file_id: new_of[raw] for file_id, raw in rows}
    if not ids:
        return
    # By way of names that no file can have, so that no two files bear one name in between.
    aside = update(files).where(files.c.id == bindparam("which")).values(path=bindparam("to"))
    session.execute(aside, [{"which": n, "to": b"\0%d" % n} for n in ids])
    session.execute(
        update(files)
        .where(files.c.id == bindparam("which"))
        .values(path=bindparam("to"), shown=bindparam("text")),
        [{"which": n, "to": raw, "text": shown(targets[raw])} for n, raw in ids.items()],
    )
    failures.forget(session, list(targets.values()))


def link(session: Session, links: Sequence[tuple[Path, Path]]) -> tuple[Path, ...]:
    """Make (known path, further path) pairs files of the same track.

    Return the further paths for which that cannot be: nothing is known at the other path, or
    the file holds several tracks.
    """
    if not links:
        return ()
    take_turn(session)
    rows: dict[bytes, dict[str, Any]] = {}
    for some in chunks([stored(known) for known, _ in links]):
        alone = select(files.c.path).where(files.c.path.in_(some)).group_by(files.c.path)
        single = alone.having(func.max(files.c.part) == 0)
        found = session.execute(select(files).where(files.c.path.in_(single))).mappings()
        rows |= {row["path"]: {k: v for k, v in row.items() if k != "id"} for row in found}
    done = [(rows[raw], path) for known, path in links if (raw := stored(known)) in rows]
    further = [path for _, path in done]
    remove(session, further)
    if done:
        session.execute(
            insert(files), [row | {"path": stored(p), "shown": shown(p)} for row, p in done]
        )
    failures.forget(session, further)
    made = set(further)
    return tuple(path for _, path in links if path not in made)


def remove(session: Session, paths: Sequence[Path]) -> int:
    """Take files out, and no track; return how many rows went."""
    gone = 0
    for some in chunks([stored(path) for path in paths]):
        done = session.execute(delete(files).where(files.c.path.in_(some)))
        gone += done.rowcount  # type: ignore[attr-defined]
    return gone


def signed_inode(inode: int | None) -> int | None:
    """Return the number of an inode (unsigned, 64 bits) as databases can keep it."""
    return inode if inode is None or inode < 2**63 else inode - 2**64


def unsigned_inode(kept: int | None) -> int | None:
    """Return the number of an inode that `signed_inode` gave."""
    return kept if kept is None or kept >= 0 else kept + 2**64


def add_root(session: Session, path: Path) -> bool:
    """Remember a folder of music; return whether it was new.

    A folder inside a known one is covered by that. Known ones inside a new one are forgotten.
    """
    take_turn(session)
    before = roots(session)
    if any(path.is_relative_to(root) for root in before):
        return False
    for root in before:
        if root.is_relative_to(path):
            remove_root(session, root)
    session.execute(insert(roots_table).values(path=stored(path), shown=shown(path)))
    return True


def remove_root(session: Session, path: Path) -> bool:
    """Forget a folder of music, though not its tracks; return whether it was known."""
    done = session.execute(delete(roots_table).where(roots_table.c.path == stored(path)))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def roots(session: Session) -> tuple[Path, ...]:
    """Return the folders of music, in the order in which they were added."""
    rows = session.execute(select(roots_table.c.path).order_by(roots_table.c.id)).scalars()
    return tuple(restored(raw) for raw in rows)
