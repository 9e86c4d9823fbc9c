"""`mir model` with real model files, on a library without tracks."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from made_up_library import engine_at
from other_model import other_model

from indexer.cli import cli
from indexer.lock import only_run
from mir.model.card import TagAxis
from mir.model.embedder import identity, shipped_bytes
from mir.model.shelf import shipped_id

Mir = Callable[..., Result]


@pytest.fixture
def mir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mir:
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object, status: int = 0) -> Result:
        home = ("--home", str(tmp_path / "home"))
        result = CliRunner().invoke(cli, ["model", *map(str, arguments), *home])
        assert result.exit_code == status, result.output
        return result

    return run


@pytest.fixture
def second(tmp_path: Path) -> Path:
    axes = (TagAxis("arousal", (1,), (0.5,), 0.0),)
    return other_model(tmp_path / "second.onnx", name="second", axes=axes)


def told(result: Result) -> Any:
    return json.loads(result.stdout)


def test_models_are_used_listed_gone_back_to_and_forgotten(mir: Mir, second: Path) -> None:
    before = told(mir("list", "--json"))
    assert [each["name"] for each in before["models"]] == ["mir-2"]
    changed = told(mir("use", second, "--json"))
    assert (changed["name"], changed["state"]) == ("second", "active")
    second.unlink()  # the library has its own copy
    listed = {each["name"]: each for each in told(mir("list", "--json"))["models"]}
    assert (listed["second"]["active"], listed["second"]["at_hand"]) == (True, True)
    assert (listed["mir-2"]["active"], listed["mir-2"]["shipped"]) == (False, True)
    table = mir("list").stdout.splitlines()
    assert table[0].split() == ["Name", "Id", "Size", "Heard", "State"]
    assert table[2].split() == ["second", changed["id"], "221", "0", "of", "0", "active"]
    said = mir("use", "shipped").stdout
    assert said == "mir-2 answers from now on; go back with `mir model use second`.\n"
    assert told(mir("use", changed["id"][:6], "--json"))["before"] == "mir-2"
    assert "in use" in mir("forget", "second", status=1).stderr
    mir("use", "mir-2")
    assert "second is forgotten" in mir("forget", "second").stdout
    assert [each["name"] for each in told(mir("list", "--json"))["models"]] == ["mir-2"]


def test_a_model_is_shown_with_its_card_and_its_cost(mir: Mir, second: Path) -> None:
    shown = mir("info", second).stdout
    assert "second" in shown
    assert "arousal" in shown
    assert "not used here" in shown
    card = told(mir("info", "mir-2", "--json", "--measure"))
    assert card["id"] == shipped_id()
    assert {"rock", "jazz"} <= set(card["genres"])
    assert card["known"]["shipped"]
    assert card["ms_per_minute"] > 0
    assert "ms of one core" in mir("info", "--measure").stdout


def test_a_model_is_written_whole_and_over_nothing(mir: Mir, tmp_path: Path) -> None:
    out = tmp_path / "copy.onnx"
    assert told(mir("export", "mir-2", "--out", out, "--json"))["bytes"] == len(shipped_bytes())
    assert identity(out.read_bytes()) == shipped_id()
    assert "--force" in mir("export", "mir-2", "--out", out, status=1).stderr
    mir("export", "mir-2", "--out", out, "--force")
    assert "cannot be written" in mir("export", "mir-2", "--out", "no/f.onnx", status=1).stderr
    assert list(tmp_path.glob("*.part")) == []


def test_mistakes_are_named_with_a_remedy(mir: Mir, tmp_path: Path) -> None:
    assert f"there are mir-2 ({shipped_id()})" in mir("use", "mir-7", status=1).stderr
    (tmp_path / "holiday.onnx").write_bytes(b"a picture of the sea")
    assert "holiday.onnx is not a model file" in mir("use", "holiday.onnx", status=1).stderr
    assert not (tmp_path / "home" / "models").exists()
    kept = tmp_path / "home" / "models" / f"{shipped_id()}.onnx"
    mir("use", "shipped")
    kept.write_bytes(b"half")
    assert "damaged" in mir("info", status=1).stderr
    mir("list")
    kept.unlink()
    home = tmp_path / "home"
    with engine_at(home) as engine, only_run(home, engine.catalogue):
        assert "Another run" in mir("forget", "mir-2", status=1).stderr
