"""The vectors that models gave to tracks: one for the whole, one for each passage.

Vectors have unit length and shape (dimension,); they are stored as float32, passages as
float16, whose error in a cosine is below 0.001.
"""

from collections.abc import Sequence

import numpy as np
from sqlalchemy import Select, delete, func, insert, select
from sqlalchemy.orm import Session

from mir.analysis import FloatArray
from mir.catalogue.chunks import chunks
from mir.catalogue.ids import Ids, read_ids
from mir.catalogue.revision import bump
from mir.catalogue.tables import embeddings
from mir.errors import CatalogueError, NotFound

_STREAM_ROWS = 2_000


def put(
    session: Session, track_id: int, model_id: str, vector: FloatArray, passages: FloatArray
) -> bool:
    """Store what a model made of a track; return whether that changed anything.

    `vector` has shape (dimension,), `passages` (passage, dimension). A change raises the
    catalogue's revision.
    """
    whole = np.ascontiguousarray(vector, dtype="<f4")
    parts = np.ascontiguousarray(passages, dtype="<f2")
    if whole.ndim != 1 or parts.ndim != 2 or parts.shape[1] != whole.shape[0]:
        raise ValueError(f"shapes {whole.shape} and {parts.shape} are no vector and its passages")
    values = {"vector": whole.tobytes(), "passage_count": len(parts), "passages": parts.tobytes()}
    here = (embeddings.c.model_id == model_id) & (embeddings.c.track_id == track_id)
    columns = (embeddings.c.vector, embeddings.c.passage_count, embeddings.c.passages)
    old = session.execute(select(*columns).where(here)).first()
    if old is not None and old._asdict() == values:
        return False
    session.execute(delete(embeddings).where(here))
    session.execute(
        insert(embeddings).values(
            model_id=model_id, track_id=track_id, revision=bump(session), **values
        )
    )
    return True


def vector(session: Session, track_id: int, model_id: str) -> FloatArray:
    """Return the vector (dimension,) of a track; NotFound where the model gave none."""
    blob = session.execute(
        select(embeddings.c.vector).where(
            embeddings.c.model_id == model_id, embeddings.c.track_id == track_id
        )
    ).scalar()
    if blob is None:
        raise NotFound(f"Track {track_id} has no vector of the present model; index it again.")
    return np.frombuffer(blob, dtype="<f4").astype(np.float32)


def passages(session: Session, ids: Sequence[int], model_id: str) -> dict[int, FloatArray]:
    """Return the passages (passage, dimension) of those of the tracks that have any stored."""
    found: dict[int, FloatArray] = {}
    columns = (embeddings.c.track_id, embeddings.c.passage_count, embeddings.c.passages)
    for some in chunks([int(track_id) for track_id in ids]):
        rows = session.execute(
            select(*columns).where(
                embeddings.c.model_id == model_id, embeddings.c.track_id.in_(some)
            )
        )
        for track_id, count, blob in rows:
            if count:
                parts = np.frombuffer(blob, dtype="<f2").reshape(count, -1)
                found[track_id] = parts.astype(np.float32)
    return found


def ids_with(session: Session, model_id: str) -> Ids:
    """Return the ids of all tracks that have a vector of the model, ascending."""
    return read_ids(session, select(embeddings.c.track_id).where(embeddings.c.model_id == model_id))


def all_vectors(session: Session, model_id: str) -> tuple[Ids, FloatArray]:
    """Return (ids, matrix (track, dimension)) of all vectors of a model, by ascending id."""
    return _read(session, model_id, select())


def vectors_since(session: Session, model_id: str, since: int) -> tuple[Ids, FloatArray]:
    """Return (ids, matrix) of the vectors written after the revision `since`, by ascending id.

    With `ids_with`, which tells what is gone, this brings an index up to date.
    """
    return _read(session, model_id, select().where(embeddings.c.revision > since))


def _read(session: Session, model_id: str, base: Select[tuple[()]]) -> tuple[Ids, FloatArray]:
    base = base.where(embeddings.c.model_id == model_id)
    shape = session.execute(
        base.add_columns(func.count(), func.max(func.length(embeddings.c.vector)))
    ).one()
    count, dimension = shape[0], (shape[1] or 0) // 4
    ids = np.empty(count, dtype=np.int64)
    matrix = np.empty((count, dimension), dtype=np.float32)
    filled = 0
    chosen = base.add_columns(embeddings.c.track_id, embeddings.c.vector)
    with session.execute(
        chosen.order_by(embeddings.c.track_id), execution_options={"yield_per": _STREAM_ROWS}
    ) as rows:
        for part in rows.partitions():
            # Tracks stored since they were counted are left to the next reader.
            kept = part[: count - filled]
            if any(len(row[1]) != dimension * 4 for row in kept):
                raise CatalogueError(
                    f"The vectors of the model {model_id} differ in length; "
                    "index the library again."
                )
            end = filled + len(kept)
            blob = b"".join(row[1] for row in kept)
            ids[filled:end] = [row[0] for row in kept]
            matrix[filled:end] = np.frombuffer(blob, dtype="<f4").reshape(len(kept), dimension)
            filled = end
    return ids[:filled], matrix[:filled]
