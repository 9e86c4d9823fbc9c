"""The rules that keep files out of the library, and the files that they match.

`mir.exclusion` says what a rule means. Paths are compared while a folder is walked; here is what
can be told from what is known already: lengths and genres of the tracks in the catalogue.
"""

import math
import re
from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, insert, select
from sqlalchemy.orm import Session

from mir.catalogue import failures
from mir.catalogue.files import KnownFile
from mir.catalogue.paths import restored
from mir.catalogue.revision import take_turn
from mir.catalogue.tables import TAG, exclusions, files, genres, track_genres, tracks
from mir.catalogue.text import clean, name_key
from mir.errors import InvalidQuery, NotFound
from mir.exclusion import KINDS, Exclusion, PathRules


def listing(session: Session) -> tuple[Exclusion, ...]:
    """Return the rules by kind, and those of a kind in the order in which they were added."""
    rows = session.execute(
        select(exclusions.c.kind, exclusions.c.value).order_by(exclusions.c.id)
    ).all()
    rules = [Exclusion(kind, value) for kind, value in rows]
    return tuple(sorted(rules, key=lambda rule: KINDS.index(rule.kind)))


def add(session: Session, rules: Sequence[Exclusion]) -> tuple[Exclusion, ...]:
    """Keep rules; return those that are new, as they are kept.

    Raises:
        InvalidQuery: a rule says nothing, or its length is no positive number.
    """
    take_turn(session)
    there = set(listing(session))
    added: list[Exclusion] = []
    for rule in map(_checked, rules):
        if rule not in there:
            session.execute(insert(exclusions).values(kind=rule.kind, value=rule.value))
            there.add(rule)
            added.append(rule)
    return tuple(added)


def remove(session: Session, rules: Sequence[Exclusion]) -> tuple[Exclusion, ...]:
    """Drop rules; return them. What they kept out is looked at again by the next index run.

    Raises:
        InvalidQuery: a rule is malformed.
        NotFound: there is no such rule; then none is dropped.
    """
    take_turn(session)
    there = listing(session)
    removed = tuple(dict.fromkeys(map(_checked, rules)))
    for rule in removed:
        if rule not in there:
            raise NotFound(
                f"There is no rule {rule.kind} {rule.value!r}; `mir exclude` lists those there are."
            )
        session.execute(
            delete(exclusions).where(
                exclusions.c.kind == rule.kind, exclusions.c.value == rule.value
            )
        )
    if any(rule.kind != "path" for rule in removed):
        failures.forget_excluded(session)
    return removed


def matching_files(session: Session, rule: Exclusion) -> tuple[KnownFile, ...]:
    """Return the known files that a rule of length or genre matches, by path.

    Tracks inside a file are left alone: the rule is about whole files.
    """
    found = session.execute(
        select(files.c.path, files.c.size, files.c.modified_ns, files.c.track_id)
        .join_from(files, tracks, files.c.track_id == tracks.c.id)
        .where(files.c.part == 0, _condition(rule))
        .order_by(files.c.path)
    )
    return tuple(
        KnownFile(restored(path), size, modified_ns, track_id)
        for path, size, modified_ns, track_id in found
    )


def _condition(rule: Exclusion) -> ColumnElement[bool]:
    if rule.kind == "longer":
        return tracks.c.seconds > float(rule.value)
    if rule.kind == "shorter":
        return tracks.c.seconds < float(rule.value)
    if rule.kind != "genre":
        raise ValueError(f"{rule.kind} rules are not about what the catalogue knows")
    return (
        select(track_genres.c.track_id)
        .join(genres, genres.c.id == track_genres.c.genre_id)
        .where(
            track_genres.c.track_id == tracks.c.id,
            track_genres.c.source == TAG,
            genres.c.folded == name_key(rule.value),
        )
        .exists()
    )


def _checked(rule: Exclusion) -> Exclusion:
    """Return the rule as it is kept: seconds as the shortest text of the number."""
    value = clean(rule.value)
    if value is None:
        raise InvalidQuery(f"A rule {rule.kind} needs a value that says what stays out.")
    if rule.kind in ("longer", "shorter"):
        try:
            seconds = float(value)
        except ValueError:
            seconds = math.nan
        if not 0 < seconds < math.inf:
            raise InvalidQuery(f"{value!r} is no length; write seconds above zero.")
        return Exclusion(rule.kind, f"{seconds:.10g}")
    checked = Exclusion(rule.kind, value)
    try:
        PathRules([checked])
    except re.error as error:
        raise InvalidQuery(f"The pattern {value!r} cannot be read ({error}); mend it.") from None
    return checked
