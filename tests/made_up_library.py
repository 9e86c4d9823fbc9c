"""Libraries without sound: tracks that exist only as rows and vectors, for tests of searching."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from stub_embedder import DIMENSION, StubEmbedder

from mir.analysis import Analysis, Descriptors, FileFacts, Hearing, Label, Tags
from mir.catalogue import tracks
from mir.catalogue.session import open_catalogue
from mir.engine import Engine
from mir.settings import Settings

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)


def unit_vectors(count: int, seed: int = 0, dimension: int = DIMENSION) -> np.ndarray:
    """Vectors (count, dimension) of unit length in random directions."""
    drawn = np.random.default_rng(seed).standard_normal((count, dimension)).astype(np.float32)
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


def made_up(
    number: int,
    vector: np.ndarray,
    *,
    predicted: Sequence[tuple[str, float]] = (("rock", 0.8),),
    model_id: str = "stub",
    passages: np.ndarray | None = None,
    moods: Sequence[Label] = (),
    descriptors: Descriptors | None = None,
    seconds: float | None = None,
    **tags: Any,
) -> Analysis:
    """The analysis of a file that does not exist; its hash and path come from `number`.

    `tags` are fields of `Tags`; by default only a title.
    """
    tags.setdefault("title", f"Title {number}")
    return Analysis(
        file=FileFacts(Path(f"/music/{number}.flac"), 1000 + number, 1),
        audio_hash=f"{number:040x}",
        seconds=100.0 + 3 * number if seconds is None else seconds,
        tags=Tags(**tags),
        descriptors=descriptors or Descriptors(),
        hearing=Hearing(
            model_id=model_id,
            vector=vector,
            passages=vector[None] if passages is None else passages,
            genres=tuple(Label(name, probability) for name, probability in predicted),
            uncertain=False,
            moods=tuple(moods),
        ),
    )


def stored(engine: Engine, analyses: Iterable[Analysis]) -> list[int]:
    """Put analyses into the catalogue, and not into the index; return their track ids."""
    with engine.catalogue.session() as session:
        return [tracks.store(session, analysis, NOW).id for analysis in analyses]


def stored_with_copies(
    engine: Engine,
    vectors: np.ndarray,
    copies: Mapping[int, int],
    named: Callable[[int, int], dict[str, Any]],
) -> None:
    """Put a track for each vector into catalogue and index, some the recordings of others again.

    `copies` says of which other track (by number) a track is a further file; `named` gives from
    the number of a track and that of its recording what else `made_up` shall say of it.
    """
    analyses = []
    for number in range(len(vectors)):
        source = copies.get(number, number)
        told = {"title": f"Title {source}", "seconds": 100.0 + 3 * source, **named(number, source)}
        analyses.append(made_up(number, vectors[source], **told))
    stored(engine, analyses)
    engine.refresh_index()


def settings_at(home: Path) -> Settings:
    """Settings of a library in that folder."""
    return Settings(home=home, database_url=f"sqlite:///{home / 'catalogue.db'}")


def engine_at(
    home: Path, *, model_id: str = "stub", clock: Callable[[], float] = lambda: 0.0
) -> Engine:
    """An engine with the stub embedder and, unless one is given, a clock that stands still."""
    settings = settings_at(home)
    catalogue = open_catalogue(settings.database_url)
    embedder: Any = StubEmbedder(model_id)
    return Engine(settings, catalogue, embedder=embedder, clock=clock)
