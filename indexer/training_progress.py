"""How a training run gets on: a bar with the time left on a terminal, and a line an epoch."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mir.durations import clock

if TYPE_CHECKING:
    from rich.progress import Progress

    from mir.training.cache import Decoding
    from mir.training.folds import Fold
    from mir.training.search import Trial
    from mir.training.state import Epoch, Step

    State = Decoding | Step | Epoch | Fold | Trial


@contextmanager
def head_progress() -> Iterator[Callable[[int, int, str], None]]:
    """Yield a callback for files heard, all files and the last one."""
    bar = _bar()
    with bar:
        task = bar.add_task("Reading labels", total=None)
        yield lambda done, total, file: bar.update(
            task, description="Hearing", completed=done, total=total
        )


@contextmanager
def training_progress() -> "Iterator[Callable[[State], None]]":
    """Yield a callback that shows decoding, steps, epochs, folds and trials on standard error."""
    from mir.training.cache import Decoding
    from mir.training.folds import Fold
    from mir.training.search import Trial
    from mir.training.state import Step

    bar = _bar()
    with bar:
        task = bar.add_task("Reading labels", total=None)
        doing = ""
        which = ""  # fold, where there are several

        def begin(what: str) -> None:
            """Start the bar anew for another kind of work, so that its rate is that work's."""
            nonlocal doing
            if doing != what:
                doing = what
                bar.reset(task, total=None)

        def show(state: "State") -> None:
            nonlocal which
            if isinstance(state, Decoding):
                begin("decoding")
                bar.update(task, description="Decoding", completed=state.done, total=state.total)
            elif isinstance(state, Fold):
                which = f"fold {state.number}/{state.of}, "
                if state.test is not None:
                    bar.console.print(_fold_line(state), markup=False, soft_wrap=True)
            elif isinstance(state, Trial):
                which = f"trial {state.number + 2}, "
                bar.console.print(_trial_line(state), markup=False, soft_wrap=True)
            elif isinstance(state, Step):
                begin(f"{which}training")
                about = f"{which}epoch {state.epoch}/{state.epochs}, loss"
                about = f"{about[0].upper()}{about[1:]} {state.losses['total']:.3f}"
                bar.update(task, description=about, completed=state.number, total=state.of)
            else:
                bar.console.print(which + _epoch_line(state), markup=False, soft_wrap=True)

        yield show


def _bar() -> "Progress":
    from rich.progress import TextColumn, TimeRemainingColumn

    from indexer.bar import bar_of

    return bar_of(
        TextColumn("{task.percentage:3.0f} %"),
        TimeRemainingColumn(compact=True, elapsed_when_finished=True),
    )


def _trial_line(trial: "Trial") -> str:
    values = ", ".join(f"{name} {value:g}" for name, value in trial.values.items())
    figure = f" at {trial.figure:.3f}" if trial.figure is not None else ""
    return f"trial {trial.number + 1} ({values}): {trial.state}{figure}"


def _epoch_line(epoch: "Epoch") -> str:
    valid = epoch.valid
    figures = [f"loss {epoch.losses['total']:.3f}", f"valid {valid.loss:.3f}"]
    figures += [
        f"{name} {value:.3f}"
        for name, value in (
            ("accuracy", valid.accuracy),
            ("F1", valid.macro_f1),
            ("P@10", valid.precision),
        )
        if value is not None
    ]
    left = epoch.seconds / epoch.number * (epoch.of - epoch.number)
    time = clock(epoch.seconds) + (f", {clock(left)} left" if epoch.number < epoch.of else "")
    return f"epoch {epoch.number}/{epoch.of}: {', '.join(figures)} ({time})"


def _fold_line(fold: "Fold") -> str:
    test = fold.test
    figures = [] if test is None or test.accuracy is None else [f"accuracy {test.accuracy}"]
    if test is not None and test.precision is not None:
        figures.append(f"P@10 {test.precision}")
    return f"fold {fold.number}/{fold.of}: test " + ", ".join(figures)
