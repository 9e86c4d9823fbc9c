"""The library: its database, its rows, its models, its index and its fingerprints."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from indexer.health.finding import Finding
from mir.errors import FingerprintError, ModelError, VectorIndexError
from mir.settings import Settings

if TYPE_CHECKING:
    from mir.catalogue.session import Catalogue

_REPAIR = "run `mir doctor --repair`"


def database(settings: Settings) -> Finding:
    """Whether the database can be opened and has the schema of this version."""
    from mir.catalogue import integrity
    from mir.catalogue.migrate import schema_revision
    from mir.catalogue.tables import SCHEMA

    if _no_catalogue_yet(settings):
        return Finding("database", "ok", "not made yet; `mir up` or `mir index` makes it")
    revision = schema_revision(settings.database_url)
    if revision is None:
        return Finding("database", "ok", "empty; `mir up` or `mir index` fills it")
    if revision > SCHEMA:
        text = f"schema {revision} of a newer version, this one has {SCHEMA}"
        return Finding("database", "problem", text, "upgrade mir")
    if revision != SCHEMA:
        text = f"schema {revision}, this version has {SCHEMA}"
        return Finding("database", "warning", text, _REPAIR)
    with _library(settings) as catalogue:
        assert catalogue is not None
        with catalogue.session() as session:
            wrong = integrity.damage(session)
    if wrong:
        text = f"damaged: {'; '.join(wrong[:3])}"
        remedy = "restore a copy, or what can be read with `sqlite3 catalogue.db .recover`"
        return Finding("database", "problem", text, remedy)
    return Finding("database", "ok", f"schema {revision}")


def rows(settings: Settings) -> Finding:
    """Whether every row of the catalogue belongs to something."""
    from mir.catalogue import integrity

    with _library(settings) as catalogue:
        if catalogue is None:
            return Finding("rows", "ok", "none yet")
        with catalogue.session() as session:
            found = integrity.orphans(session)
    if not found:
        return Finding("rows", "ok", "every one belongs to something")
    return Finding("rows", "warning", str(found), _REPAIR)


def model(settings: Settings) -> Finding:
    """Whether the library's model can hear, has heard all, and whether another is to follow."""
    from mir.catalogue import coverage, models, tracks
    from mir.model.embedder import Embedder
    from mir.model.runtime import providers
    from mir.model.shelf import ModelShelf

    with _library(settings) as catalogue:
        if catalogue is None:
            chosen = models.Choice()
        else:
            with catalogue.session() as session:
                chosen = models.choice(session)
                names = {known.id: known.name for known in models.known(session)}
                heard, total = coverage.covered(session), tracks.count(session)
                whole = chosen.active is None or coverage.covers(session, chosen.active)
    if chosen.active is None:
        info = Embedder.load(settings.model).info
        text = f"{info.name} ({info.model_id}), {info.dimension} numbers; {', '.join(providers())}"
        return Finding("model", "ok", text)
    text = (
        f"{names.get(chosen.active, chosen.active)} ({chosen.active}) has heard "
        f"{heard.get(chosen.active, 0)} of {total} tracks; {', '.join(providers())}"
    )
    try:
        ModelShelf(settings.models_dir).load(chosen.active)
    except ModelError as error:
        return Finding("model", "problem", f"{text}. {error}", "run `mir index`")
    if chosen.pending is not None:
        waiting = names.get(chosen.pending, chosen.pending)
        text += f". {waiting} is to follow and has heard {heard.get(chosen.pending, 0)}"
        return Finding("model", "warning", text, "run `mir index`, which lets it hear the others")
    if not whole:
        return Finding("model", "warning", text, "run `mir index`, which lets it hear the others")
    return Finding("model", "ok", text)


def models(settings: Settings) -> Finding:
    """Whether the home has the files of all models that have heard the library, undamaged."""
    lost = lost_models(settings)
    if not lost:
        return Finding("models", "ok", "the files of all are at hand")
    text = "; ".join(
        f"the file of {name} ({model_id}) is {state}" for model_id, name, state in lost
    )
    remedy = f"{_REPAIR}, or put the file at {settings.models_dir}/ID.onnx"
    return Finding("models", "warning", text, remedy)


def lost_models(settings: Settings) -> tuple[tuple[str, str, str], ...]:
    """Return id, name, and "missing" or "damaged" for each known model without a good file."""
    from mir.catalogue import models as known_models
    from mir.model.embedder import identity
    from mir.model.shelf import ModelShelf

    shelf = ModelShelf(settings.models_dir)
    with _library(settings) as catalogue:
        if catalogue is None:
            return ()
        with catalogue.session() as session:
            known = known_models.known(session)
    lost = []
    for model in known:
        path = shelf.path(model.id)
        if not path.is_file():
            lost.append((model.id, model.name, "missing"))
        elif identity(path.read_bytes()) != model.id:
            lost.append((model.id, model.name, "damaged"))
    return tuple(lost)


def index(settings: Settings) -> Finding:
    """Whether the index is whole and belongs to the catalogue and the model."""
    from mir.catalogue import embeddings, models
    from mir.catalogue.revision import revision
    from mir.vectors.store import load, manifest_path, read_manifest

    with _library(settings) as catalogue:
        if catalogue is None:
            return Finding("index", "ok", "not made yet")
        with catalogue.session() as session:
            active = models.choice(session).active
            present = embeddings.ids_with(session, active or "")
            now = revision(session)
    try:
        manifest = read_manifest(settings.index_dir)
        if manifest is None and not manifest_path(settings.index_dir).exists():
            return Finding("index", "warning", "none yet", "run `mir rebuild`")
        held, manifest = load(settings.index_dir)
    except VectorIndexError as error:
        return Finding("index", "problem", str(error), "run `mir rebuild`; nothing is lost")
    text = f"{manifest.count} tracks of {len(present)} that the model has heard"
    if active is not None and manifest.model_id != active:
        text += f", made with model {manifest.model_id}"
        return Finding("index", "warning", text, "run `mir rebuild`")
    if manifest.revision != now or sorted(held.ids.tolist()) != present.tolist():
        text += ", not as the catalogue has them now"
        return Finding("index", "warning", text, "run `mir rebuild`, or wait for a run to end")
    return Finding("index", "ok", text)


def fingerprints(settings: Settings) -> Finding:
    """Whether every track has a fingerprint and was compared by it, and their index is whole."""
    from mir.catalogue import fingerprints as kept
    from mir.catalogue import matches
    from mir.fingerprint.packing import METHOD
    from mir.fingerprint.store import manifest_stamp, verify
    from mir.versions.packing import METHOD as CHROMA_METHOD

    with _library(settings) as catalogue:
        if catalogue is None:
            return Finding("fingerprints", "ok", "none yet")
        with catalogue.session() as session:
            made = len(kept.ids_with(session, METHOD))
            lacking = len({i.track_id for i in kept.lacking(session, METHOD, CHROMA_METHOD)})
            waiting = len(matches.lacking(session, METHOD))
    if manifest_stamp(settings.fingerprints_dir) is not None:
        try:
            verify(settings.fingerprints_dir)
        except FingerprintError as error:
            return Finding("fingerprints", "problem", str(error), "run `mir rebuild`")
    text = f"{made} tracks can be recognised"
    if lacking:
        text += f", {lacking} have no fingerprint yet"
    if waiting:
        text += f", {waiting} are not compared with the others yet"
    if lacking or waiting:
        return Finding("fingerprints", "warning", text, "run `mir index`")
    return Finding("fingerprints", "ok", text)


@contextmanager
def _library(settings: Settings) -> "Iterator[Catalogue | None]":
    """The open catalogue; None where there is none yet, or it has another schema."""
    from mir.catalogue.migrate import schema_revision
    from mir.catalogue.session import open_catalogue
    from mir.catalogue.tables import SCHEMA

    if _no_catalogue_yet(settings) or schema_revision(settings.database_url) != SCHEMA:
        yield None
        return
    catalogue = open_catalogue(settings.database_url)
    try:
        yield catalogue
    finally:
        catalogue.close()


def _no_catalogue_yet(settings: Settings) -> bool:
    """Whether the database is a file that does not exist; looking at it would make it."""
    scheme, _, file = settings.database_url.partition(":///")
    return scheme.startswith("sqlite") and not Path(file).exists()
