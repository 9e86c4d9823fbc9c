"""Hears labelled files in a few processes, just as indexing hears them, or one stretch of each.

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

from mir.audio.decode import Span
from mir.errors import MirError
from mir.evaluation.labelled import Item, LabelledSet
from mir.listen import Ear, Heard, listen, listen_at

Progress = Callable[[int, int], None]
"""Called with the number of files done and the number of all."""

_Wanted = tuple[Path, Span | None]  # a file, and the stretch of it if not the usual ones

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
    spans: Sequence[Span] | None = None,
) -> HeardSet:
    """Hear every file of the set; with `spans`, one for each file, only that stretch of it.

    `load_embedder` is called once in each process, so it must be picklable if `jobs` > 1 (a
    `functools.partial` of `Embedder.load` is). With `jobs` = 1 all is done in this process.
    """
    wanted: list[_Wanted] = [
        (item.path, spans[position] if spans is not None else None)
        for position, item in enumerate(labelled.items)
    ]
    outcomes: dict[int, Heard | str] = {}
    source = (
        _one_by_one(wanted, load_embedder) if jobs == 1 else _in_pool(wanted, load_embedder, jobs)
    )
    for position, outcome in source:
        outcomes[position] = outcome
        progress(len(outcomes), len(wanted))
    items, heard, left_out = [], [], []
    for position, item in enumerate(labelled.items):
        result = outcomes[position]
        if isinstance(result, str):
            left_out.append((str(item.path), result))
        else:
            items.append(item)
            heard.append(result)
    return HeardSet(labelled.name, tuple(items), tuple(heard), tuple(left_out))


def in_common(sets: Sequence[HeardSet]) -> tuple[HeardSet, ...]:
    """Keep what each of the sets holds, so that several models are judged on the same files."""
    shared = set.intersection(*({item.path for item in each.items} for each in sets))
    kept = []
    for each in sets:
        pairs = [
            pair for pair in zip(each.items, each.heard, strict=True) if pair[0].path in shared
        ]
        items, heard = tuple(item for item, _ in pairs), tuple(heard for _, heard in pairs)
        kept.append(HeardSet(each.name, items, heard, each.left_out))
    return tuple(kept)


def _one_by_one(
    wanted: Sequence[_Wanted], load_embedder: Callable[[], Ear]
) -> Iterator[tuple[int, Heard | str]]:
    embedder = load_embedder()
    for position, each in enumerate(wanted):
        yield position, _hear(each, embedder)


def _in_pool(
    wanted: Sequence[_Wanted], load_embedder: Callable[[], Ear], jobs: int
) -> Iterator[tuple[int, Heard | str]]:
    waiting = list(range(len(wanted)))
    done: set[int] = set()
    try:
        for position, outcome in _pooled(wanted, waiting, load_embedder, jobs):
            done.add(position)
            yield position, outcome
    except BrokenProcessPool:
        for position in waiting:
            if position not in done:
                try:
                    yield from _pooled(wanted, [position], load_embedder, 1)
                except BrokenProcessPool:
                    yield position, _DIED


def _pooled(
    wanted: Sequence[_Wanted],
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
            pool.submit(_hear_in_worker, wanted[position]): position for position in positions
        }
        for future in as_completed(futures):
            yield futures[future], future.result()


_worker_embedder: Ear | None = None


def _begin(load_embedder: Callable[[], Ear]) -> None:
    # It comes with scikit-learn, as that does with librosa.
    from threadpoolctl import threadpool_limits

    global _worker_embedder
    threadpool_limits(1)  # the processes are the parallelism; more threads would only contend
    _worker_embedder = load_embedder()


def _hear_in_worker(wanted: _Wanted) -> Heard | str:
    assert _worker_embedder is not None
    return _hear(wanted, _worker_embedder)


def _hear(wanted: _Wanted, embedder: Ear) -> Heard | str:
    path, span = wanted
    try:
        return listen(path, embedder) if span is None else listen_at(path, span, embedder)
    except (MirError, OSError) as error:
        return str(error)
