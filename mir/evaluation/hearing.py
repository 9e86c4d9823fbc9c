"""Hears labelled files in a few processes, just as indexing hears them.

A file that cannot be heard is reported and left out. A worker that dies with its file
(a decoder may crash) takes no other file with it: whatever was under way is heard again, one
file a process, and only the file that kills its own process is given up.
"""

import multiprocessing
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from pathlib import Path

from mir.errors import MirError
from mir.evaluation.labelled import Item, LabelledSet
from mir.listen import Ear, Heard, listen

Progress = Callable[[int, int], None]
"""Called with the number of files done and the number of all."""

_DIED = "the worker process died while hearing it; the file may be damaged"


@dataclass(frozen=True, slots=True)
class HeardSet:
    """The items of a labelled set that could be heard, what was heard, and what could not be."""

    name: str
    items: tuple[Item, ...]
    heard: tuple[Heard, ...]  # one for each item
    left_out: tuple[tuple[str, str], ...]  # file and reason


def hear_set(
    labelled: LabelledSet,
    load_embedder: Callable[[], Ear],
    jobs: int,
    progress: Progress = lambda done, total: None,
) -> HeardSet:
    """Hear every file of the set.

    `load_embedder` is called once in each process, so it must be picklable if `jobs` > 1 (a
    `functools.partial` of `Embedder.load` is). With `jobs` = 1 all is done in this process.
    """
    paths = [item.path for item in labelled.items]
    outcomes: dict[int, Heard | str] = {}
    source = (
        _one_by_one(paths, load_embedder) if jobs == 1 else _in_pool(paths, load_embedder, jobs)
    )
    for position, outcome in source:
        outcomes[position] = outcome
        progress(len(outcomes), len(paths))
    items, heard, left_out = [], [], []
    for position, item in enumerate(labelled.items):
        result = outcomes[position]
        if isinstance(result, str):
            left_out.append((str(item.path), result))
        else:
            items.append(item)
            heard.append(result)
    return HeardSet(labelled.name, tuple(items), tuple(heard), tuple(left_out))


def _one_by_one(
    paths: Sequence[Path], load_embedder: Callable[[], Ear]
) -> Iterator[tuple[int, Heard | str]]:
    embedder = load_embedder()
    for position, path in enumerate(paths):
        yield position, _hear(path, embedder)


def _in_pool(
    paths: Sequence[Path], load_embedder: Callable[[], Ear], jobs: int
) -> Iterator[tuple[int, Heard | str]]:
    waiting = list(range(len(paths)))
    done: set[int] = set()
    try:
        for position, outcome in _pooled(paths, waiting, load_embedder, jobs):
            done.add(position)
            yield position, outcome
    except BrokenProcessPool:
        for position in waiting:
            if position not in done:
                try:
                    yield from _pooled(paths, [position], load_embedder, 1)
                except BrokenProcessPool:
                    yield position, _DIED


def _pooled(
    paths: Sequence[Path],
    positions: Sequence[int],
    load_embedder: Callable[[], Ear],
    jobs: int,
) -> Iterator[tuple[int, Heard | str]]:
    # A spawned process inherits no threads or locks of this one, which a forked one would.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        jobs, mp_context=context, initializer=_begin, initargs=(load_embedder,)
    ) as pool:
        futures: dict[Future[Heard | str], int] = {
            pool.submit(_hear_in_worker, paths[position]): position for position in positions
        }
        for future in as_completed(futures):
            yield futures[future], future.result()


_worker_embedder: Ear | None = None


def _begin(load_embedder: Callable[[], Ear]) -> None:
    # It comes with scikit-learn, as that does with librosa.
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    global _worker_embedder
    threadpool_limits(1)  # the processes are the parallelism; more threads would only contend
    _worker_embedder = load_embedder()


def _hear_in_worker(path: Path) -> Heard | str:
    assert _worker_embedder is not None
    return _hear(path, _worker_embedder)


def _hear(path: Path, embedder: Ear) -> Heard | str:
    try:
        return listen(path, embedder)
    except (MirError, OSError) as error:
        return str(error)
