"""Sound of which no second is like another: notes of an eighth of a second, drawn from a seed."""

import numpy as np
from numpy.typing import NDArray


def random_notes(seed: int, seconds: float, sample_rate: int) -> NDArray[np.float32]:
    """Mono sound (frames,) in [-1, 1]; the same notes at every rate, and a longer one goes on."""
    frames = round(seconds * sample_rate)
    time = np.arange(frames) / sample_rate
    draw = np.random.default_rng(seed)
    pitches = draw.uniform(120, 3_500, (int(seconds * 8) + 1, 3))
    sound = np.zeros(frames)
    note = (time * 8).astype(int)
    for voice in range(3):
        sound += np.sin(2 * np.pi * pitches[note, voice] * time)
    return (0.2 * sound * (1 - time * 8 % 1)).astype(np.float32)
