"""Processes for work that may crash, hang or eat the machine: started and bounded in one place.

Each is a fresh (spawned) process at the other end of a pipe. It runs in one thread, allocates no
more than it may, says nothing, and is gone when its parent is gone.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

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


def start(target: Callable[..., None], *args: object) -> tuple[SpawnProcess, Connection]:
    """Begin `target(pipe, *args)` in a process of its own; returns it and our end of the pipe.

    `target` is a function of a module, and calls `bound` before anything else.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=target, args=(theirs, *args), daemon=True)
    # Ctrl-C, and a service that is stopped, reach the whole group of processes; only the parent
    # shall act on it. The child inherits the blocked mask, and the parent loses no signal. The
    # tracker that comes with the first process would lift the mask again, so it has to be there
    # before.
    resource_tracker.ensure_running()
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        process.start()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    theirs.close()
    return process, ours


def bound(memory: int | None, nice: int = 0) -> None:
    """Bound this process: `memory` (bytes) of data, beyond which allocations fail; nice 0 to 19."""
    os.environ.update(_ONE_THREAD)  # before anything imports numpy
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.nice(nice)
    if memory is not None:
        _bound_memory(memory)


def silence() -> None:
    """Drop what decoders written in C say of bad files; it would run through bar and report."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def cause_of_death(exitcode: int | None) -> str:
    """How a process ended that nobody asked to, so that it completes "it …"."""
    if exitcode is not None and exitcode < 0:
        try:
            return f"was ended by {signal.Signals(-exitcode).name}"
        except ValueError:
            return f"was ended by signal {-exitcode}"
    return f"ended with exit status {exitcode}"


def _end_with_parent() -> None:
    """End this process when its parent is gone, even where a decoder hangs and asks no pipe."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def _bound_memory(limit: int) -> None:
    import resource  # not on every system; where it is missing there is no bound

    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    within = limit if hard == resource.RLIM_INFINITY else min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (within, hard))
