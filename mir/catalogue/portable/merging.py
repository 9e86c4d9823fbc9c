"""Merges an export into a catalogue: a sound that is known keeps its id and gets what it lacks.

Rows of every table are matched by their natural key; those that are not here are added under new
ids, those that are here stay as they are. `mir.catalogue.portable.rules` says what more is to be
seen to in some tables.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Table, insert, select
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from mir.catalogue.portable.layout import carried
from mir.catalogue.portable.matching import (
    Key,
    Row,
    by_key,
    found,
    natural_key,
    own_id,
    references,
)
from mir.catalogue.portable.moves import Moves
from mir.catalogue.portable.reading import batches
from mir.catalogue.portable.rules import Rules
from mir.catalogue.revision import take_turn
from mir.errors import CatalogueError


@dataclass(frozen=True, slots=True)
class Merged:
    """What an import brought."""

    added: Mapping[str, int]  # table -> rows that were not here
    known: int  # sounds that were here
    taken: int  # files left out, since their paths hold something else here


def merge(
    session: Session,
    source: Connection,
    moves: Moves,
    progress: Callable[[int], None] = lambda done: None,
) -> Merged:
    """Merge the catalogue behind `source`, of the newest schema, into that of `session`.

    Nothing changes where all of it is here. Memory grows by a few numbers a track. `progress` is
    told the rows that were looked at.

    Raises:
        CatalogueError: a row of the export cannot be right; the caller rolls back.
        InvalidQuery: the moves bring two files of the export to one path; likewise.
    """
    take_turn(session)
    rules = Rules(session, source, moves)
    referred = {parent.name for table in carried() for _, parent in references(table)}
    ids: dict[str, dict[int, int]] = {name: {} for name in referred}  # id there -> id here
    added: dict[str, int] = {}
    done = 0
    # Failures last: a file that could be read there counts more than one that could not.
    for table in sorted(carried(), key=lambda table: table.name == "failures"):
        added[table.name] = 0
        for rows in batches(source, select(table).order_by(*table.primary_key.columns)):
            done += len(rows)
            taken = rules.of(table)(_refer_to_here(table, rows, ids))
            given = ids.get(table.name)
            added[table.name] += _put(session, table, taken, rules.last_track, given)
            progress(done)
    return Merged(added, rules.known, rules.taken)


def _refer_to_here(
    table: Table, rows: list[Row], ids: Mapping[str, Mapping[int, int]]
) -> list[Row]:
    """Let references be to rows of here; rows whose parents were left out are not returned."""
    for name, parent in references(table):
        here = ids[parent.name]
        rows = [row for row in rows if row[name] is None or row[name] in here]
        for row in rows:
            if row[name] is not None:
                row[name] = here[row[name]]
    return rows


def _put(
    session: Session, table: Table, rows: list[Row], last_track: int, ids: dict[int, int] | None
) -> int:
    """Add those of the rows that are not here; return how many.

    The ids of all of them, there and here, go to `ids`, if others refer to them.
    """
    own = own_id(table)
    keyed = by_key(table, rows)
    here = found(session, table, _perhaps_here(table, list(keyed), last_track))
    new = [row for key, row in keyed.items() if key not in here]
    there = {key: row.pop(own.name) for key, row in keyed.items()} if own is not None else {}
    _insert(session, table, new)
    if ids is not None:
        here = found(session, table, list(keyed)) if new else here
        ids.update((there[key], here[key]) for key in keyed)
    return len(new)


def _insert(session: Session, table: Table, rows: list[Row]) -> None:
    if not rows:
        return
    try:
        session.execute(insert(table), rows)
    except (IntegrityError, DataError) as error:
        raise CatalogueError(
            f"The export holds a row of {table.name} that cannot be right ({error.orig}); "
            "write it again."
        ) from error


def _perhaps_here(table: Table, keys: list[Key], last_track: int) -> list[Key]:
    """The keys but for those of tracks that this import has made."""
    names = [column.name for column in natural_key(table)]
    if "track_id" not in names:
        return keys
    place = names.index("track_id")
    return [key for key in keys if key[place] <= last_track]
