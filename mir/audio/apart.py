"""Where uploads are decoded: in processes apart, so that a bad one costs its request and no more.

A process is started with the first upload and kept for the next ones, so that only the first
waits for it. One that crashes, takes too long or leaves its bounds is replaced, and whoever asked
gets an AudioError that says so.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any, Protocol, TypeVar

from mir import bounded
from mir.errors import AudioError, Busy, MirError

T = TypeVar("T")

IDLE_SECONDS = 600.0  # after which a process that has nothing to do ends, and frees its memory
_START_SECONDS = 60.0  # in which one has to come up, on a busy machine, too


class Call(Protocol):
    """Calls a function: `here`, or `Apart.call`."""

    def __call__(self, function: Callable[..., T], *args: object) -> T:
        """What `function(*args)` returns; whatever MirError it raises."""
        ...


def here(function: Callable[..., T], *args: object) -> T:
    """Call it in this process: for files of whoever runs it."""
    return function(*args)


@dataclass(frozen=True, slots=True, eq=False)
class _Process:
    process: SpawnProcess
    pipe: Connection

    def end(self) -> None:
        self.process.kill()
        self.pipe.close()
        self.process.join()


class Apart:
    """Processes that call functions for this one; may be shared between threads. Close it.

    Each may take `memory` bytes (None: any) and `seconds` for one call. There are as many as
    calls at a time, of which `kept` stay when there is nothing to do, for `idle` seconds.
    """

    def __init__(
        self,
        memory: int | None = None,
        seconds: float = 60.0,
        kept: int = 2,
        idle: float = IDLE_SECONDS,
    ) -> None:
        """Nothing is started yet."""
        self._memory = memory
        self._seconds = seconds
        self._kept = kept
        self._idle = idle
        self._lock = threading.Lock()
        self._free: list[_Process] = []
        self._at_work: set[_Process] = set()
        self._closed = False
        self.lost = 0  # calls that ended their process, or were ended with it

    def call(self, function: Callable[..., T], *args: object, seconds: float | None = None) -> T:
        """What `function(*args)` returns in a process apart; all of it must pickle.

        A MirError that it raises is raised here. Raises AudioError where it ends its process, has
        not returned after `seconds` (None: those of all calls) or needs too much memory, and Busy
        where no process can be started.
        """
        worker = self._take()
        try:
            kind, value = self._answer(worker, (function, args), seconds or self._seconds)
        except BaseException:
            self._give_up(worker)
            raise
        self._put_back(worker)
        if kind == "done":
            answer: T = value
            return answer
        if isinstance(value, MirError):
            raise value
        raise AudioError(f"the clip cannot be decoded: {value}; save it as FLAC and try again")

    def close(self) -> None:
        """End all processes; what they are at is lost."""
        with self._lock:
            self._closed = True
            workers = [*self._free, *self._at_work]
            self._free.clear()
        for worker in workers:
            worker.process.kill()  # whoever waits for it closes the pipe
            worker.process.join()

    @property
    def running(self) -> int:
        """How many processes there are."""
        with self._lock:
            return len(self._free) + len(self._at_work)

    def _answer(self, worker: _Process, task: object, seconds: float) -> tuple[str, Any]:
        try:
            worker.pipe.send(task)
            if not worker.pipe.poll(seconds):
                raise AudioError(
                    f"the clip was not decoded within {seconds:g} seconds; choose a shorter piece, "
                    "or save it as FLAC"
                )
            answer: tuple[str, Any] = worker.pipe.recv()
        except (EOFError, OSError):
            if self._closed:
                raise Busy("The server stops; send the clip again in a moment.") from None
            worker.process.join()
            cause = bounded.cause_of_death(worker.process.exitcode)
            raise AudioError(
                f"the clip ended the program that decodes it, which {cause}; it is damaged, save "
                "it as FLAC and try again"
            ) from None
        return answer

    def _take(self) -> _Process:
        """A process that waits for work."""
        while True:
            with self._lock:
                if self._closed:
                    raise Busy("The server stops; send the clip again in a moment.")
                worker = self._free.pop() if self._free else None
                if worker is not None:
                    self._at_work.add(worker)
            if worker is None:
                return self._started()
            if worker.process.is_alive() and not worker.pipe.poll():
                return worker
            self._drop(worker)  # it had nothing to do for long, or somebody ended it

    def _started(self) -> _Process:
        worker = _Process(*bounded.start(_serve, self._memory, self._idle))
        with self._lock:
            self._at_work.add(worker)
        up = False
        with suppress(EOFError, OSError):
            up = worker.pipe.poll(_START_SECONDS) and worker.pipe.recv() == "ready"
        if not up or self._closed:
            self._drop(worker)
            raise Busy("No program to decode clips could be started; try again in a minute.")
        return worker

    def _put_back(self, worker: _Process) -> None:
        with self._lock:
            keep = not self._closed and len(self._free) < self._kept
            if keep:
                self._at_work.discard(worker)
                self._free.append(worker)
        if not keep:
            self._drop(worker)

    def _give_up(self, worker: _Process) -> None:
        self.lost += 1
        self._drop(worker)

    def _drop(self, worker: _Process) -> None:
        with self._lock:
            self._at_work.discard(worker)
        worker.end()


def _serve(pipe: Connection, memory: int | None, idle: float) -> None:
    """Be a process apart: call what comes through the pipe, until nothing does for `idle` s."""
    bounded.bound(memory)
    bounded.silence()
    with suppress(EOFError, OSError):  # the parent is gone or wants no more
        pipe.send("ready")
        while pipe.poll(idle):
            function, args = pipe.recv()
            pipe.send(_called(function, args))


def _called(function: Callable[..., object], args: tuple[object, ...]) -> tuple[str, object]:
    try:
        return "done", function(*args)
    except MirError as error:
        return "raised", error
    except MemoryError:
        return "raised", "that takes more memory than one clip may have"
    except Exception as error:
        return "raised", f"{type(error).__name__}: {error}"
