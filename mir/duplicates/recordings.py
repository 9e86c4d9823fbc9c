"""Which tracks are one recording: pairs joined to groups. Pure, but for reading the pairs."""

from collections.abc import Iterable, Sequence

from mir.catalogue import matches
from mir.catalogue.matches import Match
from mir.catalogue.session import Session
from mir.duplicates.relation import Relation, related


def recordings(session: Session, ids: Sequence[int]) -> dict[int, int]:
    """Of those of the tracks that are one recording with another of them: the recording.

    It is called by the smallest id of its tracks.
    """
    pairs = matches.among(session, ids, "sound")
    return joined(each for each in pairs if related(each, None).relation == Relation.SAME)


def joined(same: Iterable[Match], alone: Iterable[int] = ()) -> dict[int, int]:
    """Track -> the smallest id of its group, of tracks that are the same as one another.

    Those of `alone` are groups even if they are the same as no other.
    """
    parent = {track: track for track in alone}

    def root(track: int) -> int:
        while parent.setdefault(track, track) != track:
            track = parent[track]
        return track

    for match in same:
        one, other = sorted((root(match.first), root(match.second)))
        parent[other] = one
    return {track: root(track) for track in list(parent)}
