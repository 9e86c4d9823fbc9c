"""What two tracks are to each other, by what they share. Pure.

Only sound that is aligned through both from beginning to end, with most landmarks of each met in
the other, makes two tracks the same recording: neither how alike they sound to a network nor equal
names do, and a loop of drums that both play does not either. The numbers were chosen by
recordings that were coded anew, and by pairs of free music that are not the same;
docs/duplicates.md tells how they were checked.
"""

from dataclasses import dataclass
from enum import StrEnum

from mir.catalogue.matches import Match

ALL = 0.95  # share of a track that counts as all of it: fades and pauses differ
NEARLY_ALL = 0.9  # and as enough of it to be called an excerpt of the other
AGREEING = 0.7  # share of landmarks met, from which it is one recording that both play
SAME_TEMPO = 0.005  # by which tempos may differ: beyond, one was sped up
MOST = 0.5  # share of both in step, from which different sound is a version of one music


class Relation(StrEnum):
    """Each says more than the next."""

    SAME = "same recording"
    EXCERPT = "excerpt"  # all of one is a part of the other
    VERSION = "likely version"
    SHARED = "shared sound"


@dataclass(frozen=True, slots=True)
class Related:
    """Two tracks with their relation and its evidence: what they share of sound, or of music.

    Of an excerpt, `first` of the match that shows it is the shorter one.
    """

    relation: Relation
    match: Match


def related(sound: Match | None, music: Match | None) -> Related:
    """The relation of two tracks that share either; ValueError if they share neither.

    Where sound alone would only say that they have a stretch in common, their music may say more;
    unless that stretch is one of the very same sound.
    """
    if sound is None and music is None:
        raise ValueError("two tracks that share nothing have no relation")
    if sound is not None:
        told = _by_sound(sound)
        if told.relation != Relation.SHARED or music is None or _agrees(sound):
            return told
    assert music is not None
    return Related(Relation.VERSION, music)


def _by_sound(match: Match) -> Related:
    shares = match.first_share, match.second_share
    if _agrees(match) and abs(match.tempo - 1) <= SAME_TEMPO:
        if min(shares) >= ALL:
            return Related(Relation.SAME, match)
        if max(shares) >= NEARLY_ALL:
            shorter = match.first if shares[0] >= shares[1] else match.second
            return Related(Relation.EXCERPT, match.seen_from(shorter))
    if min(shares) >= MOST:
        return Related(Relation.VERSION, match)
    return Related(Relation.SHARED, match)


def _agrees(match: Match) -> bool:
    return match.agreement is not None and match.agreement >= AGREEING
