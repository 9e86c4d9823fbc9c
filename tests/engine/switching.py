"""What a process does that changes the model of a library over and over, until it is killed."""

from pathlib import Path

from made_up_library import engine_at

from mir.catalogue import models


def switch_for_ever(home: Path, names: tuple[str, str]) -> None:
    """Let one model answer, then the other, each time with its index saved afterwards."""
    with engine_at(home) as engine:
        while True:
            for name in names:
                with engine.catalogue.session() as session:
                    models.activate(session, name)
                engine.refresh_index()
