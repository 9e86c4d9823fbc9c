"""The index of fingerprints, kept in step with the catalogue, whose cache it is.

As with vectors: an index that is missing, damaged or behind is brought up to the catalogue before
it is first used, an index run brings it up, and who only asks takes over what another process
saved.
"""

import threading
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path

import numpy as np

from mir.catalogue import fingerprints
from mir.catalogue.revision import fingerprint_revision
from mir.catalogue.session import Catalogue, Session
from mir.errors import FingerprintError
from mir.fingerprint.index import FingerprintIndex
from mir.fingerprint.packing import METHOD
from mir.fingerprint.store import Stamp, load, manifest_stamp, save

_LOOK_EVERY = 0.5  # seconds between two looks at the manifest on disk
_AT_ONCE = 2_000  # fingerprints in memory while an index is built: 16 MB for songs


class FingerprintCache:
    """The index in one folder; may be shared between threads."""

    def __init__(
        self, directory: Path, catalogue: Catalogue, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Keep the index of `catalogue` in `directory`; nothing is opened yet."""
        self._directory = directory
        self._catalogue = catalogue
        self._clock = clock
        self._held: FingerprintIndex | None = None
        self._stamp: Stamp | None = None
        self._looked_at = -_LOOK_EVERY
        self._lock = threading.Lock()

    def index(self) -> FingerprintIndex:
        """The index to ask now; cheap enough to ask for with every question.

        The first call brings it up to the catalogue. Later ones look at the disk at most every half
        second; while one thread takes over what changed, the others go on with what they have. An
        index that cannot be saved is used all the same.
        """
        held = self._held
        if held is not None and self._clock() - self._looked_at < _LOOK_EVERY:
            return held
        if not self._lock.acquire(blocking=held is None):
            assert held is not None
            return held
        try:
            if self._held is None:
                return self._caught_up(must_save=False)
            stamp = manifest_stamp(self._directory)
            if stamp is not None and stamp != self._stamp:
                try:
                    self._held, _ = load(self._directory)
                    self._stamp = stamp
                except FingerprintError:
                    return self._caught_up(must_save=False)
            self._looked_at = self._clock()
            return self._held
        finally:
            self._lock.release()

    def refresh(self) -> FingerprintIndex:
        """Bring the index up to the catalogue and save it, after a transaction is committed.

        Costs what changed. Raises FingerprintError where it cannot be saved.
        """
        with self._lock:
            return self._caught_up(must_save=True)

    def rebuild(self) -> FingerprintIndex:
        """Make the index anew from the catalogue alone, and save it; raises as `refresh` does."""
        with self._lock:
            return self._caught_up(must_save=True, afresh=True)

    def _caught_up(self, *, must_save: bool, afresh: bool = False) -> FingerprintIndex:
        index, since, saved_at = FingerprintIndex(), 0, None
        if not afresh:
            try:
                index, manifest = load(self._directory)
                since = saved_at = manifest.revision
            except FingerprintError:
                pass
        with self._catalogue.session() as session:
            now = fingerprint_revision(session)  # first: the index may be newer than it says
            if now < since:  # another catalogue, or an older copy of it
                index, since = FingerprintIndex(), 0
            present = fingerprints.ids_with(session, METHOD)
            index = _updated(session, index, since, present)
            if len(np.setdiff1d(present, index.tracks)):
                index, saved_at = _updated(session, FingerprintIndex(), 0, present), None
        if now != saved_at:
            try:
                index = save(self._directory, index, now)
            except FingerprintError:
                if must_save:
                    raise
        self._held, self._stamp = index, manifest_stamp(self._directory)
        self._looked_at = self._clock()
        return index


def _updated(
    session: Session, index: FingerprintIndex, since: int, present: fingerprints.Ids
) -> FingerprintIndex:
    """The index without what is not `present`, and with what was written since."""
    gone = np.setdiff1d(index.tracks, present)
    if len(gone):
        index = index.remove(gone.tolist())
    written = fingerprints.written_since(session, METHOD, since)
    while some := dict(islice(written, _AT_ONCE)):
        index = index.add({track: heard for track, heard in some.items() if heard})
    return index
