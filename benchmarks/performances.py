"""Several performances of one piece, rendered from scores: what a version of music is, on a scale.

Every piece is a score of `known_scores.py`, or its first part where it is long. The first
performance plays it as it stands. The others draw by seed what tells performances apart:
instruments, soundfont, tempo (0.8 to 1.25 times) with rubato, transposition (up to three semitones
either way), loudness, sections cut or repeated, a voice left out or doubled, ornaments, drums. The
last is "live": also out of tune, in a hall, and with noise.

These are renderings: nobody sings, improvises or reharmonises.
"""

import json
import math
import random
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path

import known_rhythms
import known_scores
import numpy as np
import scipy.signal
import soundfile
from drum_styles import STYLES
from fluidsynth import DRUMS, Note, Playing, render, soundfont

from mir.audio.decode import read_start

RATE = 16_000  # Hz of the files, mono
PERFORMANCES = 5  # of each piece

_FONTS = (("FluidR3_GM.sf2", "fluid-soundfont-gm"), ("TimGM6mb.sf2", "timgm6mb-soundfont"))
_AT_ONCE = 2  # programs that render
_FOLDERS = {  # of the corpus, and how many qualifying pieces are taken
    "bach": 28,
    "ryansMammoth": 20,
    "mozart": 8,
    "haydn": 8,
    "beethoven/opus18": 3,
    "monteverdi": 6,
    "schumann_clara": 2,
    "corelli": 1,
    "oneills1850": 3,
}
_BEAT_SECONDS = {"bach": 0.75}  # of a beat at the piece's own tempo; 0.5 elsewhere
_LONGEST = 100.0  # seconds of a piece at its own tempo
_SHORTEST = 45.0  # a piece below it is played as often as it takes
_BANDS = ((0,), (48,), (40, 40, 41, 42), (19,), (24,), (73, 68, 71, 70), (56, 56, 60, 57))
_BANDS += ((4, 89, 81, 38), (52,), (6,), (46, 11, 12, 32), (29, 30, 27, 33), (80, 81, 88, 38))
_DRUMS_TO = {"4/4": "rock, quavers", "2/4": "polka", "2/2": "polka", "3/4": "waltz", "6/8": "jig"}


@dataclass(frozen=True, slots=True)
class Performance:
    """One recording of a piece, and how it differs from the score."""

    piece: str
    number: int  # from 0, which plays the score as it stands
    tempo: float  # as a multiple of the piece's own
    semitones: int
    changes: tuple[str, ...]

    @property
    def file(self) -> str:
        """The name of its file."""
        plain = "".join(letter if letter.isalnum() else "-" for letter in self.piece)
        return f"{plain}.{self.number}.flac"


def collect(folder: Path, progress: Callable[[int, str], None]) -> list[Performance]:
    """Every performance, in order of pieces; those whose file is missing are rendered.

    Raises MissingProgram before anything else where FluidSynth or a soundfont is missing.
    """
    fonts = tuple(soundfont(*font) for font in _FONTS)
    folder.mkdir(parents=True, exist_ok=True)
    listed = folder / "performances.json"
    if listed.is_file():
        read = json.loads(listed.read_text())
        found = [Performance(**each | {"changes": tuple(each["changes"])}) for each in read]
        if all((folder / each.file).is_file() for each in found):
            return found
    found, rendered = [], []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for number, (score, beat) in enumerate(_scores()):
            progress(number, score.name)
            for turn in range(PERFORMANCES):
                performance, notes, programs, font = _performed(score, beat, turn)
                found.append(performance)
                target = folder / performance.file
                if not target.is_file():
                    rendered.append(
                        pool.submit(_record, performance, notes, programs, fonts[font], target)
                    )
        for each in rendered:
            each.result()
    listed.write_text(json.dumps([asdict(each) for each in found], indent=0))
    return found


def _scores() -> Iterator[tuple[known_scores.Score, float]]:
    """Scores with the seconds of a beat."""
    for name, enough in _FOLDERS.items():
        files = known_scores.corpus_files(name)
        random.Random(_seed(name)).shuffle(files)
        every = (score for path in files for score in known_scores.read(path))
        chosen = sorted(islice(every, enough), key=lambda score: score.name)
        for score in chosen:
            yield score, _BEAT_SECONDS.get(name, 0.5)


def _seed(name: str) -> int:
    return zlib.crc32(name.encode())


def _performed(
    score: known_scores.Score, beat: float, number: int
) -> tuple[Performance, list[Note], dict[int, int], int]:
    """A performance, its notes in seconds, the program of each channel, and which soundfont."""
    draw = random.Random(_seed(f"{score.name} {number}"))
    beats = min(score.beats, _LONGEST / beat)
    turns = max(1, math.ceil(_SHORTEST / (beats * beat)))
    notes = [note for note in score.notes if note.start < beats]
    channels = sorted({note.channel for note in notes})
    changes: list[str] = []
    tempo, semitones, stray = 1.0, 0, 0.0
    if number:
        tempo = round(0.8 * (1.25 / 0.8) ** draw.random(), 3)
        semitones = draw.randint(-3, 3)
        stray = draw.choice((0.03, 0.06, 0.1))
        changes.append(f"rubato {stray:g}")
        if draw.random() < 0.5:
            notes = _ornamented(notes, draw)
            changes.append("ornaments")
        if len(channels) > 2 and draw.random() < 0.5:
            left_out = draw.choice(channels[1:])
            notes = [note for note in notes if note.channel != left_out]
            changes.append("a voice left out")
        elif draw.random() < 0.5:
            which = channels[-1]
            low = [replace(n, pitch=n.pitch - 12) for n in notes if n.channel == which]
            notes += [note for note in low if note.pitch >= 24]
            changes.append("a voice doubled")
    notes = [
        replace(note, start=note.start + turn * beats) for turn in range(turns) for note in notes
    ]
    length = turns * beats
    if number and draw.random() < 0.6:
        notes, length, what = _restructured(notes, length, draw)
        changes.append(what)
    if number and draw.random() < 0.3 and score.meter in _DRUMS_TO:
        style = STYLES[_DRUMS_TO[score.meter]]
        notes += known_rhythms.drums(style, int(length / style.beats))
        changes.append("drums")
    if number == PERFORMANCES - 1:
        changes.append("live")
    shifted = [
        note if note.channel == DRUMS else replace(note, pitch=note.pitch + semitones)
        for note in notes
    ]
    loud = 1.0 if not number else draw.uniform(0.6, 1.1)
    shifted = [
        replace(note, velocity=max(1, min(127, round(note.velocity * loud * draw.gauss(1, 0.12)))))
        for note in shifted
    ]
    band = draw.choice(_BANDS)
    programs = {each: band[each % len(band)] for each in channels} | {DRUMS: 0}
    played = _timed(shifted, length, beat / tempo, stray, draw)
    performance = Performance(score.name, number, tempo, semitones, tuple(changes))
    return performance, played, programs, draw.randrange(len(_FONTS))


def _ornamented(notes: list[Note], draw: random.Random) -> list[Note]:
    """A mordent on one in five longer notes of the first voice."""
    result = []
    for note in notes:
        if note.channel or note.length < 0.9 or draw.random() > 0.2:
            result.append(note)
            continue
        short = 0.12
        result.append(replace(note, length=short))
        result.append(replace(note, start=note.start + short, length=short, pitch=note.pitch + 2))
        rest = note.length - 2 * short
        result.append(replace(note, start=note.start + 2 * short, length=rest))
    return result


def _restructured(
    notes: list[Note], length: float, draw: random.Random
) -> tuple[list[Note], float, str]:
    """Cut or repeat a stretch of 15 to 35 % of the music, at whole beats."""
    size = round(length * draw.uniform(0.15, 0.35))
    start = round(draw.uniform(0, length - size))
    end = start + size
    before = [note for note in notes if note.start < (start if size % 2 else end)]
    after = [note for note in notes if note.start >= (end if size % 2 else start)]
    shift = -size if size % 2 else size
    moved = [replace(note, start=note.start + shift) for note in after]
    return before + moved, length + shift, "a section cut" if size % 2 else "a section repeated"


def _timed(
    notes: list[Note], length: float, beat: float, stray: float, draw: random.Random
) -> list[Note]:
    """Notes from beats to seconds, the tempo wandering by about `stray` of itself."""
    grid = np.arange(0, length + 16, 0.25)  # beats
    wander = np.zeros(len(grid))
    for period in (6, 11, 32):
        wander += np.sin(2 * np.pi * (grid / (period * draw.uniform(0.8, 1.3)) + draw.random()))
    seconds = np.concatenate([[0.0], np.cumsum(0.25 * beat * np.exp(stray * wander / 1.2))])[:-1]
    starts = np.interp([note.start for note in notes], grid, seconds)
    ends = np.interp([note.start + note.length for note in notes], grid, seconds)
    return [
        replace(note, start=float(start), length=float(end - start))
        for note, start, end in zip(notes, starts, ends, strict=True)
    ]


def _record(
    performance: Performance, notes: list[Note], programs: dict[int, int], font: Path, target: Path
) -> None:
    """Render, treat as live what is live, and write; an unfinished file is never left."""
    seed = _seed(performance.file)
    live = "live" in performance.changes
    draw = np.random.default_rng(seed)
    cents = float(draw.uniform(-40, 40)) if live else float(draw.uniform(-8, 8))
    jitter = 0.0 if not performance.number else float(draw.choice([0.006, 0.012, 0.02]))
    # At 60 beats a minute a beat is a second.
    playing = Playing(60.0, programs, cents=cents, jitter=jitter, seconds=300.0, seed=seed)
    raw = target.with_suffix(".raw.flac")
    render(notes, playing, font, raw)
    sound = read_start(raw, RATE, 320.0).samples
    raw.unlink()
    if live:
        sound = _in_a_hall(sound, draw)
    sound *= 0.7 / max(float(np.abs(sound).max()), 1e-6)
    unfinished = target.with_suffix(".part.flac")
    soundfile.write(unfinished, sound, RATE)
    unfinished.replace(target)


def _in_a_hall(sound: np.ndarray, draw: np.random.Generator) -> np.ndarray:
    """A diffuse decay of one to two seconds, and pink noise 12 to 20 dB below the music."""
    seconds = draw.uniform(1.0, 2.0)
    tail = draw.standard_normal(int(seconds * RATE)) * 10 ** (
        -3 * np.arange(int(seconds * RATE)) / (seconds * RATE)
    )
    tail *= draw.uniform(0.5, 1.0) / np.sqrt(np.sum(tail**2))
    wet = sound + scipy.signal.oaconvolve(sound, tail)[: len(sound)]
    spectrum = np.fft.rfft(draw.standard_normal(len(sound)))
    noise = np.fft.irfft(spectrum / np.sqrt(np.arange(len(spectrum)) + 1.0), len(sound))
    level = 10 ** (-draw.uniform(12, 20) / 20) * np.std(wet) / np.std(noise)
    return (wet + level * noise).astype(np.float32)
