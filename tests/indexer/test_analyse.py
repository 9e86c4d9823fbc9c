import os
from pathlib import Path

import pytest
from small_library import song, write_audio

from indexer import analyse as analysing
from indexer.analyse import Excluded, Identified, analyse
from mir.analysis import Failure
from mir.audio.identity import audio_hash
from mir.exclusion import Exclusion
from tests.indexer.stub_ear import DeafEar, StubEar


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_audio(tmp_path / "song.flac", song(1, 2.0, 22_050), 22_050)


def test_a_file_that_changes_while_it_is_read_is_left_to_the_next_run(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.stat()

    def slow_hash(given: Path) -> str:
        identity = audio_hash(given)
        with given.open("ab") as file:  # another program goes on writing
            file.write(b"more")
        return identity

    monkeypatch.setattr(analysing, "audio_hash", slow_hash)
    found = analyse(path, [StubEar()])
    assert isinstance(found, Failure)
    assert (found.stage, found.size) == ("read", before.st_size)
    assert "changed while it was read" in found.reason


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
