"""Where catalogue, index and network meet, for every door alike; decides nothing itself.

The catalogue is the truth and the index a cache of its vectors, so this is also the place
that keeps the two together: an index that is missing, damaged, behind the catalogue or made
with another model than the active one is brought up to date from the catalogue before it is used.
A server and an indexing run may be different processes: the server notices the new manifest, or
the new model, and swaps in the new index between two requests. A request that asks for a `view`
once and keeps to it is answered from one model, whatever changes in the meantime.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from mir.behind import Behind
from mir.catalogue import coverage, embeddings, failures, files, genres, models, tracks
from mir.catalogue.filters import Filter
from mir.catalogue.hearings import Feelings
from mir.catalogue.ids import Ids
from mir.catalogue.makers import Credits
from mir.catalogue.revision import revision
from mir.catalogue.session import Catalogue, open_catalogue
from mir.catalogue.shelves import Shelves
from mir.errors import VectorIndexError
from mir.fingerprint_cache import FingerprintCache
from mir.model.embedder import Embedder
from mir.model.shelf import ModelShelf
from mir.recent import Recent
from mir.settings import Settings
from mir.standing import Pending, Status
from mir.vectors.index import VectorIndex
from mir.vectors.store import Manifest, load, manifest_path, save
from mir.versions.shortlist import Shortlist

__all__ = ["Engine", "Pending", "Status", "View", "open_engine"]

_LOOK_EVERY = 0.5  # seconds between two looks at the manifest on disk
_MODELS_KEPT = 2  # loaded: the active one, and for requests under way the one before
_ORDERS_KEPT = 8  # 8 bytes a track each
_FILTERS_KEPT = 16  # the ids of one take up to 8 bytes a track


@dataclass(frozen=True, slots=True)
class View:
    """What one question is answered from: vectors, and the model that heard them."""

    index: VectorIndex
    model_id: str


@dataclass(frozen=True, slots=True)
class _Held:
    """The index in use, and the state of the manifest file when it was taken over."""

    index: VectorIndex
    manifest: Manifest
    stamp: tuple[int, ...] | None

    @property
    def view(self) -> View:
        return View(self.index, self.manifest.model_id)


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
        self.shelf = ModelShelf(settings.models_dir)
        self.fingerprints = FingerprintCache(settings.fingerprints_dir, catalogue, clock)
        self.clock = clock  # seconds, from any beginning
        # (writes but plays, model, filter) -> ids that pass, kept for mir.search.allowed
        self.filters: Recent[tuple[int, str, Filter], NDArray[np.int64]] = Recent(_FILTERS_KEPT)
        # (writes but plays, model) -> kept for mir.search.mood
        self.feelings: Recent[tuple[int, str], Feelings] = Recent(_MODELS_KEPT)
        # writes but plays -> whose tracks are whose, kept for mir.recommend.related
        self.credits: Recent[int, Credits] = Recent(1)
        # (writes but plays, order, text) -> ids as they are listed, kept for mir.search.browse
        self.orders: Recent[tuple[int, str, str], Ids] = Recent(_ORDERS_KEPT)
        # (writes but plays, whether there are many) -> kept for mir.search.shelves
        self.shelves: Behind[tuple[int, bool], Shelves] = Behind(clock)
        # writes but plays -> what versions are chosen by, kept for mir.rights_check
        self.shortlists: Recent[int, Shortlist] = Recent(1)
        # (writes but plays, model, file of the map) -> where every track lies, for mir.map.library
        self.maps: Behind[Any, Any] = Behind(clock)
        # what the plays of all listeners teach, for mir.recommend.others
        self.listeners: Behind[Any, Any] = Behind(clock)
        self._first = embedder
        self._embedders: Recent[str, Embedder] = Recent(_MODELS_KEPT)
        self._embedder_lock = threading.Lock()
        self._held: _Held | None = None
        self._looked_at = -_LOOK_EVERY
        self._index_lock = threading.Lock()

    def first_embedder(self) -> Embedder:
        """The network that a library begins with: the one given, or that of the settings.

        Loaded when it is first needed; ModelError if it cannot be.
        """
        with self._embedder_lock:
            if self._first is None:
                self._first = Embedder.load(self.settings.model)
            return self._first

    def embedder(self, model_id: str) -> Embedder:
        """The network of a model, loaded when it is first needed; ModelError if it is gone."""

        def load() -> Embedder:
            if not self.shelf.has(model_id):
                first = self.first_embedder()
                if first.info.model_id == model_id:
                    return first
            return self.shelf.load(model_id)

        return self._embedders.get(model_id, load)

    @property
    def model_id(self) -> str:
        """Which model's vectors count now; a question keeps to that of its `view` instead."""
        with self.catalogue.session() as session:
            active = models.choice(session).active
        return active or self.first_embedder().info.model_id

    def index(self) -> VectorIndex:
        """The index to search now; see `view`."""
        return self.view().index

    def view(self) -> View:
        """What to answer a question from; cheap enough to ask for with every question.

        The first call brings the index up to date with the catalogue. Later calls look at the
        disk and at the choice of models at most every half second and take over what another
        process changed; while one thread does that, the others go on with what they have. An
        index that an indexing run has not caught up yet is used as it is, and so is one that cannot
        be saved, as on a full disk or one that is mounted for reading only.
        """
        held = self._held
        if held is not None and self.clock() - self._looked_at < _LOOK_EVERY:
            return held.view
        if not self._index_lock.acquire(blocking=held is None):
            assert held is not None
            return held.view
        try:
            return self._look(catch_up=self._held is None).view
        except VectorIndexError:
            if self._held is None:
                raise
            return self._held.view  # it could only not be saved
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
            return self._hold(*self._from_scratch(self.model_id)).index

    def status(self) -> Status:
        """How the library stands."""
        self.view()
        held = self._held
        assert held is not None
        model_id = held.manifest.model_id
        with self.catalogue.session() as session:
            waiting = models.choice(session).pending
            names = {model.id: model.name for model in models.known(session)}
            pending = None
            if waiting is not None:
                heard = coverage.covered(session).get(waiting, 0)
                pending = Pending(waiting, names.get(waiting, waiting), heard)
            return Status(
                tracks=tracks.count(session),
                failures=failures.count(session),
                genres=genres.genre_counts(session, model_id),
                roots=tuple(files.roots(session)),
                model_id=model_id,
                model_name=names.get(model_id) or self.embedder(model_id).info.name,
                pending=pending,
                index_count=len(held.index),
                index_revision=held.manifest.revision,
                revision=revision(session),
            )

    def close(self) -> None:
        """Close the catalogue; the engine cannot be used afterwards."""
        self.listeners.close()
        self.maps.close()
        self.shelves.close()
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
                index, manifest = load(self.settings.index_dir, held.index if held else None)
                held = _Held(index, manifest, stamp)
            except VectorIndexError:
                # Missing or damaged: what is in memory, if anything, is as good a start.
                catch_up, held = True, held and _Held(held.index, held.manifest, None)
        model_id = self.model_id
        if held is None or held.manifest.model_id != model_id:
            return self._hold(*self._from_scratch(model_id))
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
                return self._hold(*self._from_scratch(model_id))
            present = embeddings.ids_with(session, model_id)
            add_ids, add_vectors = embeddings.vectors_since(session, model_id, since)
        gone = np.setdiff1d(held.index.ids, present, assume_unique=True)
        index = held.index
        if len(add_ids) or len(gone):
            # Without any rows the catalogue cannot know the dimension.
            add_vectors = add_vectors.reshape(len(add_ids), index.dimension)
            index = index.updated(add_ids, add_vectors, gone)
        if len(np.setdiff1d(present, index.ids, assume_unique=True)):
            return self._hold(*self._from_scratch(model_id))
        return self._hold(model_id, index, now)

    def _from_scratch(self, model_id: str) -> tuple[str, VectorIndex, int]:
        """An index of all vectors of a model, and the revision it is sure to include."""
        with self.catalogue.session() as session:
            now = revision(session)  # first: the index may then be newer than it says, never older
            ids, vectors = embeddings.all_vectors(session, model_id)
            known = {model.id: model.dimension for model in models.known(session)}
        if not len(ids):
            dimension = known.get(model_id) or self.embedder(model_id).info.dimension
            vectors = np.zeros((0, dimension), dtype=np.float32)
        return model_id, VectorIndex.build(ids, vectors), now

    def _hold(self, model_id: str, index: VectorIndex, at: int) -> _Held:
        manifest = Manifest(model_id, index.dimension, len(index), at)
        try:
            index = save(self.settings.index_dir, index, manifest)
        except VectorIndexError:
            self._use(_Held(index, manifest, _stamp(self.settings.index_dir)))
            raise
        return self._use(_Held(index, manifest, _stamp(self.settings.index_dir)))

    def _use(self, held: _Held) -> _Held:
        self._held = held  # one assignment: other threads see the old index or the new one
        self._looked_at = self.clock()
        return held


def open_engine(settings: Settings, embedder: Embedder | None = None) -> Engine:
    """Open the library that `settings` describes, creating it where there is none.

    A library without a model begins with `embedder`, or else with that of the settings. Raises
    CatalogueError if the database cannot be opened.
    """
    return Engine(settings, open_catalogue(settings.database_url), embedder=embedder)


def _stamp(directory: Path) -> tuple[int, ...] | None:
    """What changes whenever the manifest is replaced; None where there is none."""
    try:
        found = manifest_path(directory).stat()
    except OSError:
        return None
    return (found.st_ino, found.st_mtime_ns, found.st_size)
