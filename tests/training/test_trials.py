from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mir.errors import TrainingError
from mir.features.patches import PATCH_FRAMES
from mir.training.material import Material
from mir.training.search import SearchReport, Space, Trial
from mir.training.state import Epoch, Step
from mir.training.trials import search_settings
from tests.small_network import ONE_THREAD, SHAPE, SPEC

SPACE = Space(batch_sizes=(8, 16), epochs=(2, 3), width=(0.5, 1.0))


def search(material: Material, run: Path, trials: int, **other: Any) -> SearchReport:
    settings: dict[str, Any] = {
        "network": SHAPE,
        "training": SPEC,
        "machine": ONE_THREAD,
        "space": SPACE,
    }
    return search_settings(material, run, trials, **{**settings, **other})


def test_a_search_trains_for_real_and_goes_on_within_the_trial_that_was_interrupted(
    by_people: Material, tmp_path: Path
) -> None:
    class Interrupted(Exception):
        pass

    ended: list[Trial] = []
    seen: list[Step | Epoch] = []

    def interrupt(state: Step | Epoch) -> None:
        if isinstance(state, Epoch) and ended:
            raise Interrupted

    with pytest.raises(Interrupted):
        search(
            by_people,
            tmp_path / "broken",
            2,
            progress=interrupt,
            on_trial=lambda done, total, trial: ended.append(trial),
        )
    resumed = search(by_people, tmp_path / "broken", 2, progress=seen.append)
    assert isinstance(seen[0], Step)
    assert seen[0].epoch == 2  # the first epoch of the second trial is not trained again

    unbroken = search(by_people, tmp_path / "unbroken", 2)
    assert [each.state for each in resumed.trials] == ["finished", "interrupted", "finished"]
    assert [each.figure for each in resumed.trials if each.state == "finished"] == [
        each.figure for each in unbroken.trials
    ]
    assert resumed.best.values == unbroken.best.values
    assert len(list((tmp_path / "unbroken" / "trials").iterdir())) == 2
    assert not list(tmp_path.rglob("*.pt"))


def test_the_test_side_is_not_looked_at(by_people: Material, tmp_path: Path) -> None:
    tested = {file for file, side in by_people.sides.items() if side == "test"}
    assert tested
    frames = by_people.frames.copy()
    for each in by_people.stretches:
        if each.file in tested:
            frames[each.offset : each.offset + each.patches * PATCH_FRAMES] = np.nan
    other = replace(by_people, frames=frames)
    assert search(other, tmp_path / "a", 1) == search(by_people, tmp_path / "b", 1)


def test_a_search_with_other_fixed_settings_is_another(by_people: Material, tmp_path: Path) -> None:
    search(by_people, tmp_path, 1)
    with pytest.raises(TrainingError, match="another subject"):
        search(by_people, tmp_path, 1, training=replace(SPEC, mixup=0.1))
