"""A stretch of a file, as a file: what a range of it is sent from, without holding a thread.

The server sends files by itself, piece by piece as the client takes them. Anything else it has to
be handed by a thread, which then waits for a slow client.
"""

import io
from typing import BinaryIO


class Stretch(io.RawIOBase):
    """Bytes `start` to before `end` of a file; closing it closes the file."""

    def __init__(self, file: BinaryIO, start: int, end: int) -> None:
        """Begin at the start of it."""
        self._file = file
        self._start = start
        self._length = max(0, end - start)
        self._at = 0

    def readable(self) -> bool:
        """Whether it can be read: yes."""
        return True

    def seekable(self) -> bool:
        """Whether it can be moved in: yes."""
        return True

    def tell(self) -> int:
        """The place in the stretch, from 0."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Go to a place in the stretch, not before its start."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._length}[whence]
        self._at = max(0, origin + offset)
        return self._at

    def read(self, size: int = -1, /) -> bytes:
        """Up to `size` bytes (negative: all that are left)."""
        left = max(0, self._length - self._at)
        self._file.seek(self._start + self._at)
        data = self._file.read(left if size < 0 else min(size, left))
        self._at += len(data)
        return data

    def close(self) -> None:
        """Close the file, too."""
        self._file.close()
        super().close()
