"""Why a track is an answer: what it and the query have in common, in words a person reads.

Every reason states numbers or names that both sides really have; nothing is inferred from the
vectors. The order says how telling a coincidence is: an album before an artist, what both are
before how they sound, and how fast before how loud.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mir.analysis import Descriptors, Label
from mir.catalogue.filters import STRONG
from mir.catalogue.text import folded
from mir.catalogue.tracks import Track

if TYPE_CHECKING:
    from mir.listen import Heard

MOST_REASONS = 4
TEMPO_TOLERANCE = 0.04  # relative; what a DJ's pitch control bridges without being noticed
LOUDNESS_TOLERANCE = 1.0  # LU
_SURE_TEMPO = 0.3
_SURE_KEY = 0.5  # probability of the best key
_NAMES_SHOWN = 3

_FIFTHS = ("C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#", "F")


@dataclass(frozen=True, slots=True)
class Portrait:
    """What a track and a clip can have in common."""

    genres: tuple[Label, ...]
    uncertain: bool
    moods: tuple[Label, ...]
    instruments: tuple[Label, ...]
    descriptors: Descriptors
    tag_genres: tuple[str, ...] = ()
    artists: tuple[str, ...] = ()
    album: str | None = None


def portrait_of_track(track: Track) -> Portrait:
    """What there is to compare of a track in the catalogue."""
    return Portrait(
        genres=track.genres,
        uncertain=track.uncertain,
        moods=track.moods,
        instruments=track.instruments,
        descriptors=track.descriptors,
        tag_genres=track.tag_genres,
        artists=track.artists,
        album=track.album,
    )


def portrait_of_clip(heard: "Heard") -> Portrait:
    """What there is to compare of a clip; nobody says who made it."""
    hearing = heard.hearing
    return Portrait(
        genres=hearing.genres,
        uncertain=hearing.uncertain,
        moods=hearing.moods,
        instruments=hearing.instruments,
        descriptors=heard.descriptors,
    )


def reasons(seed: Portrait, track: Portrait) -> tuple[str, ...]:
    """At most four things the two have in common, most telling first; maybe none."""
    found = (
        *_origin(seed, track),
        *_genre(seed, track),
        *_labels("both have", seed.instruments, track.instruments),
        *_labels("both sound", seed.moods, track.moods),
        *_tempo(seed.descriptors, track.descriptors),
        *_key(seed.descriptors, track.descriptors),
        *_loudness(seed.descriptors, track.descriptors),
    )
    return found[:MOST_REASONS]


def _origin(seed: Portrait, track: Portrait) -> Iterator[str]:
    theirs = {folded(name) for name in track.artists}
    shared = [name for name in seed.artists if folded(name) in theirs]
    if not shared:
        return
    album = seed.album if seed.album and track.album else None
    if album and track.album and folded(album) == folded(track.album):
        yield f"from the same album, {album}"
    else:
        yield f"by the same artist, {shared[0]}"


def _genre(seed: Portrait, track: Portrait) -> Iterator[str]:
    """The first genre if it is the same and sure; else the best of three; else a tag."""
    certain = not (seed.uncertain or track.uncertain)
    shared = _shared(seed.genres, track.genres, STRONG)
    if certain and seed.genres and track.genres and seed.genres[0].name == track.genres[0].name:
        first, theirs = seed.genres[0], track.genres[0]
        yield f"both {first.name} ({_percent(first)} and {_percent(theirs)})"
    elif shared:
        mine, theirs = shared[0]
        yield f"both touch {mine.name} ({_percent(mine)} and {_percent(theirs)})"
    else:
        tagged = {folded(name) for name in track.tag_genres}
        common = [name for name in seed.tag_genres if folded(name) in tagged]
        if common:
            yield f"both tagged {', '.join(common[:_NAMES_SHOWN])}"


def _labels(verb: str, seed: tuple[Label, ...], track: tuple[Label, ...]) -> Iterator[str]:
    # Only what stands out against other music is stored, so every shared name is worth a word.
    names = [mine.name for mine, _ in _shared(seed, track, 0.0)[:_NAMES_SHOWN]]
    if names:
        listed = ", ".join(names[:-1]) + " and " + names[-1] if names[1:] else names[0]
        yield f"{verb} {listed}"


def _shared(
    seed: tuple[Label, ...], track: tuple[Label, ...], least: float
) -> list[tuple[Label, Label]]:
    """Pairs of the same name, both at least `least` probable, the surest pair first."""
    theirs = {label.name: label for label in track}
    pairs = [(label, theirs[label.name]) for label in seed if label.name in theirs]
    sure = [pair for pair in pairs if min(pair[0].probability, pair[1].probability) >= least]
    return sorted(sure, key=lambda pair: -min(pair[0].probability, pair[1].probability))


def _tempo(seed: Descriptors, track: Descriptors) -> Iterator[str]:
    mine, theirs = seed.tempo, track.tempo
    if not mine or not theirs:
        return
    if not (
        _sure(seed.tempo_confidence, _SURE_TEMPO) and _sure(track.tempo_confidence, _SURE_TEMPO)
    ):
        return
    for factor, words in (
        (1.0, "similar tempo"),
        (2.0, "twice the tempo"),
        (0.5, "half the tempo"),
    ):
        if abs(math.log(theirs / (mine * factor))) <= math.log1p(TEMPO_TOLERANCE):
            yield f"{words}, {mine:.0f} and {theirs:.0f} BPM"
            return


def _key(seed: Descriptors, track: Descriptors) -> Iterator[str]:
    if seed.key not in _FIFTHS or track.key not in _FIFTHS or not seed.mode or not track.mode:
        return
    if not (_sure(seed.key_confidence, _SURE_KEY) and _sure(track.key_confidence, _SURE_KEY)):
        return
    # Relative keys share all their notes, so both modes are placed by their relative major;
    # A minor, three steps on by its tonic, stands with C major.
    mine = _FIFTHS.index(seed.key) - (3 if seed.mode == "minor" else 0)
    theirs = _FIFTHS.index(track.key) - (3 if track.mode == "minor" else 0)
    apart = (theirs - mine) % 12
    names = f"{seed.key} {seed.mode} and {track.key} {track.mode}"
    if apart == 0 and seed.mode == track.mode:
        yield f"same key, {seed.key} {seed.mode}"
    elif apart == 0:
        yield f"relative keys, {names}"
    elif apart in (1, 11) and seed.mode == track.mode:
        yield f"neighbouring keys, {names}"


def _loudness(seed: Descriptors, track: Descriptors) -> Iterator[str]:
    if seed.loudness is None or track.loudness is None:
        return
    if abs(seed.loudness - track.loudness) <= LOUDNESS_TOLERANCE:
        yield f"similar loudness, {seed.loudness:.1f} and {track.loudness:.1f} LUFS"


def _sure(confidence: float | None, least: float) -> bool:
    return confidence is not None and confidence >= least


def _percent(label: Label) -> str:
    return f"{label.probability:.0%}"
