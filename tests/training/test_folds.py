import dataclasses
from pathlib import Path

import numpy as np
import pytest
import scipy.stats

from mir.errors import TrainingError
from mir.training.folds import Fold, _over_folds, cross_validate
from mir.training.material import Material
from mir.training.state import Step
from tests.small_network import ONE_THREAD, SHAPE, SPEC


def test_every_track_is_tested_once_and_a_kill_costs_no_finished_fold(
    by_people: Material, tmp_path: Path
) -> None:
    settings = {"network": SHAPE, "training": SPEC, "machine": ONE_THREAD}

    def kill(state: object) -> None:
        folds.extend([state] if isinstance(state, Fold) else [])
        if isinstance(state, Step) and folds[-1].number == 2 and state.number == 2:
            raise KeyboardInterrupt

    folds: list[Fold] = []
    with pytest.raises(KeyboardInterrupt):
        cross_validate(by_people, tmp_path / "killed", 3, progress=kill, **settings)
    rest: list[object] = []
    report = cross_validate(by_people, tmp_path / "killed", 3, progress=rest.append, **settings)
    trained = [state for state in rest if isinstance(state, Step)]
    whole = cross_validate(by_people, tmp_path / "whole", 3, **settings)
    assert report == whole
    assert [state.number for state in trained].count(1) == 2  # the second fold and the third
    assert len(trained) == sum(state.of for state in trained if state.number == 1)
    assert [fold.number for fold in report.folds] == [1, 2, 3]
    assert sum(fold.test.tracks for fold in report.folds if fold.test) == 20
    assert report.accuracy is not None
    values = [fold.test.accuracy.value for fold in report.folds if fold.test and fold.test.accuracy]
    assert report.accuracy.value == pytest.approx(np.mean(values))
    assert report.accuracy.n == 3
    assert report.precision is not None
    assert report.macro_f1 is not None


def test_the_interval_over_folds_is_students() -> None:
    values = [0.5, 0.6, 0.55, 0.65, 0.6]
    found = _over_folds(values)
    assert found is not None
    expected = scipy.stats.t.interval(0.95, 4, np.mean(values), scipy.stats.sem(values))
    assert (found.low, found.high) == pytest.approx(expected)
    assert _over_folds([]) is None


def test_without_labels_of_people_there_is_nothing_to_fold(
    by_both: Material, tmp_path: Path
) -> None:
    bare = dataclasses.replace(by_both, labels=())
    with pytest.raises(TrainingError, match="needs labels of people"):
        cross_validate(bare, tmp_path, 3)
