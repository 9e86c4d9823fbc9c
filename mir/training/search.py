"""Looks for good training settings: each trial is a training, and what it reaches steers the next.

Settings are drawn by a tree-structured Parzen estimator (Bergstra et al. 2011), and a trial that
falls behind the median of the earlier ones is stopped (Golovin et al. 2017); both are Optuna's
(Akiba et al. 2019). What was tried stands in `RUN/search.db`, so a search that was killed goes on
where it was, and takes the very trials that an unbroken one takes.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mir.errors import TrainingError

if TYPE_CHECKING:
    import optuna

Values = Mapping[str, float | int]
"""Settings by name: learning_rate, batch_size, epochs, width and dropout."""

Report = Callable[[int, float], bool]
"""Takes an epoch (from 1) and its validation figure; says whether the trial shall stop."""

Objective = Callable[[Values, Report], float]
"""Trains with the values and returns the validation figure that it reached; higher is better."""

_STAGES = 8  # of a trial; trials of different length are compared at equal stages
_STAGES_UNJUDGED = 2  # while the learning rate still rises
_FAILURES = 3  # in a row, before the search gives up
_ENOUGH = 8  # finished trials, for the importance of the settings


@dataclass(frozen=True, slots=True)
class Space:
    """Where to look: lowest and highest value of each setting, both included."""

    learning_rate: tuple[float, float] = (3e-4, 1e-2)  # on a logarithmic scale
    batch_sizes: tuple[int, ...] = (16, 32, 64, 128)
    epochs: tuple[int, int] = (8, 32)
    width: tuple[float, float] = (0.5, 1.5)  # factor on the channels, in quarters
    dropout: tuple[float, float] = (0.0, 0.5)  # in steps of 0.05


@dataclass(frozen=True, slots=True)
class Trial:
    """One trial: `state` is "finished", "stopped" (it fell behind), "interrupted" or "failed"."""

    number: int
    state: str
    values: Values
    figure: float | None  # what it reached; of a stopped trial, when it was stopped
    reason: str | None = None  # why it failed


@dataclass(frozen=True, slots=True)
class SearchReport:
    """What a search has found."""

    best: Trial
    trials: tuple[Trial, ...]  # all of them, in the order in which they began
    # Share of the figure's variance that each setting accounts for (fANOVA, Hutter et al. 2014),
    # the largest first; empty where there are too few finished trials to tell.
    importance: Mapping[str, float] = field(default_factory=dict)

    @property
    def options(self) -> tuple[str, ...]:
        """The options of `mir train` that stand for the best settings."""
        return tuple(
            word
            for name, value in self.best.values.items()
            for word in (f"--{name.replace('_', '-')}", f"{value:g}")
        )


def search(
    objective: Objective,
    run: Path,
    trials: int,
    seed: int,
    progress: Callable[[int, int, Trial], None] = lambda done, total, trial: None,
    *,
    space: Space = Space(),
    subject: str = "",
) -> SearchReport:
    """Try settings until `trials` of them have finished or were stopped, earlier calls included.

    `run` keeps the study, of one search at a time; `progress` hears of each trial that ends, with
    the number of those that have and `trials`. A trial that was interrupted is tried again with
    the same values, so an objective that keeps its state by its values goes on. A TrainingError
    fails a trial; the third in a row is raised. subject: data and fixed settings, by name; a study
    of another subject, or with another seed or space, is refused with TrainingError.
    """
    study = _open(run, {"subject": subject, "seed": seed, "space": repr(space)})
    _take_up_interrupted(study)
    failed = 0
    while (done := _count_done(study)) < trials:
        trial = _try(study, objective, space, seed + 100_003 * done)
        progress(_count_done(study), trials, trial)
        failed = failed + 1 if trial.state == "failed" else 0
        if failed == _FAILURES:
            raise TrainingError(f"{failed} trials in a row failed, the last because {trial.reason}")
    every = tuple(_told(each) for each in study.get_trials() if not _waits(each))
    finished = [each for each in every if each.state == "finished" and each.figure is not None]
    if not finished:
        raise TrainingError(
            f"none of the {len(every)} trials in {run} came to its end; search with more trials"
        )
    best = max(finished, key=lambda each: (each.figure, -each.number))
    return SearchReport(best, every, _importance(study, seed))


def _open(run: Path, identity: Mapping[str, Any]) -> "optuna.Study":
    import optuna

    if "?" in str(run):
        raise TrainingError(f"the folder {run} has a ? in its name; name another folder")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        run.mkdir(parents=True, exist_ok=True)
        (run / "search.db").open("ab").close()
    except OSError as error:
        raise TrainingError(
            f"the search cannot be kept in {run}: {error.strerror}; name another folder"
        ) from error
    try:
        study = optuna.create_study(
            storage=f"sqlite:///{run.absolute() / 'search.db'}",
            study_name="mir",
            direction="maximize",
            load_if_exists=True,
            pruner=optuna.pruners.MedianPruner(
                n_startup_trials=4, n_warmup_steps=_STAGES_UNJUDGED + 1, n_min_trials=3
            ),
        )
    except Exception as error:  # sqlalchemy's and Optuna's, which share no base
        raise TrainingError(
            f"{run / 'search.db'} is not a study that can be gone on with ({error}); remove it"
        ) from error
    for name, value in identity.items():
        if name not in study.user_attrs:
            study.set_user_attr(name, value)
        elif study.user_attrs[name] != value:
            raise TrainingError(
                f"{run} holds a search with another {name} ({study.user_attrs[name]}, not "
                f"{value}); choose another folder or remove {run / 'search.db'}"
            )
    return study


def _take_up_interrupted(study: "optuna.Study") -> None:
    """Mark what a killed search was at as failed, and put its values in the queue."""
    from optuna.trial import TrialState

    for each in study.get_trials(states=(TrialState.RUNNING,)):
        study.tell(each.number, state=TrialState.FAIL)
        if len(each.params) == len(Space.__slots__):  # else it had not even begun
            study.enqueue_trial(each.params)


def _try(study: "optuna.Study", objective: Objective, space: Space, seed: int) -> Trial:
    """Run one trial to its end."""
    from optuna.samplers import TPESampler
    from optuna.trial import TrialState

    # A sampler of its own for each trial: a search that goes on must not draw again what its
    # beginning drew, and draws what an unbroken one draws.
    study.sampler = TPESampler(seed=seed % 2**32)
    trial = study.ask()
    values = _suggested(trial, space)
    behind, stage = False, 0

    def report(epoch: int, figure: float) -> bool:
        nonlocal behind, stage
        reached = epoch * _STAGES // int(values["epochs"])
        if reached > stage and math.isfinite(figure):
            stage = reached
            trial.report(figure, stage)
            behind = behind or (stage < _STAGES and trial.should_prune())
        return behind

    try:
        figure = objective(values, report)
        if not math.isfinite(figure):
            raise TrainingError(f"training with {dict(values)} led to {figure}; narrow the search")
    except TrainingError as error:
        trial.set_user_attr("reason", str(error))
        return _told(study.tell(trial, state=TrialState.FAIL))
    if behind:
        return _told(study.tell(trial, state=TrialState.PRUNED))
    return _told(study.tell(trial, figure))


def _suggested(trial: "optuna.Trial", space: Space) -> dict[str, float | int]:
    drawn = {
        "learning_rate": trial.suggest_float("learning_rate", *space.learning_rate, log=True),
        "batch_size": trial.suggest_categorical("batch_size", space.batch_sizes),
        "epochs": trial.suggest_int("epochs", *space.epochs),
        "width": trial.suggest_float("width", *space.width, step=0.25),
        "dropout": trial.suggest_float("dropout", *space.dropout, step=0.05),
    }
    return _rounded(drawn)


def _rounded(drawn: Mapping[str, Any]) -> dict[str, float | int]:
    """Values as they can be typed, so that a printed command trains with the very same."""
    return {
        name: value if isinstance(value, int) else float(f"{value:.3g}")
        for name, value in drawn.items()
    }


def _count_done(study: "optuna.Study") -> int:
    from optuna.trial import TrialState

    states = (TrialState.COMPLETE, TrialState.PRUNED)
    return len(study.get_trials(deepcopy=False, states=states))


def _waits(trial: "optuna.trial.FrozenTrial") -> bool:
    from optuna.trial import TrialState

    return trial.state == TrialState.WAITING


def _told(trial: "optuna.trial.FrozenTrial") -> Trial:
    from optuna.trial import TrialState

    reason = trial.user_attrs.get("reason")
    states = {
        TrialState.COMPLETE: "finished",
        TrialState.PRUNED: "stopped",
        TrialState.FAIL: "failed" if reason else "interrupted",
    }
    return Trial(trial.number, states[trial.state], _rounded(trial.params), trial.value, reason)


def _importance(study: "optuna.Study", seed: int) -> dict[str, float]:
    import optuna

    finished = study.get_trials(states=(optuna.trial.TrialState.COMPLETE,))
    if len(finished) < _ENOUGH or len({each.value for each in finished}) == 1:
        return {}
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=seed)
    shares = optuna.importance.get_param_importances(study, evaluator=evaluator)
    return {name: float(share) for name, share in shares.items()}
