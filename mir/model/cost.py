"""What hearing costs with a model on this machine."""

from collections.abc import Callable

import numpy as np

from mir.features.mel import mel_spectrogram
from mir.model.embedder import Embedder

_ROUNDS = 5
_STRETCHES, _SECONDS = 3, 20  # as a file is listened to


def seconds_a_minute(embedder: Embedder, clock: Callable[[], float]) -> float:
    """Seconds that the network needs for a minute of sound, by `clock` (CPU time, say).

    The best of a few rounds over noise, whose content does not matter to the cost; decoding and
    the spectrogram are not counted.
    """
    spec = embedder.info.spec
    draw = np.random.default_rng(0)
    noise = draw.standard_normal((_STRETCHES, _SECONDS * spec.sample_rate)).astype(np.float32)
    mels = [mel_spectrogram(0.1 * stretch, spec) for stretch in noise]
    taken = []
    for _ in range(_ROUNDS):
        begun = clock()
        embedder.hear(mels)
        taken.append(clock() - begun)
    return min(taken)
