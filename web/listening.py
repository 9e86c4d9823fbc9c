"""Clips in: take an upload within its bounds, and listen to few of them at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from flask import request
from werkzeug.exceptions import UnsupportedMediaType

from mir.errors import AudioError, Busy, InvalidQuery

LONGEST_RECORDING = 3 * 3600.0  # seconds of an upload that are looked through: minutes of work
LISTENING_SECONDS = 600.0  # that decoding such a recording may take


class ListeningDesk:
    """Lets `seats` requests listen at once and `queue` more wait for at most `patience` s.

    Listening is the one expensive thing that a request can ask for; without a bound a few
    uploads would hold every thread of the server, and nobody could open a page.
    """

    def __init__(self, seats: int = 2, queue: int = 4, patience: float = 30.0) -> None:
        """Open the desk."""
        self._seats = threading.Semaphore(seats)
        self._places = threading.Semaphore(seats + queue)
        self._patience = patience

    @contextmanager
    def seat(self) -> Iterator[None]:
        """Hold a seat while listening; Busy when the queue is full or does not move."""
        if not self._places.acquire(blocking=False):
            raise Busy("Too many clips are being listened to; try again in a few seconds.")
        try:
            if not self._seats.acquire(timeout=self._patience):
                raise Busy("The clips before this one take too long; try again in a minute.")
            try:
                yield
            finally:
                self._seats.release()
        finally:
            self._places.release()


@dataclass(frozen=True, slots=True)
class Upload:
    """A clip that was sent; it lies on the disk until whoever has a seat reads it."""

    file: IO[bytes]

    def read(self) -> bytes:
        """All of it, in memory."""
        self.file.seek(0)
        return self.file.read()


def uploaded_clip() -> Upload:
    """The upload named `clip`; AudioError when there is none or it is empty.

    Raises InvalidQuery where the address has a query: it would be ignored, a filter too.
    """
    if request.query_string:
        raise InvalidQuery(
            "Beside a clip the address takes no query; send its fields in the form, as `clip` is."
        )
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType("Send the clip as multipart/form-data, in a file named 'clip'.")
    upload = request.files.get("clip")
    if upload is None:
        raise AudioError("The request has no clip: attach an audio file in the field 'clip'.")
    if not upload.stream.read(1):
        raise AudioError("The clip is empty: attach a file with at least one second of audio.")
    return Upload(upload.stream)
