"""From a mel spectrogram to what the network takes in: levelled, compressed, cut in patches."""

import numpy as np

from mir.analysis import FloatArray

PATCH_FRAMES = 187  # 2.992 s at 62.5 frames per second, the patch of the network and its teachers

_LEVEL = 0.5  # mean mel power that a passage is brought to; about that of a loud master
_QUIETEST = 1e-6  # mean mel power below which a passage counts as silence and is not raised
_COMPRESSION = 10_000.0


def network_input(mel: FloatArray) -> FloatArray:
    """Level a passage and compress it: log10(1 + 10000 * mel * gain), the input of the network.

    The gain brings the mean mel power of the passage to one fixed level, so that the same
    music played softer gives the same picture. Silence stays silence. The compression is that of
    Pons and Serra (2019), "musicnn". mel: (frames, n_mels) >= 0; returns the same shape.
    """
    mean = float(mel.mean()) if mel.size else 0.0
    gain = _LEVEL / max(mean, _QUIETEST)
    return np.log10(1.0 + (_COMPRESSION * gain) * mel, dtype=np.float32)


def cut_patches(frames: FloatArray, hop: int = PATCH_FRAMES) -> FloatArray:
    """Cut (frames, n_mels) into patches of shape (patches, PATCH_FRAMES, n_mels).

    Patches follow each other every `hop` frames; a last one is laid flush with the end, so
    that nothing is left out. A signal shorter than a patch is repeated until it fills one.
    """
    if len(frames) == 0:
        raise ValueError("there are no frames to cut into patches")
    if len(frames) < PATCH_FRAMES:
        repeats = -(-PATCH_FRAMES // len(frames))
        frames = np.tile(frames, (repeats, 1))[:PATCH_FRAMES]
    last = len(frames) - PATCH_FRAMES
    starts = list(range(0, last + 1, hop))
    if last - starts[-1] > hop // 4:  # a shorter rest holds little that is new
        starts.append(last)
    return np.stack([frames[start : start + PATCH_FRAMES] for start in starts])
