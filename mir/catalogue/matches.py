"""What pairs of tracks share, as comparing them found it; and which tracks were compared.

A pair is kept once for each kind, the track with the smaller id first. The rows follow from
fingerprints and chroma, and can be made again: an export leaves them out.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

from sqlalchemy import Row, Select, delete, exists, func, insert, or_, select, tuple_
from sqlalchemy.orm import Session

from mir.catalogue.chunks import chunks
from mir.catalogue.ids import Ids, read_ids
from mir.catalogue.revision import take_turn
from mir.catalogue.tables import comparisons, fingerprints, matches, tracks

Kind = Literal["sound", "music"]

_STREAM_ROWS = 1_000


@dataclass(frozen=True, slots=True)
class Shared:
    """A stretch of what two tracks share: where it lies in each, in seconds."""

    first_start: float
    first_end: float
    second_start: float
    second_end: float


@dataclass(frozen=True, slots=True)
class Match:
    """What two tracks share; `first` and `second` are their ids.

    Of sound, by landmarks: `strength` is the score of `mir.fingerprint.identify`, a share that of
    a track's landmarks that lie in the stretches, and `agreement` that of the landmarks there
    that both have. Of music, by chroma: `strength` is that of `mir.versions`, a share that of a
    track's length, and `agreement` None.
    """

    first: int
    second: int
    kind: Kind
    strength: float
    first_share: float  # in [0, 1]
    second_share: float
    agreement: float | None  # in [0, 1]
    tempo: float  # how much faster the second plays: 1 is as fast
    semitones: int  # that the second is played higher, -5 to 6
    stretches: tuple[Shared, ...]  # in the order of the first

    def seen_from(self, track: int) -> "Match":
        """The same pair with `track`, one of the two, as the first."""
        if track == self.first:
            return self
        turned = (
            Shared(each.second_start, each.second_end, each.first_start, each.first_end)
            for each in self.stretches
        )
        return replace(
            self,
            first=self.second,
            second=self.first,
            first_share=self.second_share,
            second_share=self.first_share,
            tempo=1 / self.tempo,
            semitones=-self.semitones if self.semitones != 6 else 6,
            stretches=tuple(sorted(turned, key=lambda each: each.first_start)),
        )

    @property
    def seconds(self) -> float:
        """How much of the first is shared."""
        return sum(each.first_end - each.first_start for each in self.stretches)


def put(session: Session, track: int, method: str, found: Iterable[Match]) -> None:
    """Note that a track was compared, and what it shares with others.

    Of a pair that was found from the other side, too, the one that shares more is kept. Tracks
    that are no longer there are passed over.
    """
    take_turn(session)
    turned = {(*_pair(each), each.kind): each.seen_from(min(_pair(each))) for each in found}
    here = _present(session, {track}.union(*(_pair(each) for each in turned.values())))
    if track not in here:
        return
    known = {(old.first, old.second, old.kind): old for old in of_tracks(session, [track])}
    better = [
        each
        for key, each in turned.items()
        if here.issuperset(key[:2]) and (key not in known or known[key].seconds < each.seconds)
    ]
    if better:
        keys = tuple_(matches.c.first_id, matches.c.second_id, matches.c.kind)
        worse = [(each.first, each.second, each.kind) for each in better]
        session.execute(delete(matches).where(keys.in_(worse)))
        session.execute(insert(matches), [_row(each, method) for each in better])
    session.execute(delete(comparisons).where(comparisons.c.track_id == track))
    session.execute(insert(comparisons).values(track_id=track, method=method))


def forget_others(session: Session, method: str) -> None:
    """Forget what was compared by another method than this one."""
    if session.execute(select(exists().where(comparisons.c.method != method))).scalar_one():
        take_turn(session)
        session.execute(delete(comparisons).where(comparisons.c.method != method))
        session.execute(delete(matches).where(matches.c.method != method))


def lacking(session: Session, print_method: str) -> Ids:
    """Return the ids of the tracks with a fingerprint that were not compared, ascending."""
    compared = select(comparisons.c.track_id).where(
        comparisons.c.track_id == fingerprints.c.track_id
    )
    said = (fingerprints.c.method == print_method) & (func.length(fingerprints.c.content) > 0)
    return read_ids(session, select(fingerprints.c.track_id).where(said, ~compared.exists()))


def uncompared(session: Session, print_method: str) -> int:
    """Return how many tracks were not compared yet, be it that they lack a fingerprint.

    Those in which there is nothing to compare, whose fingerprint is empty, do not count.
    """
    compared = select(comparisons.c.track_id).where(comparisons.c.track_id == tracks.c.id)
    silent = select(fingerprints.c.track_id).where(
        fingerprints.c.track_id == tracks.c.id,
        fingerprints.c.method == print_method,
        func.length(fingerprints.c.content) == 0,
    )
    counted = select(func.count()).select_from(tracks).where(~compared.exists(), ~silent.exists())
    return session.execute(counted).scalar_one()


def of_tracks(session: Session, ids: Sequence[int]) -> list[Match]:
    """Return what the tracks share with any others, by ids."""
    found: dict[tuple[int, int, str], Match] = {}
    for some in chunks([int(track) for track in ids]):
        either = or_(matches.c.first_id.in_(some), matches.c.second_id.in_(some))
        for each in _read(session, select(matches).where(either)):
            found[each.first, each.second, each.kind] = each
    return [found[key] for key in sorted(found)]


def among(session: Session, ids: Sequence[int], kind: Kind) -> list[Match]:
    """Return what the tracks share with one another."""
    asked = sorted({int(track) for track in ids})
    found: list[Match] = []
    for some in chunks(asked):
        chosen = select(matches).where(matches.c.kind == kind, matches.c.first_id.in_(some))
        if len(asked) == len(some):  # else the others are too many for one statement
            chosen = chosen.where(matches.c.second_id.in_(some))
        found += _read(session, chosen)
    present = set(asked)
    return [each for each in found if each.second in present]


def every(session: Session, kind: Kind | None = None) -> Iterator[Match]:
    """Yield every pair, by ids; `kind` limits them to one."""
    chosen = select(matches).order_by(matches.c.first_id, matches.c.second_id, matches.c.kind)
    return _read(session, chosen if kind is None else chosen.where(matches.c.kind == kind))


def _read(session: Session, chosen: Select[Any]) -> Iterator[Match]:
    options = {"yield_per": _STREAM_ROWS}
    with session.execute(chosen, execution_options=options) as rows:
        for row in rows:
            yield _match(row)


def _match(row: Row[Any]) -> Match:
    return Match(
        row.first_id,
        row.second_id,
        row.kind,
        row.strength,
        row.first_share,
        row.second_share,
        row.agreement,
        row.tempo,
        row.semitones,
        tuple(Shared(*each) for each in row.stretches),
    )


def _row(match: Match, method: str) -> dict[str, Any]:
    values = asdict(match)
    stretches = [list(each.values()) for each in values.pop("stretches")]
    ids = {"first_id": values.pop("first"), "second_id": values.pop("second")}
    return {**values, **ids, "method": method, "stretches": stretches}


def _pair(match: Match) -> tuple[int, int]:
    return min(match.first, match.second), max(match.first, match.second)


def _present(session: Session, ids: set[int]) -> set[int]:
    found: set[int] = set()
    for some in chunks(sorted(ids)):
        found.update(session.execute(select(tracks.c.id).where(tracks.c.id.in_(some))).scalars())
    return found
