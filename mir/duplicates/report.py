"""The duplicates of a library: groups of one recording, and pairs that are something less."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from mir.catalogue import files, matches, tracks
from mir.catalogue.matches import Match
from mir.catalogue.session import Session
from mir.catalogue.tracks import Track
from mir.duplicates.choice import Copy, best_first, why
from mir.duplicates.recordings import joined
from mir.duplicates.relation import Related, Relation, related

_ORDER = {relation: number for number, relation in enumerate(Relation)}


@dataclass(frozen=True, slots=True)
class Group:
    """The copies of one recording, the one to keep first, why it is, and what shows it.

    `evidence` has for each other track what it shares with the kept one or, where those two were
    not found alike by themselves, with another of the group. Copies of one track need none: their
    sound is equal bit for bit.
    """

    copies: tuple[Copy, ...]
    reason: str
    evidence: tuple[Match, ...]

    @property
    def keep(self) -> Copy:
        """The copy that is worth keeping most."""
        return self.copies[0]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two tracks that are less than one recording, with the evidence from the first's side."""

    first: Track
    second: Track
    relation: Relation
    match: Match


@dataclass(frozen=True, slots=True)
class Duplicates:
    """What a library holds more than once; groups and pairs with the strongest evidence first."""

    groups: tuple[Group, ...]
    excerpts: tuple[Pair, ...]  # the first is a part of the second
    versions: tuple[Pair, ...]
    shared: tuple[Pair, ...]
    waiting: int  # tracks that were not compared yet


def duplicates(session: Session, print_method: str) -> Duplicates:
    """All duplicates of a library whose fingerprints are of `print_method`.

    What several copies of one recording share with another track is told once, of the kept copy
    if it can be.
    """
    relations = [related(*found) for found in _by_pair(matches.every(session))]
    copied = files.in_several_places(session)
    same = [each.match for each in relations if each.relation == Relation.SAME]
    group_of = joined(same, copied)
    ids = {i for each in relations for i in (each.match.first, each.match.second)} | copied
    known = tracks.get_many(session, sorted(ids))
    held = files.facts(session, sorted(group_of))
    members: dict[int, list[Copy]] = {}
    for track, group in group_of.items():
        members.setdefault(group, []).extend(Copy(known[track], file) for file in held[track])
    within: dict[int, list[Match]] = {}
    for match in same:
        within.setdefault(group_of[match.first], []).append(match)
    groups = [_group(copies, within.get(group, ())) for group, copies in members.items()]
    kept = {copy.track.id: group.keep.track.id for group in groups for copy in group.copies}
    pairs: dict[Relation, list[Pair]] = {relation: [] for relation in Relation}
    for each in _once_a_group(relations, kept):
        first, second = known[each.match.first], known[each.match.second]
        pairs[each.relation].append(Pair(first, second, each.relation, each.match))
    for some in pairs.values():
        some.sort(key=lambda pair: (-pair.match.strength, pair.first.id, pair.second.id))
    groups.sort(key=lambda group: (-len(group.copies), group.keep.track.id))
    return Duplicates(
        tuple(groups),
        tuple(pairs[Relation.EXCERPT]),
        tuple(pairs[Relation.VERSION]),
        tuple(pairs[Relation.SHARED]),
        matches.uncompared(session, print_method),
    )


def _once_a_group(relations: Iterable[Related], kept: Mapping[int, int]) -> list[Related]:
    """Of what copies of one recording are to those of another, what is told; `kept` of each."""
    told: dict[tuple[int, int], Related] = {}

    def rank(each: Related) -> tuple[int, int, float]:
        ends = each.match.first, each.match.second
        strangers = sum(kept.get(i, i) != i for i in ends)
        return (_ORDER[each.relation], strangers, -each.match.strength)

    for each in relations:
        ends = (kept.get(i, i) for i in (each.match.first, each.match.second))
        one, other = sorted(ends)
        if one != other and ((one, other) not in told or rank(each) < rank(told[one, other])):
            told[one, other] = each
    return list(told.values())


def of_track(session: Session, track: int) -> tuple[Pair, ...]:
    """What a track is to others, the nearest relations first, seen from the track.

    NotFound where there is no such track.
    """
    here = tracks.get(session, track)
    found = [related(*each) for each in _by_pair(matches.of_tracks(session, [track]))]
    others = {i for each in found for i in (each.match.first, each.match.second)} - {track}
    known = tracks.get_many(session, sorted(others))
    pairs = []
    for each in found:
        match = each.match.seen_from(track)
        pairs.append(Pair(here, known[match.second], each.relation, match))
    return tuple(sorted(pairs, key=lambda p: (_ORDER[p.relation], -p.match.strength, p.second.id)))


def _by_pair(found: Iterable[Match]) -> Iterable[tuple[Match | None, Match | None]]:
    """(sound, music) of each pair of tracks; `found` has both of one pair one after the other."""
    both: dict[tuple[int, int], dict[str, Match]] = {}
    for each in found:
        both.setdefault((each.first, each.second), {})[each.kind] = each
    for pair in both.values():
        yield pair.get("sound"), pair.get("music")


def _group(members: Sequence[Copy], same: Iterable[Match]) -> Group:
    copies = best_first(members)
    kept = copies[0].track.id
    evidence: dict[int, Match] = {}
    for match in same:
        for end in {match.first, match.second} - {kept}:
            seen = match.seen_from(end)
            if end not in evidence or seen.second == kept:
                evidence[end] = seen
    return Group(copies, why(copies), tuple(evidence[i] for i in sorted(evidence)))
