"""Which rows of two catalogues are the same thing: by natural key, since ids differ."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, Integer, Table, UniqueConstraint, select, tuple_
from sqlalchemy.orm import Session

Row = dict[str, Any]
Key = tuple[Any, ...]


def own_id(table: Table) -> Column[Any] | None:
    """Return the column of ids that the database gives out; None where the key says what it is."""
    keys = list(table.primary_key.columns)
    counted = len(keys) == 1 and isinstance(keys[0].type, Integer) and not keys[0].foreign_keys
    return keys[0] if counted else None


def natural_key(table: Table) -> tuple[Column[Any], ...]:
    """Return the columns by which a row is known anywhere.

    Those that the schema calls unique; else the primary key where it is more than a number; else
    all that are never null.
    """
    own = own_id(table)
    if own is None:
        return tuple(table.primary_key.columns)
    unique = sorted(
        (tuple(each.columns) for each in table.constraints if isinstance(each, UniqueConstraint)),
        key=lambda columns: [column.name for column in columns],
    )
    if unique:
        return unique[0]
    return tuple(column for column in table.columns if column is not own and not column.nullable)


def references(table: Table) -> list[tuple[str, Table]]:
    """Return the names of the columns that hold ids of other rows, and the tables of those."""
    return [
        (column.name, key.column.table)
        for column in table.columns
        for key in column.foreign_keys
        if own_id(key.column.table) is not None
    ]


def by_key(table: Table, rows: Sequence[Row]) -> dict[Key, Row]:
    """Return the rows by their values in the columns of the natural key."""
    names = [column.name for column in natural_key(table)]
    return {tuple(row[name] for name in names): row for row in rows}


def found(session: Session, table: Table, keys: Sequence[Key]) -> dict[Key, int]:
    """Return those of the keys (a few thousand) that the catalogue has, with the ids of their rows.

    Tables without ids of their own have 0 for each.
    """
    if not keys:
        return {}
    columns = natural_key(table)
    wanted: ColumnElement[bool]
    if len(columns) == 1:
        wanted = columns[0].in_([key[0] for key in keys])
    else:
        wanted = tuple_(*columns).in_(list(keys))
    own = own_id(table)
    chosen = select(*columns, *(() if own is None else (own,))).where(wanted)
    count = len(columns)
    return {tuple(row[:count]): 0 if own is None else row[count] for row in session.execute(chosen)}
