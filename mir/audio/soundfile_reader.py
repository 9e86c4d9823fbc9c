"""mp3, flac, ogg, opus, wav and aiff by libsndfile, which seeks in them to the very sample."""

from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO, Self

import numpy as np
import soundfile

from mir.analysis import FloatArray
from mir.audio.info import PLAUSIBLE_RATES, AudioInfo
from mir.audio.mono import mono
from mir.audio.source import source_size

_BLOCK = 1 << 17  # samples of all channels a read: small, whatever the header claims

_CONTAINERS = {"MPEG": "mp3", "WAVEX": "wav", "RF64": "wav"}
_CODECS = {"MPEG_LAYER_III": "mp3", "MPEG_LAYER_II": "mp2", "MPEG_LAYER_I": "mp1"}
_UNKNOWN_LENGTH = 1 << 60  # frames; libsndfile's own "I do not know" is 2**63 - 1
_MOST_BYTES_A_SECOND = 48_000  # mp3 ends at 40 000, the rest allows for tags


class CannotRead(Exception):
    """This reader can make nothing (more) of the file; another may."""


class _Straight(soundfile.SoundFile):
    """A file that is read on where the last read ended, as libsndfile does by itself.

    Of a file that can be sought in, soundfile says after each read where the next one begins, and
    the mp3 decoder then goes back to look for its place: a twentieth of the time of decoding.
    """

    def seekable(self) -> bool:
        """Whether soundfile shall seek of its own accord; asked to, it does."""
        return False


class SoundfileReader:
    """One open file; `CannotRead` if libsndfile does not know it or says it is empty."""

    def __init__(self, file: BinaryIO) -> None:
        """Look at the header of `file`, which stays open and belongs to the caller."""
        handle: BinaryIO | int
        try:
            # A descriptor rather than a name: a name may be no UTF-8, and soundfile believes
            # suffixes such as `.raw`. In memory there is no descriptor.
            handle = file.fileno()
        except OSError:
            handle = file
        try:
            self._file = _Straight(handle, closefd=False)
        except (soundfile.SoundFileError, TypeError, ValueError, OSError) as error:
            raise CannotRead(str(error)) from error
        if self._file.frames <= 0 or self._file.samplerate not in PLAUSIBLE_RATES:
            self._file.close()
            raise CannotRead("libsndfile finds no frames, or absurdly many in a second")
        self.rate: int = self._file.samplerate
        self._bytes = source_size(file)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of libsndfile's handle."""
        self._file.close()

    @property
    def info(self) -> AudioInfo:
        """What the header claims."""
        file = self._file
        known = file.frames < _UNKNOWN_LENGTH
        seconds = file.frames / self.rate if known else None
        container = _CONTAINERS.get(file.format, file.format.lower())
        if file.subtype in _CODECS:
            codec = _CODECS[file.subtype]
        elif container == "flac":
            codec = "flac"
        elif file.subtype.startswith(("PCM", "FLOAT", "DOUBLE")):
            codec = "pcm"
        else:
            codec = file.subtype.lower()
        return AudioInfo(
            seconds=seconds,
            sample_rate=self.rate,
            channels=file.channels,
            container=container,
            codec=codec,
            bit_rate=round(self._bytes * 8 / seconds) if seconds else None,
        )

    @property
    def doubtful(self) -> bool:
        """Whether the file is far too big for the length that it claims.

        So is an mp3 made by joining many: its header still tells the length of the first.
        """
        info = self.info
        too_big = info.seconds is None or self._bytes / info.seconds > _MOST_BYTES_A_SECOND
        return info.container == "mp3" and too_big

    def blocks(self, start: float, seconds: float) -> Iterator[FloatArray]:
        """Mono blocks at `rate` from second `start`, `seconds` in all or less at the end.

        Raises CannotRead at damage, after the blocks that come before it.
        """
        first, left = round(start * self.rate), round(seconds * self.rate)
        if first >= self._file.frames:
            return
        frames = max(1, min(left, _BLOCK // self._file.channels))
        buffer = np.empty((frames, self._file.channels), dtype=np.float32)
        try:
            if self._file.tell() != first:
                self._file.seek(first)
            while left > 0:
                block = self._file.read(out=buffer[: min(left, frames)])
                if not len(block):
                    return
                left -= len(block)
                yield mono(block)
        except (soundfile.SoundFileError, OSError, ValueError) as error:
            raise CannotRead(str(error)) from error
