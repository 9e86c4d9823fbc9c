"""Where the rights on record on two sides agree, contradict each other, or stand on one only."""

from dataclasses import dataclass
from enum import StrEnum

from mir.analysis import Tags
from mir.catalogue.text import folded
from mir.catalogue.tracks import Track
from mir.rights import normal_forms

Side = Tags | Track
"""Who says something of the rights: the tags of a file, or a track of the library."""


class Relation(StrEnum):
    """How two values of one field relate."""

    AGREE = "agree"
    CONTRADICT = "contradict"
    UNCLEAR = "unclear"  # some names shared, a version not told, a licence not understood
    ONLY_LEFT = "only left"
    ONLY_RIGHT = "only right"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field of which at least one side says something, in the spellings of the sides."""

    field: str
    left: str | None
    right: str | None
    relation: Relation


_WORK = ("composer", "lyricist", "iswc", "work_mbid")
# One recording stands on many releases: a differing release contradicts nothing.
_RECORDING = ("isrc", "recording_mbid", "licence", "copyright", "publisher")
_NAMES = frozenset({"composer", "lyricist", "publisher"})


def of_recordings(left: Side, right: Side) -> tuple[Comparison, ...]:
    """Compare two sides that are the same recording: what is said of it, then of its work."""
    return _compared((*_RECORDING, *_WORK), left, right)


def of_versions(left: Side, right: Side) -> tuple[Comparison, ...]:
    """Compare two recordings of what may be one work: only what is said of the work."""
    return _compared(_WORK, left, right)


def _compared(fields: tuple[str, ...], left: Side, right: Side) -> tuple[Comparison, ...]:
    compared = []
    for field in fields:
        a, b = _said(getattr(left, field)), _said(getattr(right, field))
        if a is not None or b is not None:
            compared.append(Comparison(field, a, b, _relation(field, a, b)))
    return tuple(compared)


def _said(text: str | None) -> str | None:
    """Return None for a text of blanks, too: it says nothing."""
    return text if text is not None and folded(text) else None


def _relation(field: str, left: str | None, right: str | None) -> Relation:
    if right is None:
        return Relation.ONLY_LEFT
    if left is None:
        return Relation.ONLY_RIGHT
    if folded(left) == folded(right):
        return Relation.AGREE
    if field in _NAMES:
        return _of_sets(normal_forms.names(left), normal_forms.names(right))
    if field == "licence":
        return _of_licences(normal_forms.licence(left), normal_forms.licence(right))
    if field == "copyright":
        return _of_lines(normal_forms.copyright_line(left), normal_forms.copyright_line(right))
    same = normal_forms.code(left) == normal_forms.code(right)
    return Relation.AGREE if same else Relation.CONTRADICT


def _of_sets(left: frozenset[str], right: frozenset[str]) -> Relation:
    if left == right:
        return Relation.AGREE
    return Relation.UNCLEAR if left & right else Relation.CONTRADICT


def _of_licences(left: normal_forms.Licence | None, right: normal_forms.Licence | None) -> Relation:
    if left is None or right is None:
        return Relation.UNCLEAR
    if left == right:
        return Relation.AGREE
    if left.kind == right.kind and None in (left.version, right.version):
        return Relation.UNCLEAR
    return Relation.CONTRADICT


def _of_lines(left: normal_forms.CopyrightLine, right: normal_forms.CopyrightLine) -> Relation:
    """Years and holders each count where both lines name some."""
    if left == right:
        return Relation.AGREE
    known = ((left.years, right.years), (left.holders, right.holders))
    parts = {_of_sets(a, b) for a, b in known if a and b}
    return Relation.CONTRADICT if Relation.CONTRADICT in parts else Relation.UNCLEAR
