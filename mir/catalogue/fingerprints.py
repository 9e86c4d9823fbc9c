"""The fingerprints of tracks: what a recording is known again by, one of one method each.

What stands in one is up to `mir.fingerprint`; here it is bytes. As with vectors, the rows are the
truth and an index of them is a cache, which asks for what was written since it was made.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from mir.catalogue.ids import Ids, read_ids
from mir.catalogue.paths import restored
from mir.catalogue.revision import bump_fingerprints, take_turn
from mir.catalogue.tables import files, fingerprints, tracks
from mir.errors import NotFound

_STREAM_ROWS = 200  # of up to some hundred kilobytes
NOTHING = b""  # the content for a track that gives no sound: it is not tried again


@dataclass(frozen=True, slots=True)
class Lacking:
    """A place where a track without a fingerprint can be heard; fields as in FileFacts."""

    track_id: int
    path: Path
    size: int  # bytes
    modified_ns: int
    part: int
    start: float  # seconds
    seconds: float | None


def put(session: Session, method: str, contents: Mapping[int, bytes]) -> None:
    """Store the fingerprints of tracks (id -> content), in place of any that they have.

    Raises the revision of the fingerprints where there is one to store. Tracks that are no longer
    there are passed over.
    """
    take_turn(session)
    ids = list(session.execute(select(tracks.c.id).where(tracks.c.id.in_(contents))).scalars())
    if not ids:
        return
    revision = bump_fingerprints(session)
    session.execute(delete(fingerprints).where(fingerprints.c.track_id.in_(ids)))
    session.execute(
        insert(fingerprints),
        [
            {"track_id": i, "method": method, "revision": revision, "content": contents[i]}
            for i in ids
        ],
    )


def content(session: Session, track_id: int, method: str) -> bytes:
    """Return the fingerprint of a track; NotFound where the method made none."""
    here = (fingerprints.c.track_id == track_id) & (fingerprints.c.method == method)
    found = session.execute(select(fingerprints.c.content).where(here)).scalar()
    if found is None:
        raise NotFound(f"Track {track_id} has no fingerprint yet; run `mir index`.")
    return found


def ids_with(session: Session, method: str) -> Ids:
    """Return the ids of all tracks with a fingerprint of the method that is more than `NOTHING`."""
    said = (fingerprints.c.method == method) & (func.length(fingerprints.c.content) > 0)
    return read_ids(session, select(fingerprints.c.track_id).where(said))


def lacking(session: Session, method: str) -> tuple[Lacking, ...]:
    """Return every file of the tracks that have none of the method, by path and part."""
    has = fingerprints.c.track_id == files.c.track_id, fingerprints.c.method == method
    without = ~select(fingerprints.c.track_id).where(*has).exists()
    columns = (
        *(files.c.track_id, files.c.path, files.c.size, files.c.modified_ns),
        *(files.c.part, files.c.start, files.c.seconds),
    )
    rows = session.execute(select(*columns).where(without).order_by(files.c.path, files.c.part))
    return tuple(Lacking(row[0], restored(row[1]), *row[2:]) for row in rows)


def written_since(session: Session, method: str, since: int) -> Iterator[tuple[int, bytes]]:
    """Yield (track id, content) of what was written after a revision, by ascending id.

    A few hundred are held at a time; `NOTHING` is among them. With `ids_with`, which tells what is
    gone, this brings an index up to date; since 0 gives all.
    """
    columns = (fingerprints.c.track_id, fingerprints.c.content)
    newer = (fingerprints.c.method == method) & (fingerprints.c.revision > since)
    with session.execute(
        select(*columns).where(newer).order_by(fingerprints.c.track_id),
        execution_options={"yield_per": _STREAM_ROWS},
    ) as rows:
        for row in rows:
            yield row.track_id, row.content
