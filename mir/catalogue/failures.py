"""The files that could not be analysed, with the reason, until they can or are gone.

Files that a rule keeps out are kept here too, apart from the others: so they are not opened again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update
from sqlalchemy.orm import Session

from mir.analysis import Failure
from mir.catalogue.chunks import CHUNK, chunks
from mir.catalogue.paging import Page, check_page
from mir.catalogue.paths import restored, shown, stored
from mir.catalogue.revision import take_turn
from mir.catalogue.tables import failures
from mir.catalogue.text import clean

EXCLUDED = "excluded"  # stage and state of a file that a rule keeps out
_FAILED = failures.c.state != EXCLUDED


@dataclass(frozen=True, slots=True)
class StoredFailure:
    """A file that could not be analysed, as it was when that was tried last."""

    id: int
    path: Path
    size: int  # bytes
    modified_ns: int
    reason: str
    stage: str
    failed_at: datetime  # UTC


def record(session: Session, failure: Failure, now: datetime) -> int:
    """Store a failure, in place of an earlier one of the same file; return its id."""
    take_turn(session)
    values = {
        "size": int(failure.size),
        "modified_ns": int(failure.modified_ns),
        "reason": clean(failure.reason) or "unknown",
        "stage": failure.stage,
        "state": EXCLUDED if failure.stage == EXCLUDED else "failed",
        "failed_at": now,
    }
    path = stored(failure.path)
    changed = session.execute(
        update(failures).where(failures.c.path == path).values(**values).returning(failures.c.id)
    ).scalar()
    if changed is not None:
        return changed
    return session.execute(
        insert(failures)
        .values(path=path, shown=shown(failure.path), **values)
        .returning(failures.c.id)
    ).scalar_one()


def listing(session: Session, *, offset: int = 0, limit: int = 50) -> Page[StoredFailure]:
    """Return part of the failures, the latest first; InvalidQuery for a bad offset or limit."""
    check_page(offset, limit)
    rows = session.execute(
        select(failures)
        .where(_FAILED)
        .order_by(failures.c.failed_at.desc(), failures.c.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return Page(items=tuple(_value(row) for row in rows), total=count(session))


def known(session: Session) -> Iterator[StoredFailure]:
    """Yield every failure, so that a scan can leave alone what has not changed since."""
    return _all(session, _FAILED)


def excluded(session: Session) -> Iterator[StoredFailure]:
    """Yield every file that was looked at and that a rule of length or genre keeps out."""
    return _all(session, ~_FAILED)


def forget_excluded(session: Session) -> None:
    """Forget what rules keep out, so that all of it is looked at again."""
    session.execute(delete(failures).where(~_FAILED))


def forget(session: Session, paths: Sequence[Path]) -> int:
    """Drop the failures of these files; return how many there were."""
    dropped = 0
    for some in chunks([stored(path) for path in paths]):
        done = session.execute(delete(failures).where(failures.c.path.in_(some)))
        dropped += done.rowcount  # type: ignore[attr-defined]
    return dropped


def count(session: Session) -> int:
    """Return the number of failures."""
    return session.execute(select(func.count()).select_from(failures).where(_FAILED)).scalar_one()


def _all(session: Session, which: ColumnElement[bool]) -> Iterator[StoredFailure]:
    last = 0
    while rows := session.execute(
        select(failures).where(which, failures.c.id > last).order_by(failures.c.id).limit(CHUNK)
    ).all():
        yield from map(_value, rows)
        last = rows[-1].id


def _value(row: Row[Any]) -> StoredFailure:
    return StoredFailure(
        id=row.id,
        path=restored(row.path),
        size=row.size,
        modified_ns=row.modified_ns,
        reason=row.reason,
        stage=row.stage,
        failed_at=row.failed_at,
    )
