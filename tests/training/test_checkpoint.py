import pickle
from pathlib import Path

import pytest
import torch

from mir.errors import TrainingError
from mir.training import checkpoint


def test_what_was_saved_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "checkpoint.pt"
    checkpoint.save(path, {"weights": torch.arange(3), "epochs": [{"loss": 0.5, "f1": None}]})
    checkpoint.save(path, {"weights": torch.arange(4), "epochs": []})
    found = checkpoint.load(path)
    assert torch.equal(found["weights"], torch.arange(4))
    assert found["epochs"] == []
    assert [each.name for each in path.parent.iterdir()] == ["checkpoint.pt"]


class _Trap:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path("trapped"),)


def test_no_code_in_a_checkpoint_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "checkpoint.pt"
    torch.save({"format": checkpoint.FORMAT, "trap": _Trap()}, path)
    with pytest.raises(TrainingError, match="no checkpoint of this program, or damaged"):
        checkpoint.load(path)
    path.write_bytes(pickle.dumps(_Trap()))
    with pytest.raises(TrainingError, match="no checkpoint of this program, or damaged"):
        checkpoint.load(path)
    assert not (tmp_path / "trapped").exists()


def test_a_damaged_or_missing_checkpoint_is_named(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    with pytest.raises(TrainingError, match=r"checkpoint\.pt cannot be read"):
        checkpoint.load(path)
    checkpoint.save(path, {"weights": torch.zeros(1000)})
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(TrainingError, match=r"checkpoint\.pt is no checkpoint.*remove it"):
        checkpoint.load(path)
    torch.save({"format": 1}, path)
    with pytest.raises(TrainingError, match="has format 1"):
        checkpoint.load(path)


def test_a_checkpoint_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "run").write_text("a file where the folder should be")
    with pytest.raises(TrainingError, match="cannot be written"):
        checkpoint.save(tmp_path / "run" / "checkpoint.pt", {})
