"""What `mir doctor` looks at: one function a question, each answering with one finding."""

import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from mir.errors import MirError, ModelError, VectorIndexError
from mir.settings import Settings

if TYPE_CHECKING:
    from mir.catalogue.session import Catalogue

State = Literal["ok", "warning", "problem"]

OLDEST_PYTHON = (3, 11)
LIBRARIES = (
    ("numpy", "2.0"),
    ("scipy", "1.14"),
    ("soundfile", "0.13"),
    ("soxr", "0.5"),
    ("av", "14"),
    ("mutagen", "1.47"),
    ("librosa", "0.11"),
    ("onnxruntime", "1.20"),
    ("faiss-cpu", "1.10"),
    ("sqlalchemy", "2.0.36"),
    ("alembic", "1.14"),
    ("flask", "3.1"),
    ("waitress", "3.0"),
)
LITTLE_SPACE = 1 << 30  # bytes: the catalogue of 100,000 tracks and its index need less
TOO_LITTLE_SPACE = 100 << 20


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer to one question; `remedy` is empty where all is well."""

    name: str
    state: State
    text: str
    remedy: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield a finding for every question; creates nothing and never raises for what it finds."""
    checks: tuple[Callable[[Settings], Finding], ...] = (
        python,
        libraries,
        processor,
        home,
        disk,
        database,
        model,
        index,
    )
    for check in checks:
        try:
            yield check(settings)
        except MirError as error:
            yield Finding(check.__name__, "problem", str(error), "see the message")
        except Exception as error:  # a broken installation raises anything
            text = f"{type(error).__name__}: {error}"
            yield Finding(check.__name__, "problem", text, "install mir again")


def python(settings: Settings) -> Finding:
    """Whether this Python is new enough."""
    text = f"{platform.python_version()} on {platform.system()} {platform.machine()}"
    if sys.version_info[:2] < OLDEST_PYTHON:
        return Finding("python", "problem", text, "install Python 3.11 or newer")
    return Finding("python", "ok", text)


def libraries(settings: Settings) -> Finding:
    """Whether every library is there and new enough."""
    found, bad = [], []
    for name, oldest in LIBRARIES:
        try:
            installed = version(name)
        except PackageNotFoundError:
            bad.append(f"{name} is missing")
            continue
        found.append(f"{name} {installed}")
        if _numbers(installed) < _numbers(oldest):
            bad.append(f"{name} {installed} is older than {oldest}")
    if bad:
        return Finding("libraries", "problem", "; ".join(bad), "install mir again with pip")
    return Finding("libraries", "ok", ", ".join(found))


def processor(settings: Settings) -> Finding:
    """Whether the processor has the instructions that make the network fast."""
    flags = _cpu_flags()
    known = [name for name in ("avx2", "avx512f", "avx512_bf16", "asimd") if name in flags]
    text = f"{settings.jobs} jobs; " + (", ".join(known) or "no vector instructions known")
    if flags and not known:
        return Finding("processor", "warning", text, "expect indexing to be several times slower")
    return Finding("processor", "ok", text)


def home(settings: Settings) -> Finding:
    """Whether the home can be written."""
    place = settings.home
    if not place.exists():
        return Finding("home", "ok", f"{place} (made by the first command that needs it)")
    probe = place / ".doctor"
    try:
        probe.write_bytes(b"")
        probe.unlink()
    except OSError as error:
        remedy = "mend its permissions, or choose another with --home or MIR_HOME"
        return Finding("home", "problem", f"{place} cannot be written: {error.strerror}", remedy)
    return Finding("home", "ok", str(place))


def disk(settings: Settings) -> Finding:
    """Whether there is space beside the home."""
    place = next(each for each in (settings.home, *settings.home.parents) if each.exists())
    free = shutil.disk_usage(place).free
    text = f"{free / (1 << 30):.1f} GiB free"
    if free < TOO_LITTLE_SPACE:
        return Finding("disk", "problem", text, f"make space on the disk of {place}")
    if free < LITTLE_SPACE:
        return Finding("disk", "warning", text, f"make space on the disk of {place} soon")
    return Finding("disk", "ok", text)


def database(settings: Settings) -> Finding:
    """Whether the database can be opened and has the schema of this version."""
    from mir.catalogue.migrate import schema_revision
    from mir.catalogue.tables import SCHEMA

    if _no_catalogue_yet(settings):
        return Finding("database", "ok", "not made yet; `mir up` or `mir index` makes it")
    revision = schema_revision(settings.database_url)
    if revision is None:
        return Finding("database", "ok", "empty; `mir up` or `mir index` fills it")
    if revision != SCHEMA:
        text = f"schema {revision}, this version has {SCHEMA}"
        return Finding("database", "warning", text, "run `mir status`, which brings it up to date")
    return Finding("database", "ok", f"schema {revision}")


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
            present = 0 if active is None else len(embeddings.ids_with(session, active))
            now = revision(session)
    try:
        manifest = read_manifest(settings.index_dir)
        if manifest is None and not manifest_path(settings.index_dir).exists():
            return Finding("index", "warning", "none yet", "run `mir rebuild`")
        _, manifest = load(settings.index_dir)
    except VectorIndexError as error:
        return Finding("index", "problem", str(error), "run `mir rebuild`; nothing is lost")
    text = f"{manifest.count} tracks of {present} that the model has heard"
    if active is not None and manifest.model_id != active:
        text += f", made with model {manifest.model_id}"
        return Finding("index", "warning", text, "run `mir rebuild`")
    if manifest.revision != now or manifest.count != present:
        return Finding("index", "warning", text, "run `mir rebuild`, or wait for a run to end")
    return Finding("index", "ok", text)


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


def _numbers(text: str) -> tuple[int, ...]:
    parts = []
    for part in text.split("+")[0].split("."):
        if not part.isdecimal():
            break
        parts.append(int(part))
    return tuple(parts)


def _cpu_flags() -> frozenset[str]:
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace")
    except OSError:  # outside Linux
        return frozenset()
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name.strip().lower() in ("flags", "features"):
            return frozenset(value.split())
    return frozenset()
