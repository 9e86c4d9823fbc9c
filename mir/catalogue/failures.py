"""The files that could not be analysed, with the reason, until they can or are gone.


A failure is in one of these states:

* "failed": it counts, and the file is tried again when it changes;
* "again": it counts, and the next index run tries the file whatever it looks like;
* "ignored": it does not count and is listed only when asked for, until the file changes.

Files that a rule leaves out stand in the same table as "excluded", so that they are not opened
again; they are no failures.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import ColumnElement, Row, delete, func, insert, select, update
from sqlalchemy.orm import Session

from mir.analysis import Failure
from mir.catalogue.chunks import CHUNK, chunks
from mir.catalogue.paging import Page, check_page
from mir.catalogue.paths import restored, shown, stored
from mir.catalogue.revision import take_turn
from mir.catalogue.tables import failures
from mir.catalogue.text import clean
from mir.errors import NotFound

FailureState = Literal["failed", "again", "ignored"]
STATES: tuple[FailureState, ...] = ("failed", "again", "ignored")
COUNTED: tuple[FailureState, ...] = ("failed", "again")

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
    state: str = "failed"


def record(session: Session, failure: Failure, now: datetime) -> int:
    """Store a failure, in place of an earlier one of the same file; return its id.

    Whatever was wished for the earlier one was done or is out of date: the state is "failed".
    """
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


def get(session: Session, failure_id: int) -> StoredFailure:
    """Return the failure with that id; NotFound where there is none (any more)."""
    row = session.execute(
        select(failures).where(failures.c.id == failure_id, failures.c.state.in_(STATES))
    ).one_or_none()
    if row is None:
        raise NotFound(
            f"There is no failure {failure_id} (any more); `mir failures` lists those there are."
        )
    return _value(row)


def listing(
    session: Session,
    *,
    states: Sequence[FailureState] = COUNTED,
    offset: int = 0,
    limit: int = 50,
) -> Page[StoredFailure]:
    """Return part of the failures in these states, the latest first.

    Raises InvalidQuery for a bad offset or limit.
    """
    check_page(offset, limit)
    rows = session.execute(
        select(failures)
        .where(failures.c.state.in_(states))
        .order_by(failures.c.failed_at.desc(), failures.c.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return Page(items=tuple(_value(row) for row in rows), total=count(session, states))


def retry(session: Session, failure_id: int) -> StoredFailure:
    """Have the next index run try the file again; NotFound for an unknown id."""
    return _change(session, failure_id, "again")


def ignore(session: Session, failure_id: int) -> StoredFailure:
    """Count and try the file no more until it changes; NotFound for an unknown id."""
    return _change(session, failure_id, "ignored")


def restore(session: Session, failure_id: int) -> StoredFailure:
    """Take back a retry or an ignore: an ordinary failure again; NotFound for an unknown id."""
    return _change(session, failure_id, "failed")


def retry_all(session: Session) -> int:
    """Have the next index run try all counted failures again; return how many there are."""
    take_turn(session)
    done = session.execute(
        update(failures).where(failures.c.state.in_(COUNTED)).values(state="again")
    )
    return int(done.rowcount)  # type: ignore[attr-defined]


def known(session: Session) -> Iterator[StoredFailure]:
    """Yield every failure in whichever state, so that a scan leaves alone what has not changed."""
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


def count(session: Session, states: Sequence[FailureState] = COUNTED) -> int:
    """Return the number of failures in these states."""
    chosen = select(func.count()).select_from(failures).where(failures.c.state.in_(states))
    return session.execute(chosen).scalar_one()


def _all(session: Session, which: ColumnElement[bool]) -> Iterator[StoredFailure]:
    last = 0
    while rows := session.execute(
        select(failures).where(which, failures.c.id > last).order_by(failures.c.id).limit(CHUNK)
    ).all():
        yield from map(_value, rows)
        last = rows[-1].id


def _change(session: Session, failure_id: int, state: FailureState) -> StoredFailure:
    take_turn(session)
    found = get(session, failure_id)
    session.execute(update(failures).where(failures.c.id == found.id).values(state=state))
    return replace(found, state=state)


def _value(row: Row[Any]) -> StoredFailure:
    return StoredFailure(
        id=row.id,
        path=restored(row.path),
        size=row.size,
        modified_ns=row.modified_ns,
        reason=row.reason,
        stage=row.stage,
        failed_at=row.failed_at,
        state=row.state,
    )
