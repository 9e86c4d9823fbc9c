"""Where catalogue, index and network meet, for every door alike; decides nothing itself.

The catalogue is the truth and the index a cache of its vectors, so this is also the place
that keeps the two together: an index that is missing, damaged, behind the catalogue or made
with another model is brought up to date from the catalogue before it is used. A server and an
indexing run may be different processes: the server notices the new manifest and swaps in the
new index between two requests.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mir.catalogue import embeddings, failures, files, genres, tracks
from mir.catalogue.filters import Filter
from mir.catalogue.genres import GenreCount
from mir.catalogue.revision import revision
from mir.catalogue.session import Catalogue, open_catalogue
from mir.errors import VectorIndexError
from mir.model.embedder import Embedder
from mir.recent import Recent
from mir.settings import Settings
from mir.vectors.index import VectorIndex
from mir.vectors.store import Manifest, load, manifest_path, save

_LOOK_EVERY = 0.5  # seconds between two looks at the manifest on disk
_FILTERS_KEPT = 32  # at 100,000 tracks one filter's ids take up to 0.8 MB


@dataclass(frozen=True, slots=True)
class Status:
    """How the library stands."""

    tracks: int
    failures: int  # files that could not be analysed
    genres: tuple[GenreCount, ...]  # by descending count
    roots: tuple[Path, ...]  # the folders that were indexed
    model_id: str
    index_count: int  # tracks that can be found by sound
    index_revision: int
    revision: int  # the catalogue's; above `index_revision` while an indexing run is under way


@dataclass(frozen=True, slots=True)
class _Held:
    """The index in use, and the state of the manifest file when it was taken over."""

    index: VectorIndex
    manifest: Manifest
    stamp: tuple[int, ...] | None


class Engine:
    """An open library; may be shared between threads. Close it, or use it in a `with`."""

    def __init__(
        self,
        settings: Settings,
        catalogue: Catalogue,
        *,
        embedder: Embedder | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Join an open catalogue with the index folder of `settings`; see `open_engine`."""
        self.settings = settings
        self.catalogue = catalogue
        self.clock = clock  # seconds, from any beginning
        # (moment, revision, filter) -> ids that pass, kept for mir.search.allowed
        self.filters: Recent[tuple[int, int, Filter], NDArray[np.int64]] = Recent(_FILTERS_KEPT)
        self._embedder = embedder
        self._embedder_lock = threading.Lock()
        self._held: _Held | None = None
        self._looked_at = -_LOOK_EVERY
        self._index_lock = threading.Lock()

    @property
    def embedder(self) -> Embedder:
        """The network, loaded when it is first needed; ModelError if it cannot be."""
        with self._embedder_lock:
            if self._embedder is None:
                self._embedder = Embedder.load(self.settings.model)
            return self._embedder

    @property
    def model_id(self) -> str:
        """Which model's vectors count."""
        return self.embedder.info.model_id

    def index(self) -> VectorIndex:
        """The index to search now; cheap enough to ask for with every query.

        The first call brings the index up to date with the catalogue. Later calls look at the
        manifest on disk at most every half second and take over what another process saved;
        while one thread does that, the others go on with the index they have. An index that
        an indexing run has not caught up yet is used as it is.
        """
        held = self._held
        if held is not None and self.clock() - self._looked_at < _LOOK_EVERY:
            return held.index
        if not self._index_lock.acquire(blocking=held is None):
            assert held is not None
            return held.index
        try:
            return self._look(catch_up=self._held is None).index
        finally:
            self._index_lock.release()

    def refresh_index(self) -> VectorIndex:
        """Bring the index up to the catalogue, save it and use it from now on.

        Call it after the catalogue's transaction is committed: a crash in between leaves the
        index behind, never ahead. Costs what changed, not what is there (but for copying).
        """
        with self._index_lock:
            return self._look(catch_up=True).index

    def rebuild_index(self) -> VectorIndex:
        """Make the index anew from the catalogue alone, save it and use it from now on."""
        with self._index_lock:
            return self._hold(*self._from_scratch()).index

    def status(self) -> Status:
        """How the library stands."""
        index = self.index()
        held = self._held
        assert held is not None
        with self.catalogue.session() as session:
            return Status(
                tracks=tracks.count(session),
                failures=failures.count(session),
                genres=genres.genre_counts(session),
                roots=tuple(files.roots(session)),
                model_id=self.model_id,
                index_count=len(index),
                index_revision=held.manifest.revision,
                revision=revision(session),
            )

    def close(self) -> None:
        """Close the catalogue; the engine cannot be used afterwards."""
        self.catalogue.close()

    def __enter__(self) -> Self:
        """Return the engine itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the engine."""
        self.close()

    def _look(self, *, catch_up: bool) -> _Held:
        """Take over what is on disk if it changed, and mend it where it cannot be used."""
        stamp = _stamp(self.settings.index_dir)  # before loading, so that no change is missed
        held = self._held
        if held is None or stamp is None or stamp != held.stamp:
            try:
                index, manifest = load(self.settings.index_dir)
                held = _Held(index, manifest, stamp)
            except VectorIndexError:
                # Missing or damaged: what is in memory, if anything, is as good a start.
                catch_up, held = True, held and _Held(held.index, held.manifest, None)
        if held is None or held.manifest.model_id != self.model_id:
            return self._hold(*self._from_scratch())
        if catch_up:
            return self._caught_up(held)
        return self._use(held)

    def _caught_up(self, held: _Held) -> _Held:
        model_id, since = held.manifest.model_id, held.manifest.revision
        with self.catalogue.session() as session:
            now = revision(session)
            if now == since and held.stamp is not None:
                return self._use(held)
            if now < since:  # another catalogue, or an older copy of it
                return self._hold(*self._from_scratch())
            present = embeddings.ids_with(session, model_id)
            add_ids, add_vectors = embeddings.vectors_since(session, model_id, since)
        gone = np.setdiff1d(held.index.ids, present, assume_unique=True)
        index = held.index
        if len(add_ids) or len(gone):
            # Without any rows the catalogue cannot know the dimension.
            add_vectors = add_vectors.reshape(len(add_ids), index.dimension)
            index = index.updated(add_ids, add_vectors, gone)
        if len(np.setdiff1d(present, index.ids, assume_unique=True)):
            return self._hold(*self._from_scratch())
        return self._hold(index, now)

    def _from_scratch(self) -> tuple[VectorIndex, int]:
        """An index of all vectors in the catalogue, and the revision it is sure to include."""
        with self.catalogue.session() as session:
            now = revision(session)  # first: the index may then be newer than it says, never older
            ids, vectors = embeddings.all_vectors(session, self.model_id)
        if not len(ids):
            vectors = np.zeros((0, self.embedder.info.dimension), dtype=np.float32)
        return VectorIndex.build(ids, vectors), now

    def _hold(self, index: VectorIndex, at: int) -> _Held:
        manifest = Manifest(self.model_id, index.dimension, len(index), at)
        save(self.settings.index_dir, index, manifest)
        return self._use(_Held(index, manifest, _stamp(self.settings.index_dir)))

    def _use(self, held: _Held) -> _Held:
        self._held = held  # one assignment: other threads see the old index or the new one
        self._looked_at = self.clock()
        return held


def open_engine(settings: Settings, embedder: Embedder | None = None) -> Engine:
    """Open the library that `settings` describes, creating it where there is none.

    The network of `settings.model` is loaded when it is first needed, unless an `embedder` is
    given. Raises CatalogueError if the database cannot be opened.
    """
    return Engine(settings, open_catalogue(settings.database_url), embedder=embedder)


def _stamp(directory: Path) -> tuple[int, ...] | None:
    """What changes whenever the manifest is replaced; None where there is none."""
    try:
        found = manifest_path(directory).stat()
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size)
