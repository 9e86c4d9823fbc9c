"""Worker processes for work that may crash, hang or eat the machine: a death costs one task.

Each worker is a fresh (spawned) process with its own pipe and a short queue of tasks, which
it answers in order. So when one dies or exceeds its time, the first unanswered task is at
fault and is reported lost; the others go to its successor.
"""

import pickle
import time
from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from pathlib import Path

from indexer.worker import Work, serve
from mir import bounded
from mir.errors import MirError

QUEUED = 3  # tasks sent to a worker ahead, so that it never waits for the parent's commits
STARTS_THAT_MAY_FAIL = 3  # in a row, before the pool gives up
SECONDS_TO_FINISH = 10.0  # what tasks under way get after a request to stop
TICK = 0.5  # seconds between looks at the clock


@dataclass(frozen=True, slots=True)
class Done:
    """A task and what the work returned for it."""

    path: Path
    value: object


@dataclass(frozen=True, slots=True)
class Lost:
    """A task that ended its worker, or at which the work raised; `cause` completes "it …"."""

    path: Path
    cause: str


@dataclass(frozen=True, slots=True)
class Tick:
    """Nothing happened for a moment; lets the caller look after its own clock."""


@dataclass(slots=True, eq=False)
class _Worker:
    process: SpawnProcess
    pipe: Connection
    ready: bool = False
    tasks: deque[Path] = field(default_factory=deque)
    since: float = 0.0  # when the first of `tasks` began, as far as the parent can tell


def run(
    paths: Iterable[Path],
    make_work: Callable[[], Work],
    *,
    jobs: int,
    seconds_each: float,
    memory_each: int | None = None,
    nice: int = 0,
    stop: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
) -> Generator[Done | Lost | Tick]:
    """Do the work for every path in `jobs` processes; yield answers as they come.

    `make_work` (picklable) runs once in every worker and returns the work. `memory_each`
    (bytes) bounds a worker's data; beyond it allocations fail. `nice` (0 to 19) is how far it lets
    other programs go first. Once `stop()` is true, no
    further task is begun and unfinished ones are not reported. Raises MirError if the workers
    cannot start. Closing the iterator ends the workers.
    """
    recipe = pickle.dumps(make_work)
    pool = _Pool(iter(paths), recipe, jobs, seconds_each, memory_each, nice, stop, clock)
    try:
        yield from pool.answers()
    finally:
        pool.close()


class _Pool:
    """The state of one `run`."""

    def __init__(
        self,
        paths: Iterator[Path],
        recipe: bytes,
        jobs: int,
        seconds_each: float,
        memory_each: int | None,
        nice: int,
        stop: Callable[[], bool],
        clock: Callable[[], float],
    ) -> None:
        self._paths = paths
        self._recipe = recipe
        self._jobs = jobs
        self._seconds_each = seconds_each
        self._memory_each = memory_each
        self._nice = nice
        self._stop = stop
        self._clock = clock
        self._again: deque[Path] = deque()  # tasks whose worker died before their turn
        self._workers: list[_Worker] = []
        self._failed_starts = 0
        self._stop_by: float | None = None

    def answers(self) -> Iterator[Done | Lost | Tick]:
        while True:
            if self._stop_by is None and self._stop():
                self._stop_by = self._clock() + SECONDS_TO_FINISH
            self._hand_out()
            if not any(worker.tasks for worker in self._workers):
                return
            if self._stop_by is not None and self._clock() > self._stop_by:
                return
            answered = False
            for pipe in wait([worker.pipe for worker in self._workers], timeout=TICK):
                worker = next(each for each in self._workers if each.pipe is pipe)
                answer = self._hear(worker)
                if answer is not None:
                    answered = True
                    yield answer
            for lost in self._overdue():
                answered = True
                yield lost
            if not answered:
                yield Tick()

    def close(self) -> None:
        for worker in self._workers:
            worker.process.kill()
            worker.pipe.close()
        for worker in self._workers:
            worker.process.join()
        self._workers.clear()

    def _hand_out(self) -> None:
        """Fill the queues evenly; start workers only while there is work for them."""
        for length in range(1, QUEUED + 1):
            for place in range(self._jobs):
                if place < len(self._workers) and len(self._workers[place].tasks) >= length:
                    continue
                path = self._next()
                if path is None:
                    return
                if place >= len(self._workers):
                    self._workers.append(self._start())
                worker = self._workers[place]
                if not worker.tasks:
                    worker.since = self._clock()
                worker.tasks.append(path)
                with suppress(OSError):  # if it died, its pipe says so when it is heard
                    worker.pipe.send(path)

    def _next(self) -> Path | None:
        if self._stop_by is not None:
            return None
        return self._again.popleft() if self._again else next(self._paths, None)

    def _start(self) -> _Worker:
        return _Worker(*bounded.start(serve, self._recipe, self._memory_each, self._nice))

    def _hear(self, worker: _Worker) -> Done | Lost | None:
        try:
            kind, value = worker.pipe.recv()
        except (EOFError, OSError):
            return self._bury(worker)
        if kind == "ready":
            worker.ready = True
            self._failed_starts = 0
            worker.since = self._clock()
            return None
        if kind == "broken":
            raise MirError(value)
        worker.since = self._clock()
        path = worker.tasks.popleft()
        return Done(path, value) if kind == "done" else Lost(path, value)

    def _bury(self, worker: _Worker) -> Lost | None:
        """Take a dead worker out; blame its first task unless it died while starting."""
        self._workers.remove(worker)
        worker.pipe.close()
        worker.process.join()
        cause = bounded.cause_of_death(worker.process.exitcode)
        if not worker.ready:
            self._failed_starts += 1
            if self._failed_starts >= STARTS_THAT_MAY_FAIL:
                raise MirError(
                    f"The worker processes cannot start (each {cause}); "
                    "run `mir doctor`, free memory, raise --max-memory or lower --jobs."
                )
            self._again.extendleft(reversed(worker.tasks))
            return None
        lost = Lost(worker.tasks.popleft(), cause) if worker.tasks else None
        self._again.extendleft(reversed(worker.tasks))
        return lost

    def _overdue(self) -> Iterator[Lost]:
        now = self._clock()
        for worker in list(self._workers):
            if worker.tasks and worker.ready and now - worker.since > self._seconds_each:
                worker.process.kill()
                lost = self._bury(worker)
                if lost is not None:
                    yield Lost(lost.path, f"took longer than {self._seconds_each:g} seconds")
