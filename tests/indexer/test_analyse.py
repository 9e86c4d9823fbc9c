import os
from pathlib import Path

import pytest
from small_library import song, write_audio

from indexer import analyse as analysing
from indexer.analyse import Excluded, Identified, analyse
from mir.analysis import Analysis
from mir.audio.identity import audio_hash
from mir.exclusion import Exclusion
from tests.indexer.stub_ear import DeafEar, StubEar


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_audio(tmp_path / "song.flac", song(1, 2.0, 22_050), 22_050)


def test_what_is_noted_of_a_file_is_how_it_looked_before_it_was_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a file that is still being written looks changed to the next run."""
    before = path.stat()

    def slow_hash(given: Path) -> str:
        identity = audio_hash(given)
        with given.open("ab") as file:  # another program goes on writing
            file.write(b"more")
        return identity

    monkeypatch.setattr(analysing, "audio_hash", slow_hash)
    found = analyse(path, [StubEar()])
    assert isinstance(found, Analysis)
    noted = found.file.size, found.file.modified_ns, found.file.inode
    assert noted == (before.st_size, before.st_mtime_ns, before.st_ino)
    assert path.stat().st_size == before.st_size + 4


def test_what_a_rule_keeps_out_is_neither_hashed_nor_heard(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analysing, "audio_hash", lambda _: pytest.fail("was hashed"))
    rule = Exclusion("longer", "1.5")
    found = analyse(path, [DeafEar()], {}, [Exclusion("shorter", "1"), rule])
    facts = path.stat()
    assert found == Excluded(path, facts.st_size, facts.st_mtime_ns, rule.reason)


def test_rules_that_do_not_match_change_nothing(path: Path) -> None:
    known = {audio_hash(path): frozenset({"stub"})}
    found = analyse(path, [DeafEar()], known, [Exclusion("longer", "3"), Exclusion("genre", "x")])
    assert isinstance(found, Identified)
    assert found.file.inode == os.stat(path).st_ino  # noqa: PTH116
