"""`mir playlist`: what each command does and prints."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from indexer.cli import cli


@pytest.fixture
def mir(indexed_home: tuple[Path, Path]) -> Any:
    """Runs `mir playlist` on a library of four tracks; returns what it prints."""
    home, _ = indexed_home

    def run(*arguments: str, status: int = 0) -> str:
        result = CliRunner().invoke(cli, ["playlist", *arguments, "--home", str(home)])
        assert result.exit_code == status, result.output
        return result.output

    return run


def ids(mir: Any, name: str) -> list[int]:
    shown = json.loads(mir("show", name, "--json"))
    return [each["track"]["id"] for each in shown["entries"]]


def test_a_playlist_by_hand(mir: Any) -> None:
    assert "No playlists" in mir("list")
    assert mir("make", "Evening") == "Made: Evening (id 1), 0 tracks.\n"
    mir("add", "evening", "2", "Song 1", "3")
    assert ids(mir, "1") == [2, 1, 3]
    mir("move", "Evening", "3", "1")
    mir("remove", "Evening", "2")
    assert ids(mir, "Evening") == [3, 1]
    assert "Song 3" in mir("show", "Evening")
    assert "Renamed: Night (id 1), 2 tracks." in mir("rename", "Evening", "Night")
    assert "line break" in mir("rename", "Night", "a\nb", status=1)
    assert "by hand" in mir("refresh", "Night", status=1)
    assert "no position 9" in mir("remove", "Night", "9", status=1)
    assert "Night" in mir("list")
    assert json.loads(mir("delete", "Night", "--json"))["deleted"]["name"] == "Night"
    assert "no playlist 'Night'" in mir("show", "Night", status=1)


def test_playlists_of_a_listener_are_theirs(mir: Any, tmp_path: Path) -> None:
    theirs = "--listener", "ann"
    mir("make", "Evening", "1", *theirs)
    assert "No playlists" in mir("list")
    for command in (("show",), ("add", "2"), ("remove", "1"), ("move", "1", "1"), ("rename", "x")):
        name, *more = command
        assert "no playlist 'Evening'" in mir(name, "Evening", *more, status=1)
    mir("add", "Evening", "2", "3", *theirs)
    mir("move", "Evening", "3", "1", *theirs)
    mir("remove", "Evening", "2", *theirs)
    mir("rename", "Evening", "Night", *theirs)
    assert "by hand" in mir("refresh", "Night", *theirs, status=1)
    shown = json.loads(mir("show", "Night", "--json", *theirs))
    assert [each["track"]["id"] for each in shown["entries"]] == [3, 2]
    listing = str(tmp_path / "night.m3u8")
    mir("export", "Night", listing, *theirs)
    mir("delete", "Night", *theirs)
    mir("import", listing, *theirs)
    assert "Night" in mir("list", *theirs)
    assert "No playlists" in mir("list")


def asked(home: Path, *arguments: str, status: int = 0) -> str:
    """What `mir` prints with a library at home."""
    result = CliRunner().invoke(cli, [*arguments, "--home", str(home)])
    assert result.exit_code == status, result.output
    return result.output


@pytest.mark.parametrize(
    "question",
    [
        ("similar", "1", "2", "--not", "3", "--variety", "0.4", "--count", "1"),
        ("similar", "--like-artist", "The Böhm Quartet", "--per-artist", "1"),
        ("next", "1", "2", "--year", "1970-1999"),
        ("path", "1", "4", "--steps", "2"),
        ("recommend", "2", "--listener", "ann", "--duration", "1m", "--explore", "0.2"),
        ("tracks", "bohm", "--genre", "Jazz"),
    ],
)
def test_the_answer_to_any_question_is_kept(
    mir: Any, indexed_home: tuple[Path, Path], question: tuple[str, ...]
) -> None:
    home, _ = indexed_home
    answer = json.loads(asked(home, *question, "--json"))
    found = [hit["track"]["id"] for hit in answer["hits"]] if "hits" in answer else [2]
    assert found
    count = f"{len(found)} track" + ("s" if len(found) > 1 else "")
    assert asked(home, *question, "--keep", "It") == f"Made: It (id 1), {count}.\n"
    assert ids(mir, "It") == found
    mir("remove", "It", "1")
    assert "Refreshed: It" in mir("refresh", "It")
    assert ids(mir, "It") == found
    made = json.loads(asked(home, *question, "--keep", "Again", "--json"))["made"]
    assert made["query"]["kind"] == question[0]
    assert "'It' already" in asked(home, *question, "--keep", "It", status=1)


@pytest.mark.parametrize("name", ["a\nb", "a\rb", "..", "x/../y", "a/b", " "])
def test_no_door_takes_a_name_that_breaks_a_line_or_climbs(
    mir: Any, indexed_home: tuple[Path, Path], tmp_path: Path, name: str
) -> None:
    home, music = indexed_home
    clip = str(next(music.rglob("*.flac")))
    for question in (("similar", "1"), ("path", "1", "2"), ("search", clip), ("tracks",)):
        assert "name" in asked(home, *question, "--keep", name, status=1)
    mir("make", name, status=1)
    mir("make", "Evening")
    mir("rename", "Evening", name, status=1)
    file = tmp_path / "evening.m3u8"
    file.write_text(f"#EXTM3U\n#PLAYLIST:{name}\n")
    mir("import", str(file), "--name", name, status=1)
    if ".." in name or "/" in name:
        assert "another name" in mir("import", str(file), status=1)
    assert json.loads(mir("list", "--json"))["total"] == 1


@pytest.mark.parametrize("options", [(), ("--relative",)])
def test_a_file_goes_out_and_comes_back(
    mir: Any, indexed_home: tuple[Path, Path], options: tuple[str, ...]
) -> None:
    mir("make", "Evening")
    mir("add", "Evening", "4", "1", "4")
    file = indexed_home[1] / "evening.m3u8"
    assert "3 tracks are in" in mir("export", "Evening", str(file), *options)
    assert (str(indexed_home[1]) in file.read_text()) is not bool(options)
    assert "there already" in mir("export", "Evening", str(file), status=2)
    assert "does not end" in mir("export", "Evening", str(file) + ".txt", status=2)
    assert "already" in mir("import", str(file), status=1)
    mir("import", str(file), "--name", "Again")
    assert ids(mir, "Again") == [4, 1, 4]
    for ending in ("xspf", "jspf"):
        told = mir("export", "Evening", str(file.with_suffix(f".{ending}")), "--json")
        assert json.loads(told)["tracks"] == 3


def test_paths_are_mapped_and_what_is_unknown_is_told(
    mir: Any, indexed_home: tuple[Path, Path], tmp_path: Path
) -> None:
    music = indexed_home[1]
    mir("make", "Evening", "1", "2", "3", "4")
    file = tmp_path / "evening.m3u8"
    mir("export", "Evening", str(file), "--map", f"{music}=/nas")
    assert "\n/nas/Album 1/" in file.read_text()
    file.write_text(file.read_text() + "../up.mp3\n/nas/gone.mp3\n")
    arguments = ("import", str(file), "--map", f"/nas={music}")
    told = json.loads(mir(*arguments, "--name", "Again", "--json"))
    assert told["made"]["count"] == 4
    assert [each["line"] for each in told["unmatched"]] == [11, 12]
    assert "line 12: /nas/gone.mp3: There is no such file" in mir(*arguments, "--name", "More")
    assert "cannot be read" in mir("import", str(tmp_path / "no.m3u"), status=1)
