"""What all listeners did, as arrays: what those who learn from many at once read."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from mir.catalogue.plays import KINDS
from mir.catalogue.tables import plays, tracks

MOST_OF_ONE, MOST = 5_000, 200_000  # plays that are read: the latest of a listener, and of all

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Listening:
    """Plays of tracks that are in the library, one a place in every array (n,)."""

    names: tuple[str, ...]  # of the listeners
    listener: Ids  # place in `names`
    track: Ids  # id
    kind: Ids  # place in `mir.catalogue.plays.KINDS`
    share: Floats  # of the track that was heard, in [0, 1]; NaN: not known
    at: Floats  # seconds since 1970, UTC


@dataclass(frozen=True, slots=True)
class Stamp:
    """What plays there are: as long as it stays the same, so do they."""

    count: int
    last: int  # id of the latest


def stamp(session: Session) -> Stamp:
    """Return which plays there are; read it before the plays themselves."""
    count, last = session.execute(select(func.count(), func.max(plays.c.id))).one()
    return Stamp(count, last or 0)


def is_whole(session: Session, seen: Stamp) -> bool:
    """Whether nothing of what there was at that stamp has been taken back since."""
    left = select(func.count()).select_from(plays).where(plays.c.id <= seen.last)
    return session.execute(left).scalar_one() == seen.count


def everybody(session: Session) -> Listening:
    """Return the latest plays of all listeners: `MOST_OF_ONE` of each and `MOST` in all."""
    place = func.row_number().over(
        partition_by=plays.c.listener, order_by=(plays.c.at.desc(), plays.c.id.desc())
    )
    ranked = (
        select(
            *(plays.c.listener, tracks.c.id.label("track"), plays.c.kind, plays.c.at),
            *(plays.c.id, plays.c.seconds, tracks.c.seconds.label("length")),
            place.label("place"),
        )
        .join_from(plays, tracks, plays.c.audio_hash == tracks.c.audio_hash)
        .subquery()
    )
    rows = session.execute(
        select(ranked)
        .where(ranked.c.place <= MOST_OF_ONE)
        .order_by(ranked.c.at.desc(), ranked.c.id.desc())
        .limit(MOST)
    ).all()
    names = sorted({row.listener for row in rows})
    number = {name: place for place, name in enumerate(names)}
    kinds = {kind: place for place, kind in enumerate(KINDS)}
    length = np.array([row.length for row in rows], dtype=np.float64)
    heard = np.array([row.seconds for row in rows], dtype=np.float64)  # None becomes NaN
    share = np.full(len(rows), np.nan)
    np.divide(heard, length, out=share, where=length > 0)
    return Listening(
        tuple(names),
        np.array([number[row.listener] for row in rows], dtype=np.int64),
        np.array([row.track for row in rows], dtype=np.int64),
        np.array([kinds[row.kind] for row in rows], dtype=np.int64),
        np.minimum(1.0, share),
        np.array([row.at.timestamp() for row in rows], dtype=np.float64),
    )
