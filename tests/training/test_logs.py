import builtins
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import wandb
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from wandb.proto.wandb_internal_pb2 import Record

from mir.errors import TrainingError
from mir.training.logs import open_tensorboard, open_wandb, together


def curve(folder: Path, name: str) -> list[tuple[int, float]]:
    events = EventAccumulator(str(folder))
    events.Reload()
    return [(each.step, each.value) for each in events.Scalars(name)]


def offline_records(path: Path) -> Iterator[Record]:
    """The records of a `.wandb` file: LevelDB's log format behind 7 bytes of its own."""
    data, at, part = path.read_bytes(), 7, b""
    while at + 7 <= len(data):
        if 32768 - at % 32768 < 7:  # no header fits into the rest of a block
            at += 32768 - at % 32768
            continue
        _, length, kind = struct.unpack("<IHB", data[at : at + 7])
        part += data[at + 7 : at + 7 + length]
        at += 7 + length
        if kind in (1, 4):  # a whole record, or the last part of one
            yield Record.FromString(part)
            part = b""


def test_a_resumed_run_continues_its_curve_without_doubled_steps(tmp_path: Path) -> None:
    log = open_tensorboard(tmp_path / "tb")
    for step in range(6):
        log.scalar("valid/loss", 10.0 + step, step)
    log.close()
    log = open_tensorboard(tmp_path / "tb", next_step=4)
    for step in range(4, 8):
        log.scalar("valid/loss", 20.0 + step, step)
    log.close()
    expected = [(s, 10.0 + s) for s in range(4)] + [(s, 20.0 + s) for s in range(4, 8)]
    assert curve(tmp_path / "tb", "valid/loss") == expected


def test_a_new_run_in_an_old_folder_hides_the_old_curve(tmp_path: Path) -> None:
    for value in (1.0, 2.0):
        log = open_tensorboard(tmp_path)
        log.scalar("loss", value, 0)
        log.close()
    assert curve(tmp_path, "loss") == [(0, 2.0)]


def test_weights_and_biases_notes_a_run_offline_and_goes_on_with_it(tmp_path: Path) -> None:
    for steps in (range(3), range(3, 5)):
        log = open_wandb(tmp_path, "mir", offline=True)
        for step in steps:
            log.scalar("train/loss", step / 2, step)
            log.scalar("valid/loss", step / 4, step)
        log.close()
    wandb.teardown()  # waits for its process to write the last, as the end of a program does
    files = sorted(tmp_path.glob("wandb/offline-run-*/*.wandb"))
    assert len(files) == 2
    noted: dict[int, dict[str, Any]] = {}
    runs = set()
    for record in (record for path in files for record in offline_records(path)):
        if record.WhichOneof("record_type") == "run":
            runs.add((record.run.project, record.run.run_id))
        if record.WhichOneof("record_type") == "history":
            items = record.history.item
            row = {each.nested_key[0]: json.loads(each.value_json) for each in items}
            noted[row["_step"]] = row
    assert len(runs) == 1  # the same run both times
    assert runs.pop()[0] == "mir"
    assert sorted(noted) == [0, 1, 2, 3, 4]
    assert all(noted[step]["train/loss"] == step / 2 for step in range(5))
    assert all(noted[step]["valid/loss"] == step / 4 for step in range(5))


def test_a_log_that_cannot_be_opened_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(TrainingError, match="name another folder"):
        open_tensorboard(tmp_path / "file" / "logs")
    with pytest.raises(TrainingError, match="name another folder"):
        open_wandb(tmp_path / "file" / "logs", "mir", offline=True)
    with pytest.raises(TrainingError, match="Weights & Biases cannot begin a run"):
        open_wandb(tmp_path, "no/such:project", offline=True)

    real = builtins.__import__

    def without(name: str, *arguments: Any, **named: Any) -> Any:
        if name.partition(".")[0] == "wandb" or name == "torch.utils.tensorboard":
            raise ImportError(name)
        return real(name, *arguments, **named)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(TrainingError, match=r"pip install 'mir\[wandb\]'"):
        open_wandb(tmp_path, "mir", offline=True)
    with pytest.raises(TrainingError, match=r"pip install 'mir\[train\]'"):
        open_tensorboard(tmp_path)


def test_logs_together_all_get_everything() -> None:
    class Noting:
        def __init__(self) -> None:
            self.noted: list[object] = []

        def scalar(self, name: str, value: float, step: int) -> None:
            self.noted.append((name, value, step))

        def close(self) -> None:
            self.noted.append("closed")

    logs = Noting(), Noting()
    both = together(*logs)
    both.scalar("loss", 0.5, 3)
    both.close()
    assert logs[0].noted == logs[1].noted == [("loss", 0.5, 3), "closed"]
    together().scalar("loss", 0.5, 3)
