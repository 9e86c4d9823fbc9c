"""Scores of music21's corpus whose beat and key are beyond dispute.

The corpus comes with the package music21 and has licences of its own, which do not let it be
passed on as one likes: pieces are read where they lie, and nothing of them enters this repository.

A score's **key** is taken as known if, and only if,

1. one key signature stands in all parts from beginning to end;
2. the lowest of the last notes is the tonic of that signature's major key or of its relative minor;
3. the last notes hold nothing but the tonic's triad (its third may be major in a minor key: a
   *tierce de Picardie*); and
4. where the file says major or minor, or names a mode, it says the same.

Its **beat** is taken as known if one of the usual time signatures below stands from beginning to
end. Repeats are not unfolded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fluidsynth import Note

_BEATS = {"2/4": 1.0, "3/4": 1.0, "4/4": 1.0, "2/2": 2.0, "6/8": 1.5, "9/8": 1.5, "12/8": 1.5}
_FEWEST_NOTES = 30
_CHANNELS = 8  # parts beyond share the last


@dataclass(frozen=True, slots=True)
class Score:
    """A score with known beat and key; every part has its own channel, from 0.

    Beat 0 begins a bar: an upbeat starts later than that.
    """

    name: str
    notes: list[Note]
    beats: float  # its length, without the rest before an upbeat
    meter: str  # its time signature
    tonic: int  # 0 for C … 11 for B
    mode: str  # "major" or "minor"


def corpus_files(folder: str) -> list[Path]:
    """All files of one folder of the corpus, in order."""
    from music21 import corpus

    paths = (Path(path) for path in corpus.getCorePaths())
    return sorted(path for path in paths if f"/corpus/{folder}" in path.as_posix())


def read(path: Path) -> Iterator[Score]:
    """The pieces of one file of the corpus that qualify."""
    from music21 import corpus, exceptions21, stream

    try:
        parsed = corpus.parse(path)
    except (exceptions21.Music21Exception, ValueError, AttributeError, IndexError, TypeError):
        return  # some files of the corpus are beyond its own reader
    pieces = list(parsed.scores) if isinstance(parsed, stream.Opus) else [parsed]
    for number, piece in enumerate(pieces):
        name = "/".join(path.with_suffix("").parts[-3:]).split("corpus/")[-1]
        score = _qualify(piece, name if len(pieces) == 1 else f"{name} {number + 1}")
        if score is not None:
            yield score


def _qualify(piece: object, name: str) -> Score | None:
    from music21 import key, meter

    everything = piece.recurse()  # type: ignore[attr-defined]
    signatures = list(everything.getElementsByClass(key.KeySignature))
    meters = {each.ratioString for each in everything.getElementsByClass(meter.TimeSignature)}
    sharps = {each.sharps for each in signatures}
    if len(sharps) != 1 or len(meters) != 1 or not meters <= _BEATS.keys():
        return None
    modes = {each.mode for each in signatures if isinstance(each, key.Key)}
    (ratio,) = meters
    lead, notes = _notes(piece, _BEATS[ratio])
    if len(notes) < _FEWEST_NOTES:
        return None

    end = max(note.start + note.length for note in notes)
    last = [note for note in notes if note.start + note.length > end - 1e-3]
    tonic = min(note.pitch for note in last) % 12
    major = 7 * sharps.pop() % 12
    if tonic not in (major, (major + 9) % 12):
        return None
    mode = "major" if tonic == major else "minor"
    thirds = {(tonic + 4) % 12} if mode == "major" else {(tonic + 3) % 12, (tonic + 4) % 12}
    if not {note.pitch % 12 for note in last} <= {tonic, (tonic + 7) % 12, *thirds}:
        return None
    if modes - {mode}:
        return None
    return Score(name, notes, end - lead, ratio, tonic, mode)


def _notes(piece: object, beat: float) -> tuple[float, list[Note]]:
    """The beats that an upbeat lets pass in its bar, and all notes."""
    from music21 import stream

    parts = list(piece.parts)  # type: ignore[attr-defined]
    first = parts[0].recurse().getElementsByClass(stream.Measure).first()
    missing = first.barDuration.quarterLength - first.duration.quarterLength if first else 0.0
    lead = max(0.0, float(missing)) / beat
    found = []
    for index, part in enumerate(parts):
        for element in part.stripTies().flatten().notes:
            length = float(element.quarterLength)
            if length <= 0:
                continue  # a grace note has no place of its own
            for pitch in getattr(element, "pitches", ()):
                start = lead + float(element.offset) / beat
                channel = min(index, _CHANNELS - 1)
                found.append(Note(start, 0.97 * length / beat, round(pitch.ps), channel))
    return lead, found
