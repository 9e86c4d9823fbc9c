"""Imports an export and kills itself: `python -m tests.import_until_killed URL FILE ROWS`.

It dies after so many rows, or right before the commit where there are fewer.
"""

import os
import signal
import sys
from pathlib import Path

from mir.catalogue.portable.merging import merge
from mir.catalogue.portable.moves import Moves
from mir.catalogue.portable.reading import open_export
from mir.catalogue.session import open_catalogue


def die() -> None:
    """End at once, as by a lack of memory or power."""
    os.kill(os.getpid(), signal.SIGKILL)


def main(url: str, path: Path, rows: int) -> None:
    """Import until that many rows were seen."""

    def progress(done: int) -> None:
        if done >= rows:
            die()

    with open_export(path, path.parent) as export, open_catalogue(url).session() as session:
        merge(session, export.connection, Moves(), progress)
        die()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
