"""Hearing tracks from end to end: once for each, and only where that is wished."""

from pathlib import Path

from small_library import song, write_audio

from indexer.ingest import ingest
from mir.catalogue import embeddings
from mir.engine import Engine
from tests.indexer.stub_ear import DeafEar, StubEar


def passages(engine: Engine) -> dict[int, int]:
    """Track id -> how many passages were heard."""
    with engine.catalogue.session() as session:
        ids = embeddings.ids_with(session, "stub").tolist()
        found = embeddings.passages(session, ids, "stub")
    return {track_id: len(parts) for track_id, parts in found.items()}


def test_a_library_is_heard_thoroughly_once_and_stays_so(engine: Engine, tmp_path: Path) -> None:
    music = tmp_path / "music"
    music.mkdir()
    write_audio(music / "long.ogg", song(1, 100.0, 16_000), 16_000)
    write_audio(music / "short.wav", song(2, 10.0, 16_000), 16_000)
    assert ingest(engine, [music], jobs=1, load=StubEar).added == 2
    assert passages(engine) == {1: 3, 2: 1}

    again = ingest(engine, [music], jobs=1, load=StubEar, thorough=True)
    assert (again.added, again.updated, again.caught_up, again.unchanged) == (0, 0, 2, 0)
    assert passages(engine) == {1: 6, 2: 1}

    for thorough in (True, False):
        third = ingest(engine, [music], jobs=1, load=DeafEar, thorough=thorough)
        assert (third.caught_up, third.failed, third.unchanged) == (0, 0, 2)
    (music / "long.ogg").rename(music / "renamed.ogg")
    moved = ingest(engine, [music], jobs=1, load=DeafEar, thorough=True)
    assert (moved.moved, moved.failed) == (1, 0)
    assert passages(engine) == {1: 6, 2: 1}
