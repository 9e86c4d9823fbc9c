"""What a model's network makes of files, heard as indexing hears them, and kept for the next time.

`FOLDER/<id of the network>.jsonl` gets a line for each file when it has been heard: its size
and time, and the embedding or the reason why there is none. A run that was interrupted
goes on behind the last whole line; a file that has changed is heard anew.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mir.errors import MirError, TrainingError
from mir.listen import listen
from mir.model.embedder import Embedder
from mir.training.workers import in_processes

_DIED = "killed the process that heard it; it may be damaged"


@dataclass(frozen=True, slots=True, eq=False)
class Embeddings:
    """One row a file: the mean over all patches heard, centred but not brought to unit length."""

    files: tuple[str, ...]
    vectors: NDArray[np.float32]  # (files, dimension)
    skipped: Mapping[str, str]  # files that could not be heard, and why


def embed_files(
    data: Path,
    files: Sequence[str],
    model: Path | None,
    folder: Path,
    jobs: int = 1,
    progress: Callable[[int, int, str], None] = lambda done, total, file: None,
) -> Embeddings:
    """Hear `files` (relative to `data`) with `model` (None: the shipped one), kept in `folder`.

    `progress` is called with the files done, all files and the last one. Raises ModelError for a
    model that cannot be run, TrainingError where `folder` cannot be written.
    """
    info = Embedder.load(model).info
    kept_in = folder / f"{info.vectors_of or info.model_id}.jsonl"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lines = dict(_kept(kept_in))
        stamps = {file: _stamp(data / file) for file in files}
        rest = [file for file in files if not _holds(lines.get(file), stamps[file])]
        done = len(files) - len(rest)
        work = partial(_hear, data, model)
        with kept_in.open("a", encoding="ascii") as out:
            for file, heard in zip(rest, in_processes(work, rest, jobs), strict=True):
                lines[file] = {"file": file, "stamp": stamps[file], **(heard or {"error": _DIED})}
                if heard is not None and stamps[file] is not None:
                    out.write(json.dumps(lines[file]) + "\n")
                    out.flush()
                done += 1
                progress(done, len(files), file)
    except OSError as error:
        raise TrainingError(
            f"what was heard cannot be kept in {folder}: {error.strerror}; name another folder"
        ) from error
    heard_files = tuple(file for file in files if "vector" in lines[file])
    vectors = [np.frombuffer(b64decode(lines[file]["vector"]), "<f4") for file in heard_files]
    return Embeddings(
        heard_files,
        np.array(vectors, np.float32).reshape(len(vectors), info.dimension),
        {file: lines[file]["error"] for file in files if "error" in lines[file]},
    )


def _hear(data: Path, model: Path | None, file: str) -> dict[str, str]:
    try:
        heard = listen(data / file, _embedder(model))
    except (MirError, OSError) as error:
        return {"error": str(error)}
    if heard.descriptors.loudness is None:
        return {"error": "silent: there is nothing to learn from it"}
    norm = heard.hearing.norm
    assert norm is not None
    return {"vector": b64encode((heard.hearing.vector * norm).astype("<f4").tobytes()).decode()}


@cache
def _embedder(model: Path | None) -> Embedder:
    return Embedder.load(model)


def _kept(path: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    """The whole lines of earlier runs; what a kill left half written is cut off."""
    if not path.exists():
        return
    content = path.read_bytes()
    whole = content[: content.rfind(b"\n") + 1]
    if whole != content:
        path.write_bytes(whole)
    for line in whole.splitlines():
        try:
            read = json.loads(line)
            file = read["file"]
        except (ValueError, KeyError, TypeError):
            continue  # damaged: the file is heard anew
        yield file, read


def _stamp(path: Path) -> list[int] | None:
    """What tells that a file has changed: its size in bytes and time in nanoseconds."""
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return None
    return [facts.st_size, facts.st_mtime_ns]


def _holds(line: Mapping[str, Any] | None, stamp: list[int] | None) -> bool:
    """Whether a line is of the file as it is now."""
    return line is not None and stamp is not None and line.get("stamp") == stamp
