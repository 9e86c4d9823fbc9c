"""What two tracks are to each other, and what shows it, in words. Pure."""

from collections.abc import Iterator

from mir.catalogue.matches import Match, Shared
from mir.duplicates.relation import Relation
from mir.duplicates.report import Pair

_AS_FAST = 0.005  # by which tempi may differ without being told

HEADINGS = {
    Relation.SAME: "Same recording",
    Relation.EXCERPT: "Excerpts",
    Relation.VERSION: "Likely versions",
    Relation.SHARED: "Shared sound",
}


def part_of(pair: Pair) -> int | None:
    """The id of the track that is all in the other; None unless one is an excerpt."""
    if pair.relation != Relation.EXCERPT:
        return None
    shorter = pair.match.first_share >= pair.match.second_share
    return pair.first.id if shorter else pair.second.id


def what_second_is(pair: Pair) -> str:
    """What the second track is to the first, as "an excerpt of it"."""
    if pair.relation == Relation.EXCERPT:
        return "holds all of it" if part_of(pair) == pair.first.id else "an excerpt of it"
    return {
        Relation.SAME: "the same recording",
        Relation.VERSION: "likely a version",
        Relation.SHARED: "shares sound",
    }[pair.relation]


def evidence(match: Match) -> tuple[str, ...]:
    """How much of each is shared, how well it agrees, and what differs, each in a few words."""
    return tuple(_evidence(match))


def _evidence(match: Match) -> Iterator[str]:
    yield f"{_percent(match.first_share)} of one, {_percent(match.second_share)} of the other"
    if match.agreement is not None:
        yield f"{_percent(match.agreement)} agreement"
    else:
        yield f"strength {match.strength:.1f}"
    if abs(match.tempo - 1) > _AS_FAST:
        yield f"{match.tempo:.2f} × tempo"
    if match.semitones:
        many = "semitone" if abs(match.semitones) == 1 else "semitones"
        yield f"{abs(match.semitones)} {many} {'higher' if match.semitones > 0 else 'lower'}"


def longest(match: Match) -> Shared:
    """The stretch that is the longest in the first, the earlier of two."""
    return max(match.stretches, key=lambda each: each.first_end - each.first_start)


def offset(match: Match) -> float:
    """Second of the second at which the first begins, by the longest stretch; may be negative."""
    stretch = longest(match)
    return stretch.second_start - stretch.first_start / match.tempo


def _percent(share: float) -> str:
    return f"{100 * share:.0f}%"
