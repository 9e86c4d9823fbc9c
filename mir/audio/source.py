"""What is listened to: a file on disk, or a clip held in memory."""

import codecs
import io
import os
import stat
from pathlib import Path
from typing import BinaryIO

from mir.errors import AudioError

Source = Path | bytes
"""A file, or the bytes of an upload."""

_SAMPLE_OF_TEXT = 512  # bytes looked at to tell text from sound


class _Clip(io.BytesIO):
    """Bytes in memory. Damaged headers send readers before the start: there is no going there."""

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        """As BytesIO, but -1 instead of an error, which a library in C could only print."""
        try:
            return super().seek(offset, whence)
        except (ValueError, OverflowError):
            return -1


def name_of(source: Source) -> str:
    """How messages call it: the file's name, printable even if it is not UTF-8, or "the clip"."""
    if isinstance(source, bytes):
        return "the clip"
    return os.fsencode(source.name).decode("utf-8", errors="replace")


def open_source(source: Source) -> BinaryIO:
    """Open for binary reading; AudioError if it is missing, unreadable, a folder or empty."""
    if isinstance(source, bytes):
        if not source:
            raise AudioError("the clip is empty (0 bytes); choose a file that holds music")
        return _Clip(source)
    name = name_of(source)
    try:
        mode = source.stat().st_mode
        if stat.S_ISREG(mode):
            file = source.open("rb")
        elif stat.S_ISDIR(mode):
            raise IsADirectoryError
        else:  # opening a pipe would wait for ever
            raise AudioError(f"{name} is a pipe or a device; save its sound as a file first")
    except FileNotFoundError:
        raise AudioError(f"{name} does not exist; check the path") from None
    except IsADirectoryError:
        raise AudioError(f"{name} is a folder, not an audio file; name a file inside it") from None
    except PermissionError:
        raise AudioError(f"{name} may not be read; give this user the right to read it") from None
    except (OSError, ValueError) as error:  # ValueError: a nul byte in the path
        reason = getattr(error, "strerror", None) or error
        raise AudioError(f"{name} cannot be opened ({reason}); check the disk it is on") from error
    if source_size(file) == 0:
        file.close()
        raise AudioError(f"{name} is empty (0 bytes); copy or download it again")
    return file


def source_size(file: BinaryIO) -> int:
    """Length in bytes; the position stays where it was."""
    position = file.tell()
    size = file.seek(0, os.SEEK_END)
    file.seek(position)
    return size


def not_audio(source: Source) -> AudioError:
    """The error for something that no decoder makes sense of, with a guess at the mistake."""
    name = name_of(source)
    with open_source(source) as file:
        beginning = file.read(_SAMPLE_OF_TEXT)
    if _is_text(beginning):
        return AudioError(
            f"{name} holds text, not audio, whatever its name says; choose a sound file instead"
        )
    return AudioError(
        f"{name} holds no audio that can be decoded; if a player can play it, convert it to FLAC"
    )


def _is_text(beginning: bytes) -> bool:
    if b"\0" in beginning:
        return False
    try:
        # Incremental, for the last character may be cut.
        text = codecs.getincrementaldecoder("utf-8")().decode(beginning)
    except UnicodeDecodeError:
        return False
    return all(character.isprintable() or character.isspace() for character in text)
