"""What the web knows of index runs: how far one is, wherever it goes on, and how to begin one."""

from typing import Protocol

from mir.catalogue.revision import revision
from mir.engine import Engine
from mir.run_note import LastRun, RunNote, read


class Runs(Protocol):
    """Begins index runs; `mir serve` and `mir up` bring one."""

    @property
    def last(self) -> LastRun | None:
        """How the run ended that was begun last."""
        ...

    @property
    def going_on(self) -> bool:
        """Whether a run that was begun here goes on."""
        ...

    def start(self) -> bool:
        """Begin a run over the known folders; False where one goes on already."""
        ...


def going_on(engine: Engine, runs: Runs | None) -> RunNote | None:
    """The run that goes on in the engine's home, of this process or another; None without one."""
    found = read(engine.settings.home)
    # One that was begun here has yet to say so for a moment.
    return RunNote() if found is None and runs is not None and runs.going_on else found


def revision_of(engine: Engine) -> int:
    """The number that grows with every change of the library."""
    with engine.catalogue.session() as session:
        return revision(session)
