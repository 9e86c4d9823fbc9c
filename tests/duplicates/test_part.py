"""A part of the list: pages join to the whole, whatever their length, and kinds are kept apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mir.catalogue.matches import Match, Shared
from mir.duplicates.part import counts, everything, part
from mir.duplicates.relation import Relation
from mir.duplicates.report import Duplicates, Group, Pair
from mir.duplicates.rows import HEADER, rows
from mir.errors import InvalidQuery
from tests.made_up_tracks import made_up_copy, made_up_track

MATCH = Match(1, 2, "sound", 30.0, 0.3, 1.0, 0.93, 1.0, 0, (Shared(0, 9, 4, 13),))


def some(groups: int, *pairs: int) -> Duplicates:
    """So many groups of two copies, and pairs of each further relation."""
    copies = made_up_copy(2), made_up_copy(1)
    made = (
        tuple(Pair(made_up_track(1), made_up_track(2), relation, MATCH) for _ in range(count))
        for relation, count in zip(list(Relation)[1:], pairs, strict=True)
    )
    return Duplicates((Group(copies, "lossless", (MATCH,)),) * groups, *made, 0)


@given(st.tuples(*[st.integers(0, 4)] * 4), st.integers(1, 6))
def test_pages_join_to_the_whole(numbers: tuple[int, ...], limit: int) -> None:
    found = some(*numbers)
    for relation in (None, *Relation):
        whole = everything(found, relation)
        joined: list[Group | Pair] = []
        for offset in range(0, whole.total + limit, limit):
            page = part(found, relation, offset=offset, limit=limit)
            assert page.total == whole.total
            assert len(page.groups) + len(page.pairs) <= limit
            joined += [*page.groups, *page.pairs]
        assert joined == [*whole.groups, *whole.pairs]


def test_kinds_are_counted_and_kept_apart() -> None:
    found = some(1, 2, 3, 4)
    assert list(counts(found).values()) == [1, 2, 3, 4]
    assert list(counts(found)) == list(Relation)
    assert {pair.relation for pair in everything(found, Relation.VERSION).pairs} == {
        Relation.VERSION
    }
    assert everything(found, Relation.VERSION).groups == ()


@pytest.mark.parametrize(("offset", "limit"), [(-1, 5), (0, 0), (0, 10**6)])
def test_no_page_is_refused(offset: int, limit: int) -> None:
    with pytest.raises(InvalidQuery):
        part(some(1, 1, 1, 1), offset=offset, limit=limit)


def test_a_row_for_each_copy_and_each_pair() -> None:
    written = [dict(zip(HEADER, row, strict=True)) for row in rows(everything(some(2, 1, 0, 0)))]
    assert [(row["relation"], row["group"], row["keep"]) for row in written] == [
        *(("same recording", 1, "yes"), ("same recording", 1, "")),
        *(("same recording", 2, "yes"), ("same recording", 2, "")),
        ("excerpt", None, None),
    ]
    kept, copy, *_, pair = written
    assert (kept["id"], kept["why"], kept["other_id"], kept["share"]) == (2, "lossless", None, None)
    assert (copy["id"], copy["other_id"], copy["share"], copy["offset"]) == (1, 2, 0.3, 4)
    assert (pair["id"], pair["other_id"], pair["start"], pair["other_end"]) == (1, 2, 0, 13)
