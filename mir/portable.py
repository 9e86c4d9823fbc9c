"""A library in one file: its catalogue and the models that heard it; out, and in again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from mir.catalogue import coverage, models, tracks
from mir.catalogue.portable.layout import Header
from mir.catalogue.portable.merging import merge
from mir.catalogue.portable.moves import Move, Moves
from mir.catalogue.portable.reading import Export, open_export
from mir.catalogue.portable.writing import write
from mir.engine import Engine
from mir.errors import CatalogueError
from mir.model.embedder import identity

Progress = Callable[[int, int], None]  # rows done, rows in all


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import brought, in numbers, and what the user should know of it."""

    added: int  # sounds that were not here
    known: int  # sounds that were
    heard: int  # vectors, each of one sound by one model
    files: int
    failures: int
    folders: int
    models: tuple[str, ...]  # names of those whose files were not here
    left_out: int  # files whose paths hold something else here
    messages: tuple[str, ...]


def export_library(
    engine: Engine,
    path: Path,
    *,
    with_models: bool,
    program: str,
    now: datetime,
    overwrite: bool = False,
    progress: Progress = lambda done, total: None,
) -> Header:
    """Write the library to a file; raises as `mir.catalogue.portable.writing.write`.

    Also ModelError where the file of a model is damaged, unless `with_models` is False.
    """
    with engine.catalogue.session() as session:
        known = models.known(session)
    at_hand = [model.id for model in known if with_models and engine.shelf.has(model.id)]
    return write(
        engine.catalogue,
        path,
        models={model_id: partial(engine.shelf.read, model_id) for model_id in at_hand},
        program=program,
        now=now,
        overwrite=overwrite,
        progress=progress,
    )


def import_library(
    engine: Engine,
    path: Path,
    moves: Sequence[Move] = (),
    progress: Progress = lambda done, total: None,
) -> ImportReport:
    """Merge an export into the library and bring the index up to date.

    One transaction: a run that dies changes nothing (but for model files, which it may have kept
    already) and can be made again. The home exists, and whoever calls sees to it that no index
    run writes meanwhile. Raises as `open_export` and `merge`, and ModelError where a model's file
    cannot be kept.
    """
    mapped = Moves(moves)
    with open_export(path, engine.settings.home) as export:
        kept = _keep_models(engine, export)
        total = sum(export.header.row_counts.values())
        with engine.catalogue.session() as session:
            merged = merge(
                session, export.connection, mapped, lambda done: progress(min(done, total), total)
            )
    engine.refresh_index()
    with engine.catalogue.session() as session:
        names = {model.id: model.name for model in models.known(session)}
    return ImportReport(
        added=merged.added["tracks"],
        known=merged.known,
        heard=merged.added["embeddings"],
        files=merged.added["files"],
        failures=merged.added["failures"],
        folders=merged.added["roots"],
        models=tuple(names.get(model_id, model_id) for model_id in kept),
        left_out=merged.taken,
        messages=_messages(engine, merged.taken),
    )


def _keep_models(engine: Engine, export: Export) -> list[str]:
    """Keep the files of models that are not at hand; return the ids of these models."""
    kept = []
    for model_id, content in export.models():
        if identity(content) != model_id:
            raise CatalogueError(
                f"The export {export.path} is damaged (the file of the model {model_id} in it is "
                "another one); copy it again."
            )
        if not engine.shelf.has(model_id):
            engine.shelf.keep(content)
            kept.append(model_id)
    return kept


def _messages(engine: Engine, left_out: int) -> tuple[str, ...]:
    messages = []
    if left_out:
        messages.append(
            f"{left_out} files were left out: their paths hold something else here, which stays."
        )
    with engine.catalogue.session() as session:
        active = models.choice(session).active
        names = {model.id: model.name for model in models.known(session)}
        total, heard = tracks.count(session), coverage.covered(session)
    if active is None:
        return tuple(messages)
    silent = total - heard.get(active, 0)
    better = max(heard, key=lambda model_id: heard[model_id], default=active)
    if silent:
        name = names.get(active, active)
        told = f"{name}, the model in use, has not heard {silent} of {total} tracks: `mir index` "
        told += "lets it hear those whose files are here"
        if heard[better] > heard.get(active, 0):
            other = names.get(better, better)
            told += f", or `mir model use {other}` changes to {other}, which has heard more"
        messages.append(f"{told}.")
    if not engine.shelf.has(active):
        messages.append(
            f"The file of the model {active} did not come along; clips cannot be asked about "
            "until it is in the home. Similar tracks are found all the while."
        )
    return tuple(messages)
