"""The duplicates as a table: a row for each copy of a recording, and for each pair. Pure."""

from collections.abc import Iterator
from pathlib import Path

from mir.catalogue.matches import Match
from mir.catalogue.tracks import Track
from mir.duplicates.part import Part
from mir.duplicates.relation import Relation
from mir.duplicates.report import Group, Pair
from mir.duplicates.words import longest, offset
from mir.spreadsheet import Cell

_NAMES = ("id", "title", "artists", "path")
_EVIDENCE = (
    *("start", "end", "other_start", "other_end", "stretches", "offset"),
    *("share", "other_share", "agreement", "strength", "tempo", "semitones"),
)
HEADER = (
    *("relation", "group", "keep", "why"),
    *_NAMES,
    *("codec", "bit_rate", "sample_rate", "seconds"),
    *(f"other_{name}" for name in _NAMES),
    *_EVIDENCE,
)


def rows(found: Part) -> Iterator[tuple[Cell, ...]]:
    """A row of `HEADER` for each copy, the one to keep first, and for each pair.

    What is called other is, for a copy, the track of its group that shows it; start and end are
    those of the longest stretch, the offset as in `mir.duplicates.words`.
    """
    for number, group in enumerate(found.groups, 1):
        yield from _copies(number, group)
    for pair in found.pairs:
        yield _pair(pair)


def _copies(number: int, group: Group) -> Iterator[tuple[Cell, ...]]:
    tracks = {copy.track.id: copy.track for copy in group.copies}
    shown = {match.first: match for match in group.evidence}
    for place, copy in enumerate(group.copies):
        file, match = copy.file, shown.get(copy.track.id)
        yield (
            *(Relation.SAME.value, number, "" if place else "yes", "" if place else group.reason),
            *_named(copy.track, file.path),
            *(file.codec, file.bit_rate, file.sample_rate, round(copy.track.seconds, 3)),
            *(_named(tracks[match.second]) if match else [None] * len(_NAMES)),
            *(_shown(match) if match else [None] * len(_EVIDENCE)),
        )


def _pair(pair: Pair) -> tuple[Cell, ...]:
    return (
        *(pair.relation.value, None, None, None),
        *_named(pair.first),
        *(None, None, None, round(pair.first.seconds, 3)),
        *_named(pair.second),
        *_shown(pair.match),
    )


def _named(track: Track, path: Path | None = None) -> tuple[Cell, ...]:
    return track.id, track.title, "; ".join(track.artists), str(path or track.paths[0])


def _shown(match: Match) -> tuple[Cell, ...]:
    stretch = longest(match)
    places = stretch.first_start, stretch.first_end, stretch.second_start, stretch.second_end
    return (
        *(round(place, 3) for place in places),
        *(len(match.stretches), round(offset(match), 3)),
        *(round(match.first_share, 4), round(match.second_share, 4)),
        None if match.agreement is None else round(match.agreement, 4),
        *(round(match.strength, 2), round(match.tempo, 4), match.semitones),
    )
