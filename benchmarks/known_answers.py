"""All the music whose tempo or key is known, rendered once and kept in a folder.

Every style of `drum_styles.py` is played as drums alone and by a band; every score of
`known_scores.py` that qualifies in one arrangement, in some with drums. Tempo, tuning, the
unevenness of human playing and the instruments are drawn by seed. A score is moved into a key drawn
likewise, so that no key is common.

Styles, progressions and scores are split in two, every other one by name, before anything is
drawn: what a method was tuned on is never what it is tested on. The test part is also played
through another soundfont, whose instruments the tuning part never heard.
"""

import json
import math
import random
import zlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from itertools import chain, islice
from pathlib import Path

import known_rhythms
import known_scores
from drum_styles import STYLES
from fluidsynth import DRUMS, Note, Playing, render, soundfont

_FONTS = {
    "tuning": ("FluidR3_GM.sf2", "fluid-soundfont-gm"),
    "test": ("TimGM6mb.sf2", "timgm6mb-soundfont"),
}
_AT_ONCE = 2  # programs that render
_SECONDS = 30.0  # of a rhythm
_SHORTEST, _LONGEST = 20.0, 60.0  # of a score
_FOLDERS = {  # of the corpus, and how many qualifying pieces are enough
    "bach": 90,
    "ryansMammoth": 50,
    "oneills1850": 20,
    "mozart": 16,
    "haydn": 10,
    "beethoven/opus18": 16,
}
_ARRANGEMENTS = {  # General MIDI programs of the parts in turn
    "piano": (0,),
    "strings": (48,),
    "string quartet": (40, 40, 41, 42),
    "organ": (19,),
    "guitar": (24,),
    "winds": (73, 68, 71, 70),
    "brass": (56, 56, 60, 57),
    "electric piano and synthesizers": (4, 89, 81, 38),
    "choir": (52,),
}
_DRUMS_TO = {  # the style of the drums laid under a score of that meter
    "4/4": "rock, quavers",
    "2/4": "polka",
    "2/2": "polka",
    "3/4": "waltz",
    "6/8": "jig",
    "9/8": None,
    "12/8": "jig",
}


@dataclass(frozen=True, slots=True)
class Case:
    """One rendered piece and its answers; `tonic` and `mode` are None where there is no pitch."""

    name: str
    part: str  # "tuning" or "test"
    kind: str  # "clicks", "drums", "band", "score" or "score with drums"
    group: str  # the style, or the folder of the corpus
    bpm: float
    tonic: int | None = None  # 0 for C … 11 for B
    mode: str | None = None
    cents: float = 0.0
    jitter: float = 0.0
    decibels: float | None = None  # of the music above white noise, where there is noise


def collect(folder: Path, progress: Callable[[int, str], None]) -> list[tuple[Case, Path]]:
    """Every case with its sound, rendering what is not there yet.

    Raises MissingProgram before anything else where FluidSynth or a soundfont is missing.
    """
    fonts = {part: soundfont(*font) for part, font in _FONTS.items()}
    folder.mkdir(parents=True, exist_ok=True)
    listed = folder / "cases.json"
    if listed.is_file():
        found = [Case(**each) for each in json.loads(listed.read_text())]
        if all(_path(folder, case).is_file() for case in found):
            return [(case, _path(folder, case)) for case in found]
    cases, rendered = [], []
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for number, (case, notes, playing) in enumerate(chain(_rhythms(), _scores())):
            progress(number, case.name)
            cases.append(case)
            if not _path(folder, case).is_file():
                order = notes, playing, fonts[case.part], _path(folder, case)
                rendered.append(pool.submit(render, *order))
        for each in rendered:
            each.result()
    listed.write_text(json.dumps([asdict(case) for case in cases], indent=0))
    return [(case, _path(folder, case)) for case in cases]


def _path(folder: Path, case: Case) -> Path:
    plain = "".join(letter if letter.isalnum() else "-" for letter in case.name)
    return folder / f"{plain}.flac"


def _seed(name: str) -> int:
    return zlib.crc32(name.encode())


def _part(index: int) -> str:
    return ("tuning", "test")[index % 2]


def _tempo(draw: random.Random, slowest: float, fastest: float) -> float:
    return round(slowest * (fastest / slowest) ** draw.random(), 2)


def _rhythms() -> Iterator[tuple[Case, list[Note], Playing]]:
    for index in range(16):  # clicks from 50 to 200 BPM
        bpm = round(50 * 4 ** (index / 15), 2)
        case = Case(f"clicks {bpm:g}", _part(index), "clicks", "clicks", bpm)
        yield case, known_rhythms.clicks(_bars(bpm, 4)), Playing(bpm, {}, seconds=_SECONDS)
    for index, (name, style) in enumerate(sorted(STYLES.items())):
        for take in range(5):
            title = f"{name} {take + 1}"
            draw = random.Random(_seed(title))
            bpm = _tempo(draw, style.slowest, style.fastest)
            bars = _bars(bpm, style.beats)
            jitter = draw.choice((0.0, 0.006, 0.012))
            noise = draw.choice((None, None, 20.0, 10.0))
            common = {"jitter": jitter, "decibels": noise}
            seed = _seed(title)
            playing = Playing(bpm, {}, 0.0, jitter, _SECONDS, decibels=noise, seed=seed)
            if take < 2:
                case = Case(title, _part(index), "drums", name, bpm, **common)
                yield case, known_rhythms.drums(style, bars), playing
                continue
            tonic, mode = draw.randrange(12), draw.choice(("major", "minor"))
            which = 2 * draw.randrange(4) + index % 2  # progressions are split, too
            cents, melody = draw.uniform(-40, 40), draw.choice((0, _seed(title)))
            case = Case(title, _part(index), "band", name, bpm, tonic, mode, cents, **common)
            programs = dict(enumerate(style.programs)) | {DRUMS: 0}
            notes = known_rhythms.band(style, bars, tonic, mode, which, melody)
            yield case, notes, replace(playing, programs=programs, cents=cents)


def _bars(bpm: float, beats: int) -> int:
    return int(_SECONDS * bpm / 60 / beats) + 1


def _scores() -> Iterator[tuple[Case, list[Note], Playing]]:
    for folder, enough in _FOLDERS.items():
        files = known_scores.corpus_files(folder)
        random.Random(_seed(folder)).shuffle(files)
        every = (score for path in files for score in known_scores.read(path))
        found = sorted(islice(every, enough), key=lambda score: score.name)
        for index, score in enumerate(found):
            yield _arranged(score, folder, _part(index))


def _arranged(
    score: known_scores.Score, folder: str, part: str
) -> tuple[Case, list[Note], Playing]:
    draw = random.Random(_seed(score.name))
    bpm = _tempo(draw, 60, 150)
    programs = _ARRANGEMENTS[draw.choice(sorted(_ARRANGEMENTS))]
    shift, cents = draw.randrange(-5, 7), draw.choice((0.0, draw.uniform(-40, 40)))
    jitter = draw.choice((0.0, 0.006, 0.012))
    notes = [replace(note, pitch=note.pitch + shift) for note in score.notes]
    times = math.ceil(_SHORTEST * bpm / 60 / score.beats)  # a short one is repeated
    notes = [
        replace(note, start=note.start + turn * score.beats)
        for turn in range(times)
        for note in notes
    ]
    channels = {note.channel for note in notes}
    style = _DRUMS_TO[score.meter] if draw.random() < 0.4 else None
    if style is not None:
        drums = STYLES[style]
        notes += known_rhythms.drums(drums, int(times * score.beats / drums.beats) + 2)
    case = Case(
        score.name,
        part,
        "score with drums" if style else "score",
        folder,
        bpm,
        (score.tonic + shift) % 12,
        score.mode,
        cents,
        jitter,
    )
    playing = Playing(
        bpm,
        {channel: programs[channel % len(programs)] for channel in channels},
        cents=cents,
        jitter=jitter,
        seconds=_LONGEST,
        seed=_seed(score.name),
    )
    return case, notes, playing
