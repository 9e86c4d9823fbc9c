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
from mir.catalogue.tables import chromas, comparisons, files, fingerprints, matches, tracks
from mir.errors import NotFound

_STREAM_ROWS = 200  # of up to some hundred kilobytes


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

    Raises the revision of the fingerprints where there is one to store. What a track with another
    fingerprint than before was found to share is forgotten, and it counts as not yet compared.
    Tracks that are no longer there are passed over.
    """
    take_turn(session)
    here = select(tracks.c.id, fingerprints.c.method, fingerprints.c.content).outerjoin(
        fingerprints, fingerprints.c.track_id == tracks.c.id
    )
    rows = session.execute(here.where(tracks.c.id.in_(contents)))
    ids = [row.id for row in rows if (row.method, row.content) != (method, contents[row.id])]
    if not ids:
        return
    revision = bump_fingerprints(session)
    session.execute(delete(fingerprints).where(fingerprints.c.track_id.in_(ids)))
    session.execute(delete(comparisons).where(comparisons.c.track_id.in_(ids)))
    pairs = matches.c.first_id.in_(ids) | matches.c.second_id.in_(ids)
    session.execute(delete(matches).where(pairs))
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
    """Return the ids of all tracks with a fingerprint of the method that is not empty."""
    said = (fingerprints.c.method == method) & (func.length(fingerprints.c.content) > 0)
    return read_ids(session, select(fingerprints.c.track_id).where(said))


def lacking(session: Session, method: str, chroma_method: str) -> tuple[Lacking, ...]:
    """Return every file of the tracks that lack either, by path and part.

    One decoding gives both: the fingerprint, and the chroma of `mir.catalogue.chromas`.
    """
    has_both = (
        select(fingerprints.c.track_id)
        .join(chromas, chromas.c.track_id == fingerprints.c.track_id)
        .where(
            fingerprints.c.track_id == files.c.track_id,
            fingerprints.c.method == method,
            chromas.c.method == chroma_method,
        )
    )
    columns = (
        *(files.c.track_id, files.c.path, files.c.size, files.c.modified_ns),
        *(files.c.part, files.c.start, files.c.seconds),
    )
    chosen = select(*columns).where(~has_both.exists()).order_by(files.c.path, files.c.part)
    return tuple(Lacking(row[0], restored(row[1]), *row[2:]) for row in session.execute(chosen))


def written_since(session: Session, method: str, since: int) -> Iterator[tuple[int, bytes]]:
    """Yield (track id, content) of what was written after a revision, by ascending id.

    A few hundred are held at a time; empty ones are among them. With `ids_with`, which tells what
    is gone, this brings an index up to date; since 0 gives all.
    """
    columns = (fingerprints.c.track_id, fingerprints.c.content)
    newer = (fingerprints.c.method == method) & (fingerprints.c.revision > since)
    with session.execute(
        select(*columns).where(newer).order_by(fingerprints.c.track_id),
        execution_options={"yield_per": _STREAM_ROWS},
    ) as rows:
        for row in rows:
            yield row.track_id, row.content
