"""What is known of one recording, as plain frozen values that every room passes on.

Units: seconds, hertz, beats per minute, dB; probabilities and confidences lie in [0, 1].
`None` means "not known", never "zero".
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]

MOST_LABELS = 5  # moods, and instruments, that are named of one recording
CUE_STAGE = "cue"  # of a failure: the file was heard, but not as its cue sheet divides it


@dataclass(frozen=True, slots=True)
class Label:
    """A predicted name with its probability in [0, 1]."""

    name: str
    probability: float


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a recording: where it starts and how long it is, in seconds."""

    start: float
    seconds: float


@dataclass(frozen=True, slots=True)
class Tags:
    """What a file says about itself; empty where it says nothing."""

    title: str | None = None
    artists: tuple[str, ...] = ()
    album: str | None = None
    album_artist: str | None = None
    genres: tuple[str, ...] = ()
    year: int | None = None
    track_number: int | None = None
    disc_number: int | None = None
    composer: str | None = None
    lyricist: str | None = None
    publisher: str | None = None  # or the label
    copyright: str | None = None
    licence: str | None = None
    isrc: str | None = None  # of the recording
    iswc: str | None = None  # of the work
    recording_mbid: str | None = None
    work_mbid: str | None = None
    release_mbid: str | None = None
    artist_mbids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Descriptors:
    """Measured properties of the sound; `mir.features.descriptors` defines each of them."""

    tempo: float | None = None  # beats per minute
    tempo_confidence: float | None = None
    key: str | None = None  # "C", "C#", … "B"
    mode: str | None = None  # "major" or "minor"
    key_confidence: float | None = None
    loudness: float | None = None  # LUFS of the mono mix; None for silence
    mfcc_mean: tuple[float, ...] = ()  # 20 coefficients
    mfcc_std: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Hearing:
    """What the network makes of a recording.

    `vector` has unit length; `passages` holds one unit vector for each stretch of up to
    18 seconds that was listened to, in order; `thorough` says that these were all of it.
    `genres` are the three most probable, `moods` and `instruments` up to `MOST_LABELS` that
    stand out, so that what is not among fewer does not. `arousal`
    (calm to energetic) and `valence` (dark to bright) lie in [-1, 1], 0 being the average of the
    music that the model was trained on; None where the model does not say.
    """

    model_id: str
    vector: FloatArray  # (dimension,)
    passages: FloatArray  # (passage, dimension)
    genres: tuple[Label, ...] = ()
    uncertain: bool = True
    moods: tuple[Label, ...] = ()
    instruments: tuple[Label, ...] = ()
    arousal: float | None = None
    valence: float | None = None
    norm: float | None = None  # length of the vector before it was brought to unit length
    thorough: bool = False


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One file on disk, or a track inside it, as it was when it was read.

    `part` is 0 where the whole file is one track. Otherwise it is the number of a track in the
    file's cue sheet, which lies from `start` on for `seconds` (None: to the end of the file).
    """

    path: Path  # absolute; bytes that are not UTF-8 stand as surrogates (PEP 383)
    size: int  # bytes
    modified_ns: int
    container: str | None = None  # "mp3", "flac", "ogg", …
    codec: str | None = None
    sample_rate: int | None = None
    channels: int | None = None
    bit_rate: int | None = None  # bits per second
    inode: int | None = None  # tells a moved file of the same size and time; None if unknown
    part: int = 0
    start: float = 0.0  # seconds
    seconds: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """All that indexing learns from one file."""

    file: FileFacts
    audio_hash: str  # identity of the sound: hex digest, see mir.audio.identity
    seconds: float
    tags: Tags
    descriptors: Descriptors
    hearing: Hearing
    further: tuple[Hearing, ...] = ()  # by other models, each once


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be analysed, and why; stored and listed, never raised."""

    path: Path
    size: int
    modified_ns: int
    reason: str  # one sentence with the remedy
    stage: str = field(default="decode")  # "read", "decode", "analyse", "worker" or `CUE_STAGE`
