"""Opens media files with FFmpeg, and only as media files: nothing that names other files."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet

# Playlists, concatenation scripts, streaming manifests and image sequences are not among these:
# an upload must not make the server read other files or hosts.
_FORMATS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,dts,eac3,flac,flv,iff,loas,matroska,webm,mov,mp4,m4a,"
    "3gp,mp3,mpc,mpc8,mpeg,mpegts,ogg,oma,rm,shn,tak,tta,voc,w64,wav,wv,xwma"
)
_OPTIONS = {"format_whitelist": _FORMATS, "protocol_whitelist": "none"}
_PATIENCE = 5_000  # damaged packets in a row, after which the rest is given up


class _Input:
    """What FFmpeg needs of a file, with -1 for an impossible seek: an error it could only print.

    It also keeps the name back, by whose suffix FFmpeg would guess.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.read = file.read
        self.tell = file.tell

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        try:
            return self._file.seek(offset, whence)
        except (ValueError, OverflowError, OSError):
            return -1


@contextmanager
def open_container(file: BinaryIO) -> Iterator[InputContainer]:
    """A demuxer over `file`; av.FFmpegError if FFmpeg does not know what it is."""
    with av.open(_Input(file), mode="r", metadata_errors="replace", options=_OPTIONS) as container:
        yield container


def audio_stream(container: InputContainer) -> AudioStream | None:
    """The stream that a player would play, if there is one with a decoder."""
    stream = container.streams.best("audio")
    if not isinstance(stream, AudioStream) or stream.codec_context is None:
        return None
    return stream


def packets(container: InputContainer, stream: AudioStream) -> Iterator[Packet]:
    """The packets of `stream` in file order, damaged stretches left out; the last is empty."""
    failures = 0
    while failures < _PATIENCE:
        try:
            for packet in container.demux(stream):
                failures = 0
                yield packet
            return
        except av.InvalidDataError:
            failures += 1  # the demuxer stands behind the damage and can go on
        except (av.FFmpegError, OSError):  # among these the end of the file
            return
