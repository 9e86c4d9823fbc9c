"""Notes to sound: a MIDI file written with mido, played by FluidSynth through a soundfont."""

import random
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import mido
import numpy as np
import soundfile

DRUMS = 9  # the channel that General MIDI plays with the drum kit
_TICKS = 480  # in a quarter note
_BEND_CENTS = 200.0  # reached by a full pitch bend, the default of General MIDI
_ENDING = 1.5  # seconds that the last notes may ring


class MissingProgram(Exception):
    """FluidSynth or a soundfont is not installed; the message names Debian's packages."""


@dataclass(frozen=True, slots=True)
class Note:
    """One note; times in beats as they are counted, whatever note stands for a beat."""

    start: float
    length: float
    pitch: int  # MIDI number; on the channel of the drums, General MIDI's number of the drum
    channel: int
    velocity: int = 90


@dataclass(frozen=True, slots=True)
class Playing:
    """How notes are played."""

    bpm: float
    programs: dict[int, int]  # General MIDI program of each channel
    cents: float = 0.0  # of all but the drums, beside A = 440 Hz
    jitter: float = 0.0  # standard deviation, in seconds, of each note's start
    seconds: float = 60.0  # later notes are left out
    decibels: float | None = None  # of the music above white noise; None: no noise
    seed: int = 0  # of the jitter and the noise


def soundfont(name: str, package: str) -> Path:
    """The installed soundfont of that file name; raises MissingProgram naming the package."""
    path = Path("/usr/share/sounds/sf2") / name
    if shutil.which("fluidsynth") is None or not path.is_file():
        raise MissingProgram(
            f"FluidSynth or {path} is missing; apt-get install fluidsynth {package}"
        )
    return path


def render(notes: list[Note], playing: Playing, font: Path, target: Path) -> None:
    """Write the sound as FLAC, 32 kHz stereo; an unfinished file is never left."""
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        midi, sound = Path(folder) / "notes.mid", Path(folder) / "sound.flac"
        _midi(notes, playing).save(midi)
        command = ["fluidsynth", "-niq", "-T", "flac", "-F", str(sound), "-r", "32000", "-g", "0.5"]
        command += ["-o", "synth.dynamic-sample-loading=1", str(font), str(midi)]
        subprocess.run(command, check=True, capture_output=True, timeout=300)
        if playing.decibels is not None:
            _add_noise(sound, playing.decibels, playing.seed)
        sound.replace(target)


def _add_noise(path: Path, decibels: float, seed: int) -> None:
    sound, rate = soundfile.read(path, dtype="float32")
    level = np.sqrt(np.mean(sound**2)) * 10 ** (-decibels / 20)
    noise = np.random.default_rng(seed).standard_normal(len(sound)).astype(np.float32)
    soundfile.write(path, np.clip(sound + level * noise[:, None], -1, 1), rate)


def _midi(notes: list[Note], playing: Playing) -> mido.MidiFile:
    draw = random.Random(playing.seed)
    second = _TICKS * playing.bpm / 60.0  # in ticks: the file's beat is the counted beat
    events: list[tuple[int, int, mido.Message]] = []
    for note in notes:
        at = note.start * _TICKS + draw.gauss(0.0, playing.jitter) * second
        if at >= playing.seconds * second:
            continue
        begin = max(0, round(at))
        end = max(begin + 10, round(at + note.length * _TICKS))
        common = {"channel": note.channel, "note": note.pitch}
        events.append((begin, 1, mido.Message("note_on", velocity=note.velocity, **common)))
        events.append((end, 0, mido.Message("note_off", **common)))
    events.sort(key=lambda event: event[:2])

    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=mido.bpm2tempo(playing.bpm))])
    bend = round(8192 * playing.cents / _BEND_CENTS)
    for channel, program in playing.programs.items():
        track.append(mido.Message("program_change", channel=channel, program=program))
        if channel != DRUMS:
            track.append(mido.Message("pitchwheel", channel=channel, pitch=bend))
    now = 0
    for tick, _, message in events:
        track.append(message.copy(time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=round(_ENDING * second)))
    return mido.MidiFile(ticks_per_beat=_TICKS, tracks=[track])
