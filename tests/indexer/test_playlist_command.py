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


def test_a_playlist_from_a_query(mir: Any) -> None:
    mir("make", "near", "--similar", "1", "--count", "2")
    near = ids(mir, "near")
    assert len(near) == 2
    assert 1 not in near
    mir("remove", "near", "1")
    assert "Refreshed: near" in mir("refresh", "near")
    assert ids(mir, "near") == near
    made = json.loads(mir("make", "after", "--next", "1", "--next", "2", "--json"))["made"]
    assert (made["query"]["kind"], made["count"]) == ("next", 2)
    mir("make", "words", "--text", "bohm")
    assert ids(mir, "words") == [2]
    mir("make", "years", "--year", "1970-1971")
    assert sorted(ids(mir, "years")) == [1, 2]
    assert json.loads(mir("make", "all", "--all", "--json"))["made"]["count"] == 4
    assert "Choose one" in mir("make", "x", "--similar", "1", "--all", status=2)


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
    mir("make", "Evening", "--all")
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
