"""Noise of people, made with espeak-ng (Debian's package): some who speak, and a crowd.

Deliberately synthetic: nobody's recording is needed, and the same seed gives the same noise.
"""

import io
import random
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from mir.fingerprint.spectrum import SAMPLE_RATE

SECONDS = 60

_LANGUAGES = [
    "en",
    "en-us",
    "de",
    "fr",
    "es",
    "it",
    "pl",
    "nl",
    "pt",
    "sv",
    "en-gb-scotland",
    "ro",
    "tr",
    "hu",
]
_SPEAKERS = ["m1", "m3", "m5", "m7", "f1", "f2", "f3", "f4", "f5"]
_TEXT = Path(__file__).parent.parent / "docs"

Sound = NDArray[np.float32]


def noises(cache: Path) -> Mapping[str, Sound]:
    """A minute of each noise at SAMPLE_RATE, mean square 1; kept in the folder `cache`.

    speech: four who speak at once, the nearest a little louder. crowd: forty in a hall (RT60
    0.8 s) amid clatter.
    """
    kept = cache / "babble.npz"
    if not kept.exists():
        if shutil.which("espeak-ng") is None:
            raise SystemExit(
                "The noise is made by espeak-ng; install it (apt-get install espeak-ng)."
            )
        chance, rng = random.Random(1), np.random.default_rng(1)
        speech = sum(gain * _voice(chance) for gain in (1.0, 0.7, 0.5, 0.4))
        crowd = sum(_voice(chance) for _ in range(40))
        crowd = fftconvolve(crowd, room(0.8, rng))[: len(crowd)]
        crowd = _with_clatter(crowd / crowd.std(), rng)
        np.savez(kept, speech=_levelled(speech), crowd=_levelled(crowd))
    with np.load(kept) as found:
        return dict(found)


def room(rt60: float, rng: np.random.Generator) -> Sound:
    """A made-up response of a room: noise that decays by 60 dB in `rt60` seconds.

    The direct sound comes first, as strong as all that follows (a direct-to-reverberant ratio of
    0 dB).
    """
    time = np.arange(round(rt60 * SAMPLE_RATE)) / SAMPLE_RATE
    response = rng.standard_normal(len(time)) * 10 ** (-3 * time / rt60)
    response[0] = 0
    response /= np.sqrt((response**2).sum())
    response[0] = 1
    return response.astype(np.float32)


def _voice(chance: random.Random) -> Sound:
    texts = sorted(_TEXT.glob("*.md"))
    words = chance.choice(texts).read_text(encoding="utf-8").replace("`", "").split()
    first = chance.randrange(max(1, len(words) - 250))
    voice = f"{chance.choice(_LANGUAGES)}+{chance.choice(_SPEAKERS)}"
    speed, pitch = str(chance.randint(130, 200)), str(chance.randint(20, 80))
    said = subprocess.run(
        ["espeak-ng", "-v", voice, "-s", speed, "-p", pitch, "--stdout"],
        input=" ".join(words[first : first + 250]).encode(),
        capture_output=True,
        check=True,
    ).stdout
    # Written to a pipe, its header claims no length.
    said = said[:40] + (len(said) - 44).to_bytes(4, "little") + said[44:]
    samples, rate = soundfile.read(io.BytesIO(said), dtype="float32")
    samples = np.resize(soxr.resample(samples, rate, SAMPLE_RATE), SECONDS * SAMPLE_RATE)
    return _levelled(np.roll(samples, chance.randrange(len(samples))))


def _with_clatter(samples: Sound, rng: np.random.Generator) -> Sound:
    for _ in range(2 * SECONDS):
        length = int(rng.integers(200, 1200))
        first = int(rng.integers(0, len(samples) - length))
        decay = np.exp(-5 * np.arange(length) / length)
        samples[first : first + length] += rng.uniform(0.5, 2) * rng.standard_normal(length) * decay
    return samples


def _levelled(samples: Sound) -> Sound:
    return (samples / np.sqrt((samples**2).mean())).astype(np.float32)
