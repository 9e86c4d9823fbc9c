"""Work for the tests of `mir.training.workers`, to be imported by its processes."""

import os
import signal


def obey(order: str) -> int:
    if order == "die":
        os.kill(os.getpid(), signal.SIGKILL)
    if order == "raise":
        raise ValueError("no good")
    return os.getpid()
