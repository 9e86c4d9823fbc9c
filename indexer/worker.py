"""A worker process from within: it answers tasks, one after the other."""

import pickle
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from mir import bounded
from mir.errors import MirError

# Work as a worker does it: from a path to any value that can be pickled.
Work = Callable[[Path], object]


def serve(pipe: Connection, recipe: bytes, memory: int | None, nice: int) -> None:
    """Be a worker: unpack the recipe, then answer tasks until the pipe closes.

    `recipe` is a pickled function that returns the work. Answers are ("ready" | "done" | "raised" |
    "broken", value). `memory` (bytes) bounds the data of this process; `nice` is 0 to 19.
    """
    bounded.bound(memory, nice)
    try:
        work: Work = pickle.loads(recipe)()
    except MirError as error:
        pipe.send(("broken", str(error)))
        return
    bounded.silence()
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
