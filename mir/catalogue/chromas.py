"""The chroma of tracks: what other performances of their music are found by.

What stands in one is up to `mir.versions`; here it is bytes, and a vector that sums it up.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from mir.analysis import FloatArray
from mir.catalogue.chunks import chunks
from mir.catalogue.ids import Ids
from mir.catalogue.revision import take_turn
from mir.catalogue.tables import chromas, tracks

_STREAM_ROWS = 2_000


def put(session: Session, method: str, contents: Mapping[int, tuple[bytes, bytes]]) -> None:
    """Store chroma and packed summary of tracks (by id), in place of any that they have.

    Both are empty for a track that gives no sound. Tracks that are no longer there are passed over.
    """
    take_turn(session)
    ids = list(session.execute(select(tracks.c.id).where(tracks.c.id.in_(contents))).scalars())
    if not ids:
        return
    session.execute(delete(chromas).where(chromas.c.track_id.in_(ids)))
    session.execute(
        insert(chromas),
        [
            {"track_id": i, "method": method, "content": contents[i][0], "summary": contents[i][1]}
            for i in ids
        ],
    )


def contents(session: Session, ids: Sequence[int], method: str) -> dict[int, bytes]:
    """Return the chroma of those of the tracks that have any of the method."""
    found: dict[int, bytes] = {}
    columns = (chromas.c.track_id, chromas.c.content)
    said = (chromas.c.method == method) & (func.length(chromas.c.content) > 0)
    for some in chunks([int(track) for track in ids]):
        for row in session.execute(select(*columns).where(said, chromas.c.track_id.in_(some))):
            found[row.track_id] = row.content
    return found


def summaries(session: Session, method: str) -> tuple[Ids, FloatArray]:
    """Return the ids (n,), ascending, of all tracks with a summary of the method, and those (n, d).

    A hundred thousand take 130 MB.
    """
    ids: list[int] = []
    vectors: list[bytes] = []
    columns = (chromas.c.track_id, chromas.c.summary)
    said = (chromas.c.method == method) & (func.length(chromas.c.summary) > 0)
    with session.execute(
        select(*columns).where(said).order_by(chromas.c.track_id),
        execution_options={"yield_per": _STREAM_ROWS},
    ) as rows:
        for row in rows:
            ids.append(row.track_id)
            vectors.append(row.summary)
    matrix = np.frombuffer(b"".join(vectors), "<f2").astype(np.float32)
    return np.array(ids, np.int64), matrix.reshape(len(ids), -1 if ids else 0)
