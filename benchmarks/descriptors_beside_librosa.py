"""The cost of the descriptors beside the same ones of librosa, from the same spectrogram.

    python benchmarks/descriptors_beside_librosa.py

CPU time for 60 seconds of sound, beyond the mel spectrogram, taken in turns, everything in one
thread where `OMP_NUM_THREADS=1` is set. How often they are right is measured by `tempo_and_key.py`.
"""

import statistics
import time
from collections.abc import Callable

import librosa
import numpy as np

from mir.features.descriptors import describe
from mir.features.mel import FeatureSpec, mel_spectrogram

SPEC = FeatureSpec()
_ROUNDS = 9


def _music(seconds: float) -> np.ndarray:
    """A minor chord struck twice a second, over noise struck four times."""
    t = np.arange(int(seconds * SPEC.sample_rate)) / SPEC.sample_rate
    tones = sum(np.sin(2 * np.pi * hertz * t) for hertz in (110.0, 220.0, 261.63, 329.63, 440.0))
    noise = np.random.default_rng(1).standard_normal(len(t)) * np.exp(-60 * (t % 0.25))
    return (0.1 * tones * np.exp(-6 * (t % 0.5)) + 0.1 * noise).astype(np.float32)


def main() -> None:
    """Print both costs and their ratio."""
    passages = [_music(20.0)] * 3
    mels = [mel_spectrogram(passage, SPEC) for passage in passages]
    rate = SPEC.sample_rate

    def librosas() -> None:
        levels = librosa.power_to_db(np.concatenate(mels).T)
        onsets = librosa.onset.onset_strength(S=levels, sr=rate, hop_length=SPEC.hop)
        librosa.feature.tempo(onset_envelope=onsets, sr=rate, hop_length=SPEC.hop)
        librosa.feature.mfcc(S=levels, n_mfcc=20)
        sound = np.concatenate(passages)
        librosa.feature.chroma_stft(y=sound, sr=rate, n_fft=4096, hop_length=2048)

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
