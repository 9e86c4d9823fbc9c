"""Keeps two runs from indexing into one home or one database at the same time.

The locks belong to the process (flock on files; in Postgres a lock of a connection), so they end
with it however that dies; the files that stay behind hold a process id for the message and mean
nothing by themselves.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mir.catalogue.claim import claimed
from mir.catalogue.session import Catalogue
from mir.errors import Busy, SettingsError

LOCK_NAME = "indexing.lock"


@contextmanager
def only_run(home: Path, catalogue: Catalogue) -> Iterator[None]:
    """Hold the locks of `home`, which is made if need be, and of the database.

    Two homes may share one database, which the lock of a home does not see. Raises Busy,
    naming the other process, and SettingsError where the home cannot be written.
    """
    folders = [home]
    if catalogue.dialect == "sqlite":
        folders.append(Path(catalogue.location).parent)
    with ExitStack() as held:
        for folder in dict.fromkeys(path.resolve() for path in folders):
            held.enter_context(only_in(folder))
        held.enter_context(claimed(catalogue))
        yield


@contextmanager
def only_in(folder: Path) -> Iterator[None]:
    """Hold the lock of one folder, which is made if need be; raises as `only_run` does."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = (folder / LOCK_NAME).open("a+")
    except OSError as error:
        raise SettingsError(
            f"The home {folder} cannot be written ({error.strerror}); make room or mend its "
            "permissions, or choose another with --home."
        ) from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise Busy(
                f"Another run is indexing into {folder} (pid {holder}); wait until it is done."
            ) from None
        _note_holder(file.fileno())
        yield


def _note_holder(descriptor: int) -> None:
    """Write our process id into the lock file; a full disk makes only the message poorer."""
    try:
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
    except OSError:
        pass
