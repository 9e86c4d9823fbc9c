"""Where the figures of a training run are written down: TensorBoard, Weights & Biases, or both.

A log takes scalars by name ("valid/loss") and step. Both kinds can be opened again in the
same folder by a run that goes on after an interruption, and show one curve for it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from mir.errors import TrainingError


class RunLog(Protocol):
    """Takes the figures of one run as they arise."""

    def scalar(self, name: str, value: float, step: int) -> None:
        """Note `value` of the curve `name` at `step`; steps of a curve do not fall."""

    def close(self) -> None:
        """Write out what is still held back; afterwards nothing more may be noted."""


def together(*logs: RunLog) -> RunLog:
    """A log that passes everything on to all of `logs`; without any it forgets everything."""
    return _Together(logs)


def open_tensorboard(folder: Path, next_step: int = 0) -> RunLog:
    """A log for TensorBoard in `folder`.

    next_step: the first step that will be noted. What an earlier run noted in the same folder
    from there on is hidden, so that steps which are done again after an interruption do
    not stand there twice. Raises TrainingError where the folder cannot be written or
    TensorBoard is not installed.
    """
    try:
        from torch.utils.tensorboard import SummaryWriter
    except ImportError as error:
        raise TrainingError(
            "TensorBoard is not installed; install it with `pip install 'mir[train]'`"
        ) from error
    with _writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        return _TensorBoard(SummaryWriter(folder, purge_step=next_step))


def open_wandb(folder: Path, project: str, offline: bool) -> RunLog:
    """A log for Weights & Biases; `folder` keeps its files and the identity of the run.

    Opened again in the same folder it goes on with the same run; of a step that is done again
    the service keeps what it was told first. offline: nothing is sent, and each opening
    writes a file of its own, which `wandb sync FOLDER/wandb/offline-run-*` sends later. Only the
    figures are noted: neither code nor facts about the machine. Raises TrainingError where the
    package is missing, the folder cannot be written, or the service refuses.
    """
    try:
        import wandb
    except ImportError as error:
        raise TrainingError(
            "Weights & Biases is not installed; install it with `pip install 'mir[wandb]'`"
        ) from error
    identity = folder / "wandb-id"
    with _writable(folder):
        folder.mkdir(parents=True, exist_ok=True)
        run_id = identity.read_text(encoding="utf-8").strip() if identity.exists() else None
    try:
        run = wandb.init(
            project=project,
            dir=folder,
            id=run_id,
            resume=None if offline else "allow",
            mode="offline" if offline else "online",
            settings=wandb.Settings(
                silent=True,
                console="off",
                disable_git=True,
                save_code=False,
                x_disable_meta=True,
                x_disable_stats=True,
                x_save_requirements=False,
            ),
        )
    except wandb.Error as error:
        raise TrainingError(
            f"Weights & Biases cannot begin a run ({error}); "
            "log in with `wandb login`, or choose the offline mode"
        ) from error
    with _writable(folder):
        identity.write_text(run.id, encoding="utf-8")
    return _Wandb(run)


class _Together:
    def __init__(self, logs: tuple[RunLog, ...]) -> None:
        self._logs = logs

    def scalar(self, name: str, value: float, step: int) -> None:
        for log in self._logs:
            log.scalar(name, value, step)

    def close(self) -> None:
        for log in self._logs:
            log.close()


class _TensorBoard:
    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def scalar(self, name: str, value: float, step: int) -> None:
        self._writer.add_scalar(name, value, step)

    def close(self) -> None:
        self._writer.close()


class _Wandb:
    def __init__(self, run: Any) -> None:
        self._run = run

    def scalar(self, name: str, value: float, step: int) -> None:
        self._run.log({name: value}, step=step)

    def close(self) -> None:
        self._run.finish()


@contextmanager
def _writable(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise TrainingError(
            f"the log cannot be written to {folder} ({error.strerror}); name another folder"
        ) from error
