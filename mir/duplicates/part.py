"""A part of all duplicates: of one relation, or of all, one after the other. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from mir.catalogue.paging import check_page
from mir.duplicates.relation import Relation
from mir.duplicates.report import Duplicates, Group, Pair


@dataclass(frozen=True, slots=True)
class Part:
    """Some of the groups and pairs of a list, in its order, and how long the whole is."""

    groups: tuple[Group, ...]
    pairs: tuple[Pair, ...]
    total: int


def counts(found: Duplicates) -> dict[Relation, int]:
    """How many there are of each relation: groups of the same recording, else pairs."""
    return {relation: len(_all(found, relation)) for relation in Relation}


def everything(found: Duplicates, relation: Relation | None = None) -> Part:
    """All that is of that relation; None: of any, the nearest relation first."""
    chosen = Relation if relation is None else (relation,)
    every = [each for one in chosen for each in _all(found, one)]
    return _part(every, len(every))


def part(
    found: Duplicates, relation: Relation | None = None, *, offset: int = 0, limit: int = 50
) -> Part:
    """Part of `everything`.

    Raises:
        InvalidQuery: offset or limit is out of range.
    """
    check_page(offset, limit)
    whole = everything(found, relation)
    every: tuple[Group | Pair, ...] = (*whole.groups, *whole.pairs)
    return _part(every[offset : offset + limit], whole.total)


def _part(shown: Sequence[Group | Pair], total: int) -> Part:
    return Part(
        tuple(each for each in shown if isinstance(each, Group)),
        tuple(each for each in shown if isinstance(each, Pair)),
        total,
    )


def _all(found: Duplicates, relation: Relation) -> tuple[Group | Pair, ...]:
    by_relation: dict[Relation, tuple[Group | Pair, ...]] = {
        Relation.SAME: found.groups,
        Relation.EXCERPT: found.excerpts,
        Relation.VERSION: found.versions,
        Relation.SHARED: found.shared,
    }
    return by_relation[relation]
