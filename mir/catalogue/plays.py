"""What listeners did: tracks heard, liked, disliked and skipped, kept until they take it back.

A play names a sound and not a track's row: a history outlives a track that goes and comes back.
Whoever sends one twice with the same reference, or the same sound, kind and moment without one, is
understood to have sent it once.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, insert, select, tuple_
from sqlalchemy.orm import Session

from mir.catalogue.chunks import chunks
from mir.catalogue.paging import Page, check_page
from mir.catalogue.revision import take_turn_for_plays
from mir.catalogue.tables import plays, tracks
from mir.catalogue.text import clean
from mir.errors import InvalidQuery, NotFound

Kind = Literal["listen", "like", "dislike", "skip"]
KINDS: tuple[Kind, ...] = get_args(Kind)
PLAYED: tuple[Kind, ...] = ("listen", "like")  # after which a track counts as played
LISTENER_LENGTH = 100  # characters; an index entry of Postgres holds 2,704 bytes
REFERENCE_LENGTH = 200
MOST_SECONDS = 1e6

_EARLIEST = 1900  # year
_AHEAD = timedelta(minutes=5)  # by which a player's clock may be fast


@dataclass(frozen=True, slots=True)
class NewPlay:
    """Something a listener did, to be recorded."""

    track: int
    kind: Kind
    at: datetime  # aware
    listener: str = ""
    seconds: float | None = None  # that were heard; None: not known
    reference: str | None = None  # what the player calls it


@dataclass(frozen=True, slots=True)
class Play:
    """Something a listener did, as it is kept; `track` and `title` are None while it is gone."""

    id: int
    listener: str
    kind: Kind
    at: datetime  # UTC
    seconds: float | None
    reference: str
    audio_hash: str
    track: int | None
    title: str | None


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was new among the plays that were sent, in their order, and how many were known."""

    added: tuple[Play, ...]
    known: int


@dataclass(frozen=True, slots=True)
class Event:
    """A play of a track that is in the library, with what recommending needs to know of both."""

    track: int
    kind: Kind
    at: datetime  # UTC
    share: float | None  # of the track that was heard, in [0, 1]; None: not known
    title: str
    words: str  # title, artists and album, a line each, as `mir.catalogue.text.searchable` has them
    length: float  # of the track, in seconds


def record(session: Session, sent: Sequence[NewPlay], now: datetime) -> Recorded:
    """Keep what is new of these plays; all of them, or none where one is refused.

    Raises:
        NotFound: a track is not in the library; the message names it.
        InvalidQuery: a kind, a moment (without zone, in the future), a number of seconds, or the
            length of a name is out of range.
    """
    take_turn_for_plays(session)
    hashes = _hashes(session, {each.track for each in sent})
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for each in sent:
        row = _checked(each, hashes, now)
        rows.setdefault((row["listener"], row["reference"]), row)
    there = {(play.listener, play.reference) for play in _named(session, list(rows))}
    new = [key for key in rows if key not in there]
    if new:
        session.execute(insert(plays), [rows[key] for key in new])
    kept = {(play.listener, play.reference): play for play in _named(session, new)}
    return Recorded(added=tuple(kept[key] for key in new), known=len(sent) - len(new))


def listing(
    session: Session,
    listener: str = "",
    *,
    track: int | None = None,
    kind: Kind | None = None,
    offset: int = 0,
    limit: int = 50,
) -> Page[Play]:
    """Return part of what a listener did, the latest first; InvalidQuery for a bad page.

    With `track`, only with that track, which has to be in the library; with `kind`, only that.
    """
    check_page(offset, limit)
    which = _of(listener)
    if track is not None:
        sound = select(tracks.c.audio_hash).where(tracks.c.id == track).scalar_subquery()
        which = and_(which, plays.c.audio_hash == sound)
    if kind is not None:
        which = and_(which, plays.c.kind == kind)
    rows = session.execute(
        _whole()
        .where(which)
        .order_by(plays.c.at.desc(), plays.c.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return Page(items=tuple(map(_value, rows)), total=_count(session, which))


def listeners(session: Session) -> dict[str, int]:
    """Return who has plays, by name, and how many."""
    rows = session.execute(select(plays.c.listener, func.count()).group_by(plays.c.listener))
    return dict(sorted((name, count) for name, count in rows))


def counts(session: Session, listener: str = "") -> dict[Kind, int]:
    """Return how many plays of each kind a listener has; kinds without any are left out."""
    chosen = select(plays.c.kind, func.count()).where(_of(listener)).group_by(plays.c.kind)
    return {row.kind: row[1] for row in session.execute(chosen)}


def undo(session: Session, play_id: int, listener: str | None = None) -> Play:
    """Take one play back and return it; NotFound where there is none, or not of that listener."""
    take_turn_for_plays(session)
    row = session.execute(_whole().where(plays.c.id == play_id)).one_or_none()
    if row is None or listener not in (None, row.listener):
        raise NotFound(f"There is no play {play_id} (any more); `mir plays` lists those there are.")
    session.execute(delete(plays).where(plays.c.id == play_id))
    return _value(row)


def erase(session: Session, listener: str) -> int:
    """Forget all that a listener did; return how many plays that were."""
    take_turn_for_plays(session)
    done = session.execute(delete(plays).where(_of(listener)))
    return int(done.rowcount)  # type: ignore[attr-defined]


def played(listener: str = "", since: datetime | None = None) -> Select[tuple[int]]:
    """Return the statement of the ids of tracks that a listener has played, ever or since then.

    A listen and a like count; a skip or a dislike says that the track was not heard out.
    """
    chosen = select(tracks.c.id).join_from(plays, tracks, plays.c.audio_hash == tracks.c.audio_hash)
    chosen = chosen.where(_of(listener), plays.c.kind.in_(PLAYED))
    return chosen if since is None else chosen.where(plays.c.at >= since)


def history(session: Session, listener: str = "", limit: int = 5_000) -> tuple[Event, ...]:
    """Return the latest plays of a listener of tracks that are in the library, latest first."""
    rows = session.execute(
        select(
            *(tracks.c.id, plays.c.kind, plays.c.at, plays.c.seconds, tracks.c.title),
            *(tracks.c.search_text, tracks.c.seconds.label("length")),
        )
        .join_from(plays, tracks, plays.c.audio_hash == tracks.c.audio_hash)
        .where(_of(listener))
        .order_by(plays.c.at.desc(), plays.c.id.desc())
        .limit(limit)
    ).all()
    return tuple(
        Event(track, kind, at, _share(heard, length), title, words, length)
        for track, kind, at, heard, title, words, length in rows
    )


def _share(seconds: float | None, length: float) -> float | None:
    if seconds is None or length <= 0:
        return None
    return min(1.0, seconds / length)


def _checked(play: NewPlay, hashes: dict[int, str], now: datetime) -> dict[str, Any]:
    """Return the row that a play becomes."""
    if play.track not in hashes:
        raise NotFound(f"There is no track {play.track}; list the tracks with `mir tracks`.")
    if play.kind not in KINDS:
        raise InvalidQuery(f"{play.kind!r} is no kind of play; write {', '.join(KINDS)}.")
    if play.at.tzinfo is None:
        raise InvalidQuery(f"The moment {play.at} has no time zone; add one, such as Z for UTC.")
    if play.at.year < _EARLIEST or play.at > now + _AHEAD:
        raise InvalidQuery(
            f"Nobody played track {play.track} at {play.at}; send a moment of the past, or now."
        )
    seconds = play.seconds
    if seconds is not None and not (math.isfinite(seconds) and 0 <= seconds <= MOST_SECONDS):
        raise InvalidQuery(f"{seconds} seconds of track {play.track} cannot have been heard.")
    audio_hash = hashes[play.track]
    reference = clean(play.reference) or f"{audio_hash} {play.kind} {play.at.timestamp():.6f}"
    if len(reference) > REFERENCE_LENGTH:
        raise InvalidQuery(f"A reference has more than {REFERENCE_LENGTH} characters; shorten it.")
    return {
        "listener": listener_name(play.listener),
        "audio_hash": audio_hash,
        "kind": play.kind,
        "at": play.at,
        "seconds": seconds,
        "reference": reference,
    }


def listener_name(name: str) -> str:
    """Return a listener's name as it is kept: "" for the one without a name; InvalidQuery."""
    kept = clean(name) or ""
    if len(kept) > LISTENER_LENGTH:
        raise InvalidQuery(
            f"A listener's name has more than {LISTENER_LENGTH} characters; shorten it."
        )
    return kept


def _hashes(session: Session, ids: Iterable[int]) -> dict[int, str]:
    found: dict[int, str] = {}
    for some in chunks([each for each in ids if 0 < each < 2**63]):
        chosen = select(tracks.c.id, tracks.c.audio_hash).where(tracks.c.id.in_(some))
        found.update((track, audio_hash) for track, audio_hash in session.execute(chosen))
    return found


def _named(session: Session, keys: Sequence[tuple[str, str]]) -> list[Play]:
    """Return the plays of these listeners with these references."""
    found: list[Play] = []
    named = tuple_(plays.c.listener, plays.c.reference)
    for some in chunks(keys):
        found += map(_value, session.execute(_whole().where(named.in_(list(some)))))
    return found


def _of(listener: str) -> ColumnElement[bool]:
    return plays.c.listener == listener_name(listener)


def _whole() -> Select[Any]:
    columns = (plays, tracks.c.id.label("track"), tracks.c.title)
    return select(*columns).select_from(
        plays.outerjoin(tracks, plays.c.audio_hash == tracks.c.audio_hash)
    )


def _count(session: Session, which: ColumnElement[bool]) -> int:
    return session.execute(select(func.count()).select_from(plays).where(which)).scalar_one()


def _value(row: Row[Any]) -> Play:
    return Play(
        id=row.id,
        listener=row.listener,
        kind=row.kind,
        at=row.at,
        seconds=row.seconds,
        reference=row.reference,
        audio_hash=row.audio_hash,
        track=row.track,
        title=row.title,
    )
