"""Keeps two runs from indexing into one home at the same time.

The lock belongs to the process (flock), so it ends with it however that dies; the file that
stays behind holds a process id for the message and means nothing by itself.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mir.errors import Busy, SettingsError

LOCK_NAME = "indexing.lock"


@contextmanager
def only_run(home: Path) -> Iterator[None]:
    """Hold the lock of `home`, which exists. Raises Busy, naming the other process."""
    path = home / LOCK_NAME
    try:
        file = path.open("a+")
    except OSError as error:
        raise SettingsError(
            f"The home {home} cannot be written ({error.strerror}); mend its permissions "
            "or choose another with --home."
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise Busy(
                f"Another run is indexing into {home} (pid {holder}); wait until it is done."
            ) from None
        file.truncate(0)
        file.write(f"{os.getpid()}\n")
        file.flush()
        yield
