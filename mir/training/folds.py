"""Cross-validation: what a recipe is worth on these labels, whichever artists are asked about.

The artists are dealt into K folds; K networks are trained from scratch, each tested on the fold
that it has not heard. So every labelled track is tested once, by a network that knows
neither the track nor its artist. It leaves no model: train one with the same settings when
the figures please.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mir.errors import TrainingError
from mir.evaluation.interval import Measured
from mir.model.network import NetworkSpec
from mir.training.material import Material
from mir.training.pipeline import OpenLog, train_model
from mir.training.spec import Machine, TrainingSpec
from mir.training.split import folds_by_artist
from mir.training.state import Epoch, Step
from mir.training.validate import Judgement


@dataclass(frozen=True, slots=True)
class Fold:
    """One of K runs: begins with `done` False, and comes again with its figures."""

    number: int  # from 1
    of: int
    test: Judgement | None  # None while it is under way


@dataclass(frozen=True, slots=True)
class FoldsReport:
    """Figures of all folds, and their means with 95 % intervals (Student's t over the folds)."""

    folds: tuple[Fold, ...]
    accuracy: Measured | None
    macro_f1: Measured | None
    precision: Measured | None  # among the ten nearest


def cross_validate(
    material: Material,
    run: Path,
    folds: int,
    *,
    network: NetworkSpec = NetworkSpec(),  # noqa: B008 (frozen)
    training: TrainingSpec = TrainingSpec(),  # noqa: B008 (frozen)
    machine: Machine = Machine(),  # noqa: B008 (frozen)
    init: Path | None = None,
    open_log: OpenLog | None = None,
    progress: Callable[[Fold | Step | Epoch], None] = lambda state: None,
) -> FoldsReport:
    """Train and test `folds` networks, in `run/fold-1` and so on.

    Splits that the labels bring are set aside. After a kill the same call goes on: finished folds
    are not trained again. Raises TrainingError where there are too few artists, or `run` is of
    other settings.
    """
    if not material.labels:
        raise TrainingError(
            "cross-validation needs labels of people to test by; give --labels, or no --folds"
        )
    found = []
    for number, sides in enumerate(folds_by_artist(material.labels, folds, training.seed), 1):
        progress(Fold(number, folds, None))
        report = train_model(
            material,
            run / f"fold-{number}",
            sides=sides,
            network=network,
            training=training,
            machine=machine,
            init=init,
            open_log=open_log,
            progress=progress,
        )
        fold = Fold(number, folds, report.test)
        found.append(fold)
        progress(fold)
    tests = [fold.test for fold in found if fold.test]
    return FoldsReport(
        tuple(found),
        _over_folds([test.accuracy.value for test in tests if test.accuracy]),
        _over_folds([test.macro_f1 for test in tests if test.macro_f1 is not None]),
        _over_folds([test.precision.value for test in tests if test.precision]),
    )


def _over_folds(values: Sequence[float]) -> Measured | None:
    """Mean of one figure a fold, with Student's interval; few folds make it wide."""
    from scipy.stats import t

    if not values:
        return None
    count, mean = len(values), float(np.mean(values))
    if count == 1:
        return Measured(mean, 0.0, 1.0, 1, "t")
    error = float(t.ppf(0.975, count - 1) * np.std(values, ddof=1)) / math.sqrt(count)
    return Measured(mean, max(0.0, mean - error), min(1.0, mean + error), count, "t")
