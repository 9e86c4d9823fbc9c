"""Music of notes and noise that is the same for a seed, and unlike for another."""

import numpy as np

from mir.analysis import FloatArray
from mir.fingerprint.spectrum import SAMPLE_RATE


def music(seed: int, seconds: float) -> FloatArray:
    """A melody of decaying notes with overtones, three at a time, in time with soft strokes."""
    rng = np.random.default_rng(seed)
    samples = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
    beat = rng.uniform(0.15, 0.35)
    for start in np.arange(0, seconds, beat):
        first = round(start * SAMPLE_RATE)
        time = np.arange(min(len(samples) - first, round(1.2 * SAMPLE_RATE))) / SAMPLE_RATE
        for _ in range(2):
            pitch = 110 * 2 ** (rng.integers(0, 36) / 12) * rng.uniform(0.995, 1.005)
            for overtone in range(1, 7):
                if pitch * overtone < SAMPLE_RATE / 2:
                    tone = np.sin(2 * np.pi * pitch * overtone * time)
                    samples[first : first + len(time)] += (
                        0.1 / overtone * tone * np.exp(-time * rng.uniform(2, 8))
                    )
        stroke = rng.standard_normal(len(time)) * np.exp(-time * 30)
        samples[first : first + len(time)] += 0.05 * stroke
    return samples / max(1.0, float(np.abs(samples).max(initial=0)))
