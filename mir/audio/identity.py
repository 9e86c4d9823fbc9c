"""The identity of a recording: a digest of its encoded sound, which no tagger changes.

The digest (BLAKE2b, 160 bits) goes over the codec's name and the encoded audio packets, in order,
as FFmpeg takes them out of the container; nothing is decoded. It stays the same when a file is
moved, renamed or re-tagged, and differs for another encoding of the same music.

Two cases are apart. An mp3 is read by hand, from its first frame to its last tag: that is four
times as fast, and does not depend on how a version of FFmpeg treats what stands between frames.
A file that no demuxer can open is known by all of its bytes: its identity then changes with its
tags, which costs one more analysis and nothing else.

A track inside a file is known by the digest of the whole file's sound and by where it lies in it,
to the CD frame. So it stays itself when the file is moved or re-tagged, and when its cue sheet
gives it other names; and it is another one when the sheet lets it begin or end elsewhere.
"""

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

import av

from mir.audio.containers import audio_stream, open_container, packets
from mir.audio.mp3_span import mp3_span
from mir.audio.source import name_of, open_source
from mir.errors import AudioError

_PIECE = 1 << 18  # bytes: what was read is still in the cache when it is digested


def audio_hash(path: Path) -> str:
    """The identity of the sound in `path`: 40 hexadecimal digits; AudioError if unreadable."""
    with open_source(path) as file:
        try:
            span = mp3_span(file)
            if span is not None:
                return _digest("mp3", _pieces(file, *span))
            return _packet_digest(file) or _digest("file", _pieces(file, 0, None))
        except OSError as error:
            reason = error.strerror or error
            raise AudioError(
                f"{name_of(path)} cannot be read to its end ({reason}); check the disk it is on"
            ) from error


def part_hash(whole: str, start: int, end: int | None) -> str:
    """The identity of a track that lies in the sound `whole` from CD frame `start` to before `end`.

    `whole` is from `audio_hash`; None: to the end of it. 40 hexadecimal digits.
    """
    digest = _new_digest("part")
    digest.update(f"{whole} {start} {'' if end is None else end}".encode())
    return digest.hexdigest()


def _packet_digest(file: BinaryIO) -> str | None:
    """The digest of the packets of the audio stream; None if there are none."""
    file.seek(0)
    try:
        with open_container(file) as container:
            stream = audio_stream(container)
            if stream is None:
                return None
            found = False
            digest = _new_digest(stream.codec_context.name)
            for packet in packets(container, stream):
                if packet.size:
                    found = True
                    digest.update(packet)  # by the buffer protocol: nothing is copied
            return digest.hexdigest() if found else None
    except (av.FFmpegError, ValueError):
        return None


def _digest(codec: str, pieces: Iterable[bytes]) -> str:
    digest = _new_digest(codec)
    for piece in pieces:
        digest.update(piece)
    return digest.hexdigest()


def _new_digest(codec: str) -> "hashlib.blake2b":
    return hashlib.blake2b(codec.encode() + b"\0", digest_size=20)


def _pieces(file: BinaryIO, start: int, end: int | None) -> Iterator[bytes]:
    """The bytes from `start` to before `end` (None: the end of the file)."""
    position = file.seek(start)
    while piece := file.read(_PIECE if end is None else min(_PIECE, end - position)):
        position += len(piece)
        yield piece
