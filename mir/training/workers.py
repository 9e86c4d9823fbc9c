"""Does a piece of work for many tasks in processes of their own; a death costs one task."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


def in_processes(
    work: Callable[[Task], Result], tasks: Sequence[Task], jobs: int
) -> Iterator[Result | None]:
    """The results of `work` in the order of the tasks; None where a task killed its process.

    work: picklable, and does not return None. With one job all is done in this process.
    """
    if jobs == 1:
        yield from map(work, tasks)
        return
    done = 0
    while done < len(tasks):
        try:
            with _pool(min(jobs, len(tasks) - done)) as pool:
                for result in pool.map(work, tasks[done:]):
                    yield result
                    done += 1
        except BrokenProcessPool:
            # One of the tasks under way did it: the first is done alone, to know.
            try:
                with _pool(1) as pool:
                    alone: Result | None = pool.submit(work, tasks[done]).result()
            except BrokenProcessPool:
                alone = None
            yield alone
            done += 1


def _pool(jobs: int) -> ProcessPoolExecutor:
    # A spawned process inherits no threads or locks of this one, which a forked one would.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin)


def _begin() -> None:
    # It comes with scikit-learn.
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)  # the processes are the parallelism; more threads would only contend
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to act on
    nowhere = os.open(os.devnull, os.O_WRONLY)  # where decoders in C may complain of bad files
    os.dup2(nowhere, 2)
    os.close(nowhere)
