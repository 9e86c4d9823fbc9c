"""The orders in which tracks are browsed, first that by artist, album, disc, number and title."""

from collections.abc import Iterator
from itertools import chain
from typing import Literal, get_args

import numpy as np
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from mir.catalogue.ids import Ids
from mir.catalogue.tables import tracks
from mir.catalogue.text import searchable

Order = Literal["artist", "title", "newest", "oldest", "added", "shortest", "longest"]
"""By artist and album; by title; by year; those added last first; by length."""
ORDERS: tuple[Order, ...] = get_args(Order)

_FEW = 1_000  # tracks that are asked for by their ids; among more a walk soon meets enough
_WALKED = 2_000  # rows at a time


def browsed(
    session: Session, text: str, among: Ids | None, offset: int, limit: int
) -> tuple[list[int], int]:
    """Return the ids of part of the tracks, in the order of browsing, and how many there are.

    `text` and `among` (ascending ids; None: all) say which, as in `mir.catalogue.tracks.page`.
    """
    words = searchable(text).split()
    holding = [tracks.c.search_text.contains(word, autoescape=True) for word in words]
    # Few of the tracks hold the words: reading all in the order of the index would jump about.
    order = tracks.c.sort_key + "" if words else tracks.c.sort_key
    chosen = select(tracks.c.id).where(*holding).order_by(order, tracks.c.id)
    if among is None:
        total = session.execute(select(func.count()).select_from(tracks).where(*holding))
        part = session.execute(chosen.offset(offset).limit(limit)).scalars()
        return list(part), total.scalar_one()
    if len(among) <= _FEW:
        few = chosen.where(tracks.c.id.in_(among.tolist()))
        found = list(session.execute(few).scalars()) if len(among) else []
        return found[offset : offset + limit], len(found)
    if words:
        found = list(chain.from_iterable(_walk(session, chosen, among)))
        return found[offset : offset + limit], len(found)
    found = []
    for some in _walk(session, chosen, among):
        found += some
        if len(found) >= offset + limit:
            break
    return found[offset : offset + limit], len(among)


def ordered(session: Session, order: Order = "artist", text: str = "") -> Ids:
    """Return the ids of all tracks that hold the words of a text, as `page` means it, in an order.

    Equals are ordered as by artist; what has no year comes last in both orders by year.
    """
    holding = [
        tracks.c.search_text.contains(word, autoescape=True) for word in searchable(text).split()
    ]
    chosen = select(tracks.c.id).where(*holding).order_by(*_by(session, order), tracks.c.id)
    return np.array(session.execute(chosen).scalars().all(), dtype=np.int64)


def _by(session: Session, order: Order) -> tuple[ColumnElement[object], ...]:
    name = tracks.c.search_text  # begins with the title
    if session.get_bind().dialect.name == "postgresql":
        name = name.collate("C")  # type: ignore[assignment]
    first: dict[Order, tuple[ColumnElement[object], ...]] = {
        "artist": (),
        "title": (name,),
        "newest": (tracks.c.year.desc().nulls_last(),),
        "oldest": (tracks.c.year.asc().nulls_last(),),
        "added": (tracks.c.added_at.desc(),),
        "shortest": (tracks.c.seconds,),
        "longest": (tracks.c.seconds.desc(),),
    }
    return (*first[order], tracks.c.sort_key)


def _walk(session: Session, chosen: Select[tuple[int]], among: Ids) -> Iterator[list[int]]:
    """Yield which of `among` a statement finds, in its order, as far as it is read."""
    with session.execute(chosen, execution_options={"yield_per": _WALKED}) as rows:
        for some in rows.scalars().partitions():
            ids = np.array(some, dtype=np.int64)
            yield ids[np.isin(ids, among, assume_unique=True)].tolist()
