"""The JSON of `mir duplicates`: the same names and shapes as the web API's answers."""

from collections.abc import Iterable

from indexer.shapes import Shape, track_shape
from mir.catalogue.matches import Match
from mir.duplicates.choice import Copy
from mir.duplicates.part import Part, counts
from mir.duplicates.report import Duplicates, Group, Pair
from mir.duplicates.words import evidence, offset, part_of, what_second_is


def duplicates_shape(found: Duplicates, shown: Part, offset: int) -> Shape:
    """A page of what a library holds more than once."""
    return {
        "counts": {relation.name.lower(): count for relation, count in counts(found).items()},
        "waiting": found.waiting,
        "groups": [_group(each) for each in shown.groups],
        "pairs": [_pair(each) for each in shown.pairs],
        "total": shown.total,
        "offset": offset,
    }


def related_tracks_shape(found: Iterable[Pair]) -> Shape:
    """What a track is to others."""
    return {
        "related": [
            {
                "relation": pair.relation.name.lower(),
                "part": part_of(pair),
                "track": track_shape(pair.second),
                "what": what_second_is(pair),
                "evidence": _evidence(pair.match),
            }
            for pair in found
        ]
    }


def _group(group: Group) -> Shape:
    return {
        "why": group.reason,
        "copies": [_copy(each) for each in group.copies],
        "evidence": [_evidence(each) for each in group.evidence],
    }


def _copy(copy: Copy) -> Shape:
    return {
        "track": track_shape(copy.track),
        "file": copy.file.path,
        "codec": copy.file.codec,
        "lossless": copy.lossless,
        "bit_rate": copy.file.bit_rate,
        "sample_rate": copy.file.sample_rate,
        "channels": copy.file.channels,
        "size": copy.file.size,
    }


def _pair(pair: Pair) -> Shape:
    return {
        "relation": pair.relation.name.lower(),
        "first": track_shape(pair.first),
        "second": track_shape(pair.second),
        "evidence": _evidence(pair.match),
    }


def _evidence(match: Match) -> Shape:
    return {
        "first": match.first,
        "second": match.second,
        "kind": match.kind,
        "strength": match.strength,
        "first_share": match.first_share,
        "second_share": match.second_share,
        "agreement": match.agreement,
        "tempo": match.tempo,
        "semitones": match.semitones,
        "offset": offset(match),
        "stretches": match.stretches,
        "words": evidence(match),
    }
