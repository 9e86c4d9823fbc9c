"""What a track and a query have in common and where they differ, as far as both are sure.

Every relation rests on numbers or names that both sides have; nothing is inferred from the
vectors. Thresholds are strict where a difference is told: that one side lacks something is less
certain than that both have it. docs/reasons.md says how the thresholds were chosen.
"""

import math
from collections.abc import Sequence

from mir.analysis import MOST_LABELS, Descriptors, Label
from mir.catalogue.filters import STRONG
from mir.catalogue.text import folded
from mir.search.portrait import Portrait
from mir.search.why import (
    Feeling,
    FeelingRelation,
    Key,
    KeyRelation,
    Loudness,
    Names,
    Shared,
    Tempo,
    Why,
)

TEMPO_TOLERANCE = 0.04  # relative; what a DJ's pitch control bridges without being noticed
LOUDNESS_TOLERANCE = 1.0  # LU
SURE_TEMPO = 0.4  # confidence; but for the octave, 19 of 20 tempi are right from there on
SURE_KEY = 0.7  # probability of the key
SURE_FAR_KEY = 0.86  # the same, for a difference to be told
GENRE_GAP = 0.25  # by how much more probable a genre must be where the other side has it not
SURE_INSTRUMENT = 0.1  # probability from which the lack of an instrument is told
SURE_MOOD = 0.45  # the same of a mood
AROUSAL_APART = 0.5  # of the axis from -1 to 1
VALENCE_APART = 1.0  # more, because it agrees less with what people feel

_FIFTHS = ("C", "G", "D", "A", "E", "B", "F#", "C#", "G#", "D#", "A#", "F")
_FAR = 3  # steps on the circle of fifths
_HALF_OCTAVE = math.sqrt(2)  # beyond which a tempo is as near to half or double of the other


def compare(query: Portrait, track: Portrait) -> Why:
    """What there is to tell, but for passages and percentile."""
    artist, album = _origin(query, track)
    return Why(
        compared_with=query.track,
        artist=artist,
        album=album,
        same_genre=_same_genre(query, track),
        genres=_genres(query, track),
        tag_genres=_tagged(query, track),
        instruments=_labels(query.instruments, track.instruments, SURE_INSTRUMENT),
        moods=_labels(query.moods, track.moods, SURE_MOOD),
        feelings=_feelings(query, track),
        tempo=_tempo(query.descriptors, track.descriptors),
        key=_key(query.descriptors, track.descriptors),
        loudness=_loudness(query.descriptors, track.descriptors),
    )


def _origin(query: Portrait, track: Portrait) -> tuple[str | None, str | None]:
    theirs = {folded(name) for name in track.artists}
    artist = next((name for name in query.artists if folded(name) in theirs), None)
    if artist is None or not query.album or not track.album:
        return artist, None
    return artist, query.album if folded(query.album) == folded(track.album) else None


def _same_genre(query: Portrait, track: Portrait) -> bool:
    if query.uncertain or track.uncertain or not query.genres or not track.genres:
        return False
    return query.genres[0].name == track.genres[0].name


def _genres(query: Portrait, track: Portrait) -> Names:
    shared = _shared(query.genres, track.genres, STRONG)
    if _same_genre(query, track):
        first, theirs = query.genres[0], track.genres[0]
        same = Shared(first.name, first.probability, theirs.probability)
        shared = [same, *(each for each in shared if each.name != same.name)]
    return Names(tuple(shared), _genres_lacking(query, track), _genres_lacking(track, query))


def _genres_lacking(one: Portrait, other: Portrait) -> tuple[Label, ...]:
    """The genres that `one` has, as filters count it, and `other` has not by far."""
    if one.uncertain or other.uncertain or not one.genres or not other.genres:
        return ()
    had = [label for n, label in enumerate(one.genres) if n == 0 or label.probability >= STRONG]
    return tuple(
        label
        for label in had
        if (most := _at_most(label.name, other.genres)) < STRONG
        and label.name != other.genres[0].name
        and label.probability - most >= GENRE_GAP
    )


def _at_most(name: str, genres: Sequence[Label]) -> float:
    """A bound on the probability of a genre: those not named share the rest, and lie below."""
    for label in genres:
        if label.name == name:
            return label.probability
    rest = 1.0 - sum(label.probability for label in genres)
    return max(0.0, min(rest, genres[-1].probability))


def _tagged(query: Portrait, track: Portrait) -> tuple[str, ...]:
    theirs = {folded(name) for name in track.tag_genres}
    return tuple(name for name in query.tag_genres if folded(name) in theirs)


def _labels(query: tuple[Label, ...], track: tuple[Label, ...], sure: float) -> Names:
    # Only what stands out against other music is stored, so every shared name is worth a word.
    shared = tuple(_shared(query, track, 0.0))
    return Names(shared, _lacking(query, track, sure), _lacking(track, query, sure))


def _lacking(one: Sequence[Label], other: Sequence[Label], sure: float) -> tuple[Label, ...]:
    if len(other) >= MOST_LABELS:
        return ()  # what else there is of it may only have been cut off
    theirs = {label.name for label in other}
    found = [each for each in one if each.probability >= sure and each.name not in theirs]
    return tuple(sorted(found, key=lambda label: -label.probability))


def _shared(query: Sequence[Label], track: Sequence[Label], least: float) -> list[Shared]:
    """The names that both have, with at least `least` in each, the surest first."""
    theirs = {label.name: label.probability for label in track}
    pairs = [
        Shared(each.name, each.probability, theirs[each.name])
        for each in query
        if min(each.probability, theirs.get(each.name, -1.0)) >= least
    ]
    return sorted(pairs, key=lambda pair: -min(pair.query, pair.track))


def _feelings(query: Portrait, track: Portrait) -> tuple[Feeling, ...]:
    axes: tuple[tuple[float | None, float | None, float, FeelingRelation, FeelingRelation], ...] = (
        (query.arousal, track.arousal, AROUSAL_APART, "calmer", "more energetic"),
        (query.valence, track.valence, VALENCE_APART, "darker", "brighter"),
    )
    return tuple(
        Feeling(less if theirs < mine else more, mine, theirs)
        for mine, theirs, apart, less, more in axes
        if mine is not None and theirs is not None and abs(theirs - mine) >= apart
    )


def _tempo(query: Descriptors, track: Descriptors) -> Tempo | None:
    mine, theirs = query.tempo, track.tempo
    if not mine or not theirs:
        return None
    if not (
        _sure(query.tempo_confidence, SURE_TEMPO) and _sure(track.tempo_confidence, SURE_TEMPO)
    ):
        return None
    faster = theirs > mine
    ratio = max(mine, theirs) / min(mine, theirs)
    if ratio <= 1 + TEMPO_TOLERANCE:
        return Tempo("same", mine, theirs)
    if abs(math.log(ratio / 2)) <= math.log1p(TEMPO_TOLERANCE):
        return Tempo("double" if faster else "half", mine, theirs)
    if ratio > _HALF_OCTAVE:
        return Tempo("other", mine, theirs)
    percent = 100 * abs(theirs / mine - 1)
    return Tempo("faster" if faster else "slower", mine, theirs, percent)


def _key(query: Descriptors, track: Descriptors) -> Key | None:
    if query.key not in _FIFTHS or track.key not in _FIFTHS or not query.mode or not track.mode:
        return None
    if not (_sure(query.key_confidence, SURE_KEY) and _sure(track.key_confidence, SURE_KEY)):
        return None
    # Relative keys share all their notes, so both modes are placed by their relative major;
    # A minor, three steps on by its tonic, stands with C major.
    mine = _FIFTHS.index(query.key) - (3 if query.mode == "minor" else 0)
    theirs = _FIFTHS.index(track.key) - (3 if track.mode == "minor" else 0)
    steps = min((theirs - mine) % 12, (mine - theirs) % 12)
    relation: KeyRelation = "other"
    if steps == 0:
        relation = "same" if query.mode == track.mode else "relative"
    elif steps == 1 and query.mode == track.mode:
        relation = "neighbouring"
    elif steps >= _FAR and query.key != track.key:  # A minor and A major have their home in common
        sure = _sure(query.key_confidence, SURE_FAR_KEY)
        if sure and _sure(track.key_confidence, SURE_FAR_KEY):
            relation = "far"
    return Key(relation, f"{query.key} {query.mode}", f"{track.key} {track.mode}")


def _loudness(query: Descriptors, track: Descriptors) -> Loudness | None:
    if query.loudness is None or track.loudness is None:
        return None
    if abs(query.loudness - track.loudness) > LOUDNESS_TOLERANCE:
        return None
    return Loudness(query.loudness, track.loudness)


def _sure(confidence: float | None, least: float) -> bool:
    return confidence is not None and confidence >= least
