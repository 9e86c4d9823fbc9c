"""Rules keep files out: before they are opened, before they are decoded, and afterwards."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from small_library import song, write_audio

from indexer.cli import cli
from indexer.ingest import IngestReport, ingest
from mir.analysis import Tags
from mir.catalogue import exclusions, failures, tracks
from mir.engine import Engine
from mir.exclusion import Exclusion
from tests.indexer.known_library import know, nobody, places
from tests.indexer.stub_ear import DeafEar, StubEar

GENRE, LONGER = Exclusion("genre", "audiobook"), Exclusion("longer", "60")


def run(engine: Engine, *folders: Path, load: Callable[[str], StubEar] = nobody) -> IngestReport:
    return ingest(engine, folders, jobs=1, load=load)


def add(engine: Engine, *rules: Exclusion) -> None:
    with engine.catalogue.session() as session:
        exclusions.add(session, rules)


def remove(engine: Engine, *rules: Exclusion) -> None:
    with engine.catalogue.session() as session:
        exclusions.remove(session, rules)


def kept_out(engine: Engine) -> dict[str, str]:
    with engine.catalogue.session() as session:
        return {each.path.name: each.reason for each in failures.excluded(session)}


def test_excluded_folders_are_not_entered(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    music = tmp_path / "music"
    know(engine, [music / "1.mp3"])
    for name in ("Podcasts/a.mp3", "x/2.wav"):
        (music / name).parent.mkdir()
        (music / name).write_bytes(b"never opened")
    add(engine, Exclusion("path", "podcasts/**"), Exclusion("path", "*.wav"))
    entered: list[str] = []
    listing = os.scandir

    def noted(path: Path) -> object:
        entered.append(Path(path).name)
        return listing(path)

    monkeypatch.setattr("mir.audio.walk.os.scandir", noted)
    report = run(engine, music)
    assert (report.unchanged, report.excluded, report.failed) == (1, 0, 0)
    assert "x" in entered
    assert "Podcasts" not in entered


def test_what_a_new_path_rule_matches_leaves_the_library(engine: Engine, tmp_path: Path) -> None:
    music = tmp_path / "music"
    ids = know(
        engine, [music / "Podcasts" / "1.mp3", music / "Podcasts" / "2.mp3", music / "3.mp3"]
    )
    rule = Exclusion("path", "Podcasts")
    add(engine, rule)
    report = run(engine, music)
    assert (report.excluded, report.removed, report.unchanged) == (2, 0, 1)
    assert places(engine) == {music / "3.mp3": ids[music / "3.mp3"]}
    with engine.catalogue.session() as session:
        assert tracks.count(session) == 1


def test_a_root_of_which_rules_leave_nothing_is_not_taken_for_unmounted(
    engine: Engine, tmp_path: Path
) -> None:
    music = tmp_path / "music"
    know(engine, [music / "1.wav", music / "2.wav"])
    add(engine, Exclusion("path", "*.wav"))
    report = run(engine, music)
    assert (report.excluded, report.missing_roots) == (2, ())
    assert places(engine) == {}


def test_length_and_genre_are_seen_before_anything_is_decoded(
    engine: Engine, tmp_path: Path
) -> None:
    music = tmp_path / "music"
    music.mkdir()
    write_audio(music / "long.flac", song(1, 4.0, 22_050), 22_050)
    write_audio(music / "book.mp3", song(2, 2.0, 22_050), 22_050, Tags(genres=("Audiobook",)))
    short = Exclusion("longer", "3")
    add(engine, short, GENRE)

    report = run(engine, music, load=DeafEar)

    assert (report.excluded, report.added, report.failed) == (2, 0, 0)
    assert kept_out(engine) == {"long.flac": short.reason, "book.mp3": GENRE.reason}
    assert engine.status().failures == 0
    assert run(engine, music).unchanged == 2  # not opened again
    remove(engine, short)
    report = run(engine, music, load=StubEar)
    assert (report.updated + report.added, report.excluded) == (1, 1)
    assert places(engine).keys() == {music / "long.flac"}
    assert kept_out(engine).keys() == {"book.mp3"}


def test_known_tracks_that_a_new_rule_matches_leave_without_being_opened(
    engine: Engine, tmp_path: Path
) -> None:
    music = tmp_path / "music"
    know(engine, [music / "1.mp3", music / "2.mp3"])  # of 180.5 seconds, by their analyses
    add(engine, LONGER)
    report = run(engine, music)
    assert (report.excluded, report.removed, report.unchanged) == (2, 0, 2)
    assert places(engine) == {}
    assert kept_out(engine) == dict.fromkeys(("1.mp3", "2.mp3"), LONGER.reason)
    assert run(engine, music).excluded == 0
    (music / "1.mp3").unlink()
    run(engine, music)
    assert kept_out(engine).keys() == {"2.mp3"}


def test_a_file_that_is_tagged_as_excluded_leaves(engine: Engine, tmp_path: Path) -> None:
    music = tmp_path / "music"
    music.mkdir()
    path = write_audio(music / "a.flac", song(1, 1.5, 22_050), 22_050)
    run(engine, music, load=StubEar)
    add(engine, GENRE)
    write_audio(path, song(1, 1.5, 22_050), 22_050, Tags(genres=("Audiobook",)))
    assert run(engine, music, load=DeafEar).excluded == 1
    assert places(engine) == {}
    with engine.catalogue.session() as session:
        assert tracks.count(session) == 0


def test_rules_are_listed_added_and_removed_by_command(tmp_path: Path) -> None:
    def mir(*arguments: str, status: int = 0) -> str:
        given = ["exclude", *arguments, "--home", str(tmp_path)]
        result = CliRunner().invoke(cli, given)
        assert result.exit_code == status, result.output
        return result.output

    assert mir() == "No rules: everything in the indexed folders is in the library.\n"
    said = mir("--path", "*.wav", "--path", "Talk/**", "--longer", "1h30m", "--genre", "Speech")
    assert [line.split(None, 2)[-1] for line in said.splitlines()[1:5]] == [
        "*.wav",
        "Talk/**",
        "1:30:00",
        "Speech",
    ]
    assert "next `mir index`" in said
    dropped = json.loads(mir("--remove", "--longer", "5400", "--path", "*.wav", "--json"))
    assert dropped == {
        "exclusions": [
            {"kind": "path", "value": "Talk/**"},
            {"kind": "genre", "value": "Speech"},
        ],
        "removed": [{"kind": "path", "value": "*.wav"}, {"kind": "longer", "value": "5400"}],
    }
    assert "no rule longer '5400'" in mir("--remove", "--longer", "90m", status=1)
    assert "which rules" in mir("--remove", status=2)
    for wrong in ("", "abc", "-5", "1h 2x"):
        assert "no length" in mir("--shorter", wrong, status=2)
