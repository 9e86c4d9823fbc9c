"""Checks of real files against a library: by sound, by music, and with what the tags say."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from small_library import write_audio

from indexer.fingerprinting import fingerprint_all
from mir.analysis import FloatArray, Tags
from mir.engine import Engine
from mir.errors import AudioError
from mir.rights_check.check import Checker
from mir.rights_check.findings import Kind
from mir.rights_check.hearing import hear_file
from tests.tag_writing import write_tags
from tests.versions.played import RATE, sound, tones
from tests.web.asking import fill, open_library

PIECES = range(1, 7)
CHORDS = 60


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Six pieces of a minute, each with a composer and an ISRC."""
    home = tmp_path_factory.mktemp("pieces")
    (home / "music").mkdir()
    paths = [
        written(
            home / "music" / f"{seed}.flac",
            sound(tones(seed, CHORDS), 1.0),
            Tags(title=f"Piece {seed}", composer="Clara", isrc=f"DEA12345678{seed}"),
        )
        for seed in PIECES
    ]
    with open_library(home / "home") as opened:
        fill(opened, paths)
        assert fingerprint_all(opened, jobs=1).made == len(paths)
        yield opened


def written(path: Path, samples: FloatArray, tags: Tags) -> Path:
    write_audio(path, samples[:, None], RATE)
    write_tags(path, tags)
    return path


def test_another_performance_is_a_likely_version(engine: Engine, tmp_path: Path) -> None:
    slower = sound(tones(3, CHORDS), 1.25, semitones=2)
    tags = Tags(composer="Ada", isrc="DEA000000000")
    found = Checker(engine).check(hear_file(written(tmp_path / "a.mp3", slower, tags)))
    (version,) = found.findings
    assert (version.kind, version.track.title) == (Kind.VERSION, "Piece 3")
    assert version.tempo == pytest.approx(0.8, rel=0.05)
    assert version.semitones == 2
    assert version.verdict == "likely"
    assert [each.field for each in version.rights] == ["composer"]
    assert [each.field for each in version.contradictions] == ["composer"]


def test_the_same_recording_tells_no_version_beside_it(engine: Engine, tmp_path: Path) -> None:
    path = written(tmp_path / "a.mp3", sound(tones(2, CHORDS), 1.0), Tags(composer="Clara"))
    (same,) = Checker(engine).check(hear_file(path)).findings
    assert (same.kind, same.track.title, same.verdict) == (Kind.SAME, "Piece 2", "certain")
    assert {each.field: each.relation for each in same.rights} == {
        "composer": "agree",
        "isrc": "only right",
    }


def test_bytes_are_heard_as_their_file_is(engine: Engine, tmp_path: Path) -> None:
    tags = Tags(title="Sent", licence="CC0")
    path = written(tmp_path / "a.mp3", sound(tones(4, 20), 1.0), tags)
    checker = Checker(engine)
    assert checker.check(hear_file(path.read_bytes())) == checker.check(hear_file(path))


def test_other_music_has_nothing(engine: Engine, tmp_path: Path) -> None:
    path = written(tmp_path / "a.mp3", sound(tones(77, CHORDS), 1.0), Tags())
    found = Checker(engine).check(hear_file(path))
    assert (found.findings, found.among, found.among_music) == ((), 6, 6)


def test_more_than_may_be_sent_is_refused_before_all_is_heard(tmp_path: Path) -> None:
    path = written(tmp_path / "a.flac", sound(tones(1, 12), 1.0), Tags())
    assert hear_file(path, 12).seconds == pytest.approx(12, abs=0.1)
    with pytest.raises(AudioError, match="longer than 11 seconds; cut it, or check it with"):
        hear_file(path, 11)
