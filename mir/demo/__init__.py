"""A small library of real music that ships with the program, so that it can be tried at once.

28 excerpts of 20 seconds, of many kinds and in four formats; `CREDITS.md` beside this file names
who made each of them, under which licence, and what was changed.
"""

from importlib.resources import files
from pathlib import Path

from mir.errors import AudioError


def demo_folder() -> Path:
    """The folder that holds the excerpts; it is read-only in many installs."""
    folder = Path(str(files("mir.demo") / "library"))
    if not folder.is_dir():
        raise AudioError(
            f"the demo library is missing at {folder}; install the package again, unzipped"
        )
    return folder


def credits_file() -> Path:
    """The table of authors, licences and sources, in Markdown."""
    return Path(str(files("mir.demo") / "CREDITS.md"))
