"""Work for the pool's tests, to be imported by its workers: what a file's name says is done."""

import ctypes
import os
import signal
import time
from pathlib import Path

from indexer.worker import Work
from mir.errors import ModelError


def obedient() -> Work:
    return _obey


def without_model() -> Work:
    raise ModelError("The model file is missing.")


def dead_on_arrival() -> Work:
    os.kill(os.getpid(), signal.SIGKILL)
    return _obey


def _obey(path: Path) -> object:
    order = path.name.split("-")[0]
    if order == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if order == "segfault":
        ctypes.string_at(0)
    if order == "endless":
        while True:
            os.write(1, b"a decoder repeats itself\n" * 1000)
            os.write(2, b"a decoder repeats itself\n" * 1000)
    if order == "niceness":
        return os.nice(0)
    if order == "hang":
        time.sleep(60)
    if order == "raise":
        raise ValueError("no good")
    if order == "hoard":
        return len(bytearray(4 << 30))
    if order == "noise":
        os.write(1, b"a decoder tells")
        os.write(2, b"a decoder complains")
    if order == "threads":
        return os.environ["OMP_NUM_THREADS"]
    return os.getpid()
