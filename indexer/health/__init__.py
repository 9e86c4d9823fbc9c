"""What `mir doctor` looks at, and what it can repair."""

from collections.abc import Callable, Iterator

from indexer.health import leftovers, library, machine
from indexer.health.finding import Finding, Repair
from indexer.health.repair import repair
from mir.errors import MirError
from mir.settings import Settings

__all__ = ["Finding", "Repair", "examine", "repair"]

CHECKS: tuple[Callable[[Settings], Finding], ...] = (
    machine.python,
    machine.libraries,
    machine.processor,
    machine.home,
    machine.disk,
    library.database,
    library.rows,
    library.model,
    library.models,
    library.index,
    library.fingerprints,
    leftovers.leftovers,
)


def examine(settings: Settings) -> Iterator[Finding]:
    """Yield a finding for every question; creates nothing and never raises for what it finds."""
    for check in CHECKS:
        try:
            yield check(settings)
        except MirError as error:
            yield Finding(check.__name__, "problem", str(error), "see the message")
        except Exception as error:  # a broken installation raises anything
            text = f"{type(error).__name__}: {error}"
            yield Finding(check.__name__, "problem", text, "install mir again")
