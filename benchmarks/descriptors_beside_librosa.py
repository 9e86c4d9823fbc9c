"""Tempo, key and timbre beside librosa's: how often right, and at what cost.

    python benchmarks/descriptors_beside_librosa.py [MUSIC] [--tracks N]

Right is counted on music whose answer is known (`known_answers.py`): Accuracy 1 is a tempo within
4 % of the true one, Accuracy 2 also within 4 % of its double, half, triple or third (Gouyon et al.
2006). librosa names no key; beside ours stands the key that the same profiles find in its
`chroma_stft`. Both get the same spectrogram. With a folder of MUSIC, the two tempi are also
compared on real tracks, where nobody knows the true one.

The cost is CPU time for 60 seconds of sound, taken in turns, everything in one thread where
`OMP_NUM_THREADS=1` is set.
"""

import argparse
import itertools
import random
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import librosa
import numpy as np
from known_answers import PATTERNS, RATE, TEMPI, Sound, progression, rhythm
from mixed_library import AUDIO

from mir.audio.decode import read_start
from mir.features import key, tempo
from mir.features.descriptors import decibels, describe
from mir.features.mel import FeatureSpec, mel_spectrogram

SPEC = FeatureSpec()
_FACTORS = (1, 2, 0.5, 3, 1 / 3)
_TUNINGS = (-0.4, -0.2, 0.0, 0.2, 0.4)
_ROUNDS = 9


def main() -> None:
    """Print the three comparisons."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("music", type=Path, nargs="?")
    parser.add_argument("--tracks", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    _tempo_accuracy()
    _key_accuracy()
    if options.music is not None:
        _tempo_agreement(options.music, options.tracks, options.seed)
    _cost()


def _own_tempo(passages: Sequence[Sound]) -> float:
    found = tempo.estimate(decibels(_mels(passages)), SPEC.frame_rate)
    return found.bpm if found else float("nan")


def _librosa_tempo(passages: Sequence[Sound]) -> float:
    levels = np.concatenate(decibels(_mels(passages)))
    onsets = librosa.onset.onset_strength(S=levels.T, sr=RATE, hop_length=SPEC.hop)
    return float(librosa.feature.tempo(onset_envelope=onsets, sr=RATE, hop_length=SPEC.hop)[0])


def _mels(passages: Sequence[Sound]) -> list[Sound]:
    return [mel_spectrogram(passage, SPEC) for passage in passages]


def _tempo_accuracy() -> None:
    print(f"tempo: {len(PATTERNS)} rhythms at {len(TEMPI)} tempi, three passages of 20 s each")
    print(f"{'':10} {'Accuracy 1':>11} {'Accuracy 2':>11} {'median error where right':>25}")
    for name, estimate in (("mir", _own_tempo), ("librosa", _librosa_tempo)):
        first, second, errors = [], [], []
        for pattern, bpm in itertools.product(PATTERNS.values(), TEMPI):
            passages = [rhythm(pattern, bpm, 20.0, late) for late in (0.0, 0.37, 1.1)]
            off = [abs(estimate(passages) / bpm / factor - 1) for factor in _FACTORS]
            first.append(off[0] < 0.04)
            second.append(min(off) < 0.04)
            if first[-1]:
                errors.append(off[0])
        error = f"{100 * statistics.median(errors):.2f} %"
        print(f"{name:10} {np.mean(first):11.3f} {np.mean(second):11.3f} {error:>25}")


def _key_accuracy() -> None:
    print(f"key: progressions in 24 keys at {len(_TUNINGS)} tunings")
    right = {"mir": 0, "librosa's chroma_stft": 0}
    cases = list(itertools.product(range(12), ("major", "minor"), _TUNINGS))
    for tonic, mode, tuning in cases:
        sound = progression(tonic, mode, tuning)
        true = (key.NAMES[tonic], mode)
        chroma = librosa.feature.chroma_stft(y=sound, sr=RATE, n_fft=4096, hop_length=2048)
        for name, found in (
            ("mir", key.estimate([sound], RATE)),
            ("librosa's chroma_stft", key.best_key(chroma.mean(axis=1))),
        ):
            right[name] += found is not None and (found.name, found.mode) == true
    for name, count in right.items():
        print(f"{name:24} {count} of {len(cases)}")


def _tempo_agreement(music: Path, tracks: int, seed: int) -> None:
    found = sorted(path for path in music.rglob("*") if path.suffix.lower() in AUDIO)
    same = octave = heard = 0
    for path in random.Random(seed).sample(found, min(tracks, len(found))):
        sound = read_start(path, RATE, 60.0).samples
        own, other = _own_tempo([sound]), _librosa_tempo([sound])
        if np.isfinite(own):
            off = [abs(own / other / factor - 1) for factor in _FACTORS]
            same, octave, heard = same + (off[0] < 0.04), octave + (min(off) < 0.04), heard + 1
    print(f"tempo on {heard} real tracks: mir and librosa agree on {same}, up to octaves {octave}")


def _cost() -> None:
    passages = [rhythm(PATTERNS["rock, quavers"], 120, 20.0, late) for late in (0.0, 0.37, 1.1)]
    mels = _mels(passages)

    def librosas() -> None:
        levels = librosa.power_to_db(np.concatenate(mels).T)
        onsets = librosa.onset.onset_strength(S=levels, sr=RATE, hop_length=SPEC.hop)
        librosa.feature.tempo(onset_envelope=onsets, sr=RATE, hop_length=SPEC.hop)
        librosa.feature.mfcc(S=levels, n_mfcc=20)
        librosa.feature.chroma_stft(
            y=np.concatenate(passages), sr=RATE, n_fft=4096, hop_length=2048
        )

    ways: dict[str, Callable[[], object]] = {
        "mir: tempo, key, loudness, MFCC": lambda: describe(passages, mels, SPEC),
        "librosa: tempo, chroma, MFCC": librosas,
    }
    costs: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(_ROUNDS + 1):
        for name, way in ways.items():
            begin = time.process_time()
            way()
            if turn:  # the first warms up
                costs[name].append(time.process_time() - begin)
    print("cost of 60 s of sound beyond the mel spectrogram")
    for name, times in costs.items():
        print(f"{name:34} {1000 * statistics.median(times):8.1f} ms of CPU")
    own, other = (statistics.median(times) for times in costs.values())
    print(f"mir is {other / own:.1f} times as fast")


if __name__ == "__main__":
    main()
