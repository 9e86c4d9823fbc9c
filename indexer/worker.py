"""A worker process from within: bounded, silent, and gone when its parent is gone."""

import multiprocessing
import os
import pickle
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from mir.errors import MirError

# Work as a worker does it: from a path to any value that can be pickled.
Work = Callable[[Path], object]

_ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "NUMEXPR_NUM_THREADS",
        "NUMBA_NUM_THREADS",
    ),
    "1",
)


def serve(pipe: Connection, recipe: bytes, memory: int | None, nice: int) -> None:
    """Be a worker: unpack the recipe, then answer tasks until the pipe closes.

    `recipe` is a pickled function that returns the work. Answers are ("ready" | "done" | "raised" |
    "broken", value). `memory` (bytes) bounds the data of this process; `nice` is 0 to 19.
    """
    os.environ.update(_ONE_THREAD)  # before anything imports numpy
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.nice(nice)
    if memory is not None:
        _bound_memory(memory)
    try:
        work: Work = pickle.loads(recipe)()
    except MirError as error:
        pipe.send(("broken", str(error)))
        return
    _silence()
    try:
        pipe.send(("ready", None))
        while True:
            path = pipe.recv()
            try:
                answer = ("done", work(path))
            except Exception as error:  # a defect or no memory: costs this task only
                answer = ("raised", f"failed with {type(error).__name__}: {error}")
            pipe.send(answer)
    except (EOFError, OSError):
        return  # the parent is gone or wants no more


def _end_with_parent() -> None:
    """End this process when its parent is gone, even where a decoder hangs and asks no pipe."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _silence() -> None:
    """Drop what decoders written in C say of bad files; it would run through bar and report."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _bound_memory(limit: int) -> None:
    import resource  # not on every system; where it is missing there is no bound

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    bound = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (bound, hard))
