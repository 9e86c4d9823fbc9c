"""What an index run tells of itself to whoever looks at its home: that it goes on, how far it is.

The run holds the lock of a small file (flock) and writes into it. Who reads tries that lock: a run
that has ended, however it died, does not hold it, and what it left in the file means nothing. It is
not the lock that keeps runs apart, so that no look can keep a run from beginning.
"""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

NAME = "running.json"
_ROOM = (
    256  # bytes of a note, filled up with spaces, so that a shorter one leaves nothing of a longer
)


@dataclass(frozen=True, slots=True)
class RunNote:
    """How far a run is; `total` is 0 while it still looks for what there is to do."""

    part: str = "Indexing"  # "Fingerprinting", "Comparing": see indexer.whole_run
    done: int = 0
    total: int = 0
    failures: int = 0


@dataclass(frozen=True, slots=True)
class LastRun:
    """How a run ended that a server began."""

    ended_at: datetime
    said: tuple[str, ...]  # what it did, or why it could not, in sentences
    failed: bool = False


@contextmanager
def noted(home: Path) -> Iterator[Callable[[RunNote], None]]:
    """Tell those who look at `home` that a run goes on; yield what notes how far it is.

    Where the note cannot be written, or another run has it, nobody is told and nothing fails.
    """
    with suppress(OSError):
        home.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(home / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError:
        yield lambda _: None
        return
    try:
        held = _hold(descriptor)

        def note(now: RunNote) -> None:
            if held:
                with suppress(OSError):  # a full disk makes only the view poorer
                    os.pwrite(descriptor, json.dumps(asdict(now)).encode().ljust(_ROOM), 0)

        note(RunNote())
        yield note
    finally:
        os.close(descriptor)  # and the lock with it


def read(home: Path) -> RunNote | None:
    """Return how far the run is that goes on in `home`; None where none does."""
    try:
        descriptor = os.open(home / NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return None
    except BlockingIOError:
        return _told(os.pread(descriptor, _ROOM, 0))
    except OSError:  # a file system without locks
        return None
    finally:
        os.close(descriptor)


def _hold(descriptor: int) -> bool:
    # Those who read hold it for an instant, another run for long.
    for _ in range(20):
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        os.sched_yield()
    return False


def _told(raw: bytes) -> RunNote:
    try:
        return RunNote(**json.loads(raw))
    except (ValueError, TypeError):  # read in the middle of a write
        return RunNote()
