"""What a decoder may do wrong: stand-ins for one, to be called in a process apart."""

import os
import signal
import sys
import time

from mir.analysis import FloatArray
from mir.errors import NotFound


def mine() -> int:
    """The number of the process."""
    return os.getpid()


def twice(samples: FloatArray) -> FloatArray:
    """The samples, twice as loud."""
    return 2 * samples


def crash(*_: object) -> None:
    """Crash as a library in C does, whatever there is to decode."""
    os.kill(os.getpid(), signal.SIGSEGV)


def leave() -> None:
    """End the process without a word."""
    os._exit(3)


def hang() -> None:
    """Never return."""
    while True:
        time.sleep(60)


def eat(size: int) -> None:
    """Allocate that many bytes."""
    bytearray(size)


def stumble() -> None:
    """Raise what is a defect."""
    _ = 1 // 0


def missing() -> None:
    """Raise an error of ours."""
    raise NotFound("nothing there")


def speak() -> None:
    """Write to both outputs, as C does."""
    os.write(1, b"out")
    os.write(2, b"err")
    print("error", file=sys.stderr)
