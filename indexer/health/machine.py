"""The machine: Python, its libraries, the processor, the home and the disk."""

import platform
import shutil
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from indexer.health.finding import Finding
from mir.settings import Settings

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
    ("watchfiles", "1.0"),
)
LITTLE_SPACE = 1 << 30  # bytes: the catalogue of 100,000 tracks and its index need less
TOO_LITTLE_SPACE = 100 << 20


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
