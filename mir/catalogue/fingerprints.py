"""The fingerprints of tracks: what a recording is known again by, one of one method each.

What stands in one is up to `mir.fingerprint`; here it is bytes. As with vectors, the rows are the
truth and an index of them is a cache, which asks for what was written since it was made.
"""

from collections.abc import Iterator, Mapping

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from mir.catalogue.ids import Ids, read_ids
from mir.catalogue.revision import bump_fingerprints
from mir.catalogue.tables import fingerprints, tracks
from mir.errors import NotFound

_STREAM_ROWS = 200  # of up to some hundred kilobytes


def put(session: Session, method: str, contents: Mapping[int, bytes]) -> None:
    """Store the fingerprints of tracks (id -> content), in place of any that they have.

    Raises the revision of the fingerprints where there is one to store. All ids must be those of
    tracks.
    """
    if not contents:
        return
    revision = bump_fingerprints(session)
    ids = list(contents)
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
    """Return the ids of all tracks that have a fingerprint of the method, ascending."""
    return read_ids(session, select(fingerprints.c.track_id).where(fingerprints.c.method == method))


def ids_without(session: Session, method: str) -> Ids:
    """Return the ids of all tracks that have none of the method, ascending."""
    has = fingerprints.c.track_id == tracks.c.id, fingerprints.c.method == method
    lacking = ~select(fingerprints.c.track_id).where(*has).exists()
    return read_ids(session, select(tracks.c.id).where(lacking))


def written_since(session: Session, method: str, since: int) -> Iterator[tuple[int, bytes]]:
    """Yield (track id, content) of what was written after a revision, by ascending id.

    A few hundred are held at a time. With `ids_with`, which tells what is gone, this brings an
    index up to date; since 0 gives all.
    """
    columns = (fingerprints.c.track_id, fingerprints.c.content)
    newer = (fingerprints.c.method == method) & (fingerprints.c.revision > since)
    with session.execute(
        select(*columns).where(newer).order_by(fingerprints.c.track_id),
        execution_options={"yield_per": _STREAM_ROWS},
    ) as rows:
        for row in rows:
            yield row.track_id, row.content
