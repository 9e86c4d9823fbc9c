"""What `mir doctor --repair` mends: only what the catalogue or the program itself can restore.

Nothing that was heard is given up but what belongs to no file any more, and nothing at all while
the database is damaged.
"""

from collections.abc import Callable, Iterator

from indexer.health import leftovers, library
from indexer.health.finding import Finding, Repair
from indexer.lock import only_in
from mir.errors import CatalogueError, MirError, ModelError
from mir.settings import Settings

Check = Callable[[Settings], Finding]
Mend = Callable[[Settings, Finding], str]


def repair(settings: Settings) -> Iterator[Repair]:
    """Mend what is amiss, and yield what became of each; nothing where all is well.

    Raises Busy while a run indexes.
    """
    if not settings.home.is_dir():
        return
    with only_in(settings.home):
        for check, mend in _MENDING:
            tried = _tried(settings, check, mend)
            if tried is not None:
                yield tried
                if check is library.database and not tried.done:
                    return  # what a damaged database says of its rows cannot be trusted


def _tried(settings: Settings, check: Check, mend: Mend) -> Repair | None:
    """Mend one thing where it is amiss; None where it is well."""
    try:
        finding = check(settings)
        if finding.state == "ok":
            return None
        return Repair(finding.name, True, mend(settings, finding))
    except MirError as error:
        return Repair(check.__name__, False, str(error))
    except OSError as error:
        return Repair(check.__name__, False, f"{error}; mend its permissions.")


def _database(settings: Settings, finding: Finding) -> str:
    from mir.catalogue.migrate import schema_revision, upgrade
    from mir.catalogue.tables import SCHEMA

    before = schema_revision(settings.database_url)
    if before == SCHEMA:
        raise CatalogueError(f"It is {finding.text}; {finding.remedy}.")
    upgrade(settings.database_url)
    return f"the schema was brought from {before} to {SCHEMA}"


def _rows(settings: Settings, finding: Finding) -> str:
    from mir.catalogue import integrity
    from mir.catalogue.session import open_catalogue

    catalogue = open_catalogue(settings.database_url)
    try:
        with catalogue.session() as session:
            dropped = integrity.drop_orphans(session)
    finally:
        catalogue.close()
    return f"taken out: {dropped}; `mir index` reads again what is still there"


def _models(settings: Settings, finding: Finding) -> str:
    from mir.model.embedder import shipped_bytes
    from mir.model.shelf import ModelShelf, shipped_id

    lost = library.lost_models(settings)
    restored = [name for model_id, name, _ in lost if model_id == shipped_id()]
    if restored:
        ModelShelf(settings.models_dir).keep(shipped_bytes())
    others = [f"{name} ({model_id})" for model_id, name, _ in lost if model_id != shipped_id()]
    if others:
        raise ModelError(
            f"Only the model of this version can be restored, and not {', '.join(others)}; put "
            f"its file into {settings.models_dir} as ID.onnx, or change with `mir model use`."
        )
    return f"the file of {restored[0]} was restored from the program"


def _index(settings: Settings, finding: Finding) -> str:
    from mir.engine import open_engine

    with open_engine(settings) as engine:
        count = len(engine.rebuild_index())
    return f"built anew from the catalogue; it holds {count} tracks"


def _leftovers(settings: Settings, finding: Finding) -> str:
    found = leftovers.stale_files(settings)
    for path in found:
        path.unlink()
    return f"{len(found)} half-written files deleted"


# In this order: the schema first, and the index after the rows that it is made of.
_MENDING: tuple[tuple[Check, Mend], ...] = (
    (library.database, _database),
    (library.rows, _rows),
    (library.models, _models),
    (library.index, _index),
    (leftovers.leftovers, _leftovers),
)
