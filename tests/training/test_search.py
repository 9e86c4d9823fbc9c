import math
import multiprocessing
import time
from dataclasses import replace
from pathlib import Path

import pytest

from mir.errors import TrainingError
from mir.training.search import Report, SearchReport, Space, Trial, Values, search
from tests.training.search_objective import SPACE, TRIALS, figure, quadratic, search_until_killed


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> SearchReport:
    return search(quadratic, tmp_path_factory.mktemp("unbroken"), TRIALS, 1, space=SPACE)


def renumbered(report: SearchReport) -> list[Trial]:
    """The trials that came to an end, without the numbers that interrupted ones took up."""
    ended = [each for each in report.trials if each.state in ("finished", "stopped")]
    return [replace(each, number=place) for place, each in enumerate(ended)]


def test_a_killed_search_goes_on_and_tries_what_an_unbroken_one_tries(
    tmp_path: Path, unbroken: SearchReport
) -> None:
    stuck = tmp_path / "stuck"
    process = multiprocessing.get_context("spawn").Process(
        target=search_until_killed, args=(tmp_path / "run", stuck, 3)
    )
    process.start()
    deadline = time.monotonic() + 120
    while not stuck.exists():
        assert process.is_alive()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.kill()
    process.join()
    heard: list[tuple[int, int]] = []
    tried: list[Values] = []

    def objective(values: Values, report: Report) -> float:
        tried.append(dict(values))
        return quadratic(values, report)

    report = search(
        objective,
        tmp_path / "run",
        TRIALS,
        1,
        lambda done, total, trial: heard.append((done, total)),
        space=SPACE,
    )
    assert [each.state for each in report.trials].count("interrupted") == 1
    assert report.trials[3].state == "interrupted"
    assert tried[0] == report.trials[3].values  # again, with the same values
    assert heard == [(done, TRIALS) for done in range(4, TRIALS + 1)]
    assert renumbered(report) == renumbered(unbroken)
    assert report.best.values == unbroken.best.values


def test_a_search_reports_its_best_all_trials_and_what_mattered(
    tmp_path: Path, unbroken: SearchReport
) -> None:
    assert len(unbroken.trials) == TRIALS
    ended = [each for each in unbroken.trials if each.state == "finished"]
    assert unbroken.best.figure == max(each.figure or 0 for each in ended)
    assert len({tuple(each.values.values()) for each in unbroken.trials}) == TRIALS
    again = search(quadratic, tmp_path, TRIALS, 1, space=SPACE)
    assert again == unbroken  # the seed says all
    options = dict(zip(unbroken.options[::2], unbroken.options[1::2], strict=True))
    assert list(options) == ["--learning-rate", "--batch-size", "--epochs", "--width", "--dropout"]
    typed = {name: float(text) for name, text in options.items()}
    assert list(typed.values()) == list(unbroken.best.values.values())
    for each in unbroken.trials:
        low, high = SPACE.learning_rate
        assert low <= each.values["learning_rate"] <= high
        assert each.values["batch_size"] in SPACE.batch_sizes
        assert SPACE.epochs[0] <= each.values["epochs"] <= SPACE.epochs[1]


def test_more_trials_can_be_asked_for_later_and_narrow_in_on_the_best(tmp_path: Path) -> None:
    def dull(values: Values, report: Report) -> float:
        return figure(values)  # never stopped

    first = search(dull, tmp_path, 2, 5, space=SPACE)
    more = search(dull, tmp_path, 12, 5, space=SPACE)
    assert more.trials[:2] == first.trials
    assert len(more.trials) == 12
    assert more.best.figure is not None
    assert more.best.figure > 0.9
    assert set(more.importance) == {"learning_rate", "batch_size", "epochs", "width", "dropout"}
    assert sum(more.importance.values()) == pytest.approx(1)
    assert first.importance == {}

    def never(values: Values, report: Report) -> float:
        raise AssertionError("all trials have been made")

    assert search(never, tmp_path, 12, 5, space=SPACE) == more


def test_a_trial_that_falls_behind_is_stopped_and_counts(tmp_path: Path) -> None:
    epochs: list[int] = []

    def objective(values: Values, report: Report) -> float:
        worse = len(epochs) >= 4
        epochs.append(0)
        for epoch in range(1, int(values["epochs"]) + 1):
            epochs[-1] = epoch
            if report(epoch, epoch / 100 if worse else epoch / 10):
                break
        return 0.5

    report = search(objective, tmp_path, 6, 1, space=SPACE)
    assert [each.state for each in report.trials] == ["finished"] * 4 + ["stopped"] * 2
    assert all(
        reached < each.values["epochs"]
        for reached, each in zip(epochs[4:], report.trials[4:], strict=True)
    )
    assert min(epochs[4:]) > 2  # not while the rate still rises
    assert report.trials[5].figure == pytest.approx(epochs[5] / 100)


def test_training_that_breaks_down_fails_its_trial_and_three_in_a_row_end_the_search(
    tmp_path: Path,
) -> None:
    calls = 0

    def mostly_broken(values: Values, report: Report) -> float:
        nonlocal calls
        calls += 1
        if calls in (1, 2):
            raise TrainingError("the disk is full")
        return math.nan if calls == 4 else 0.5

    report = search(mostly_broken, tmp_path / "a", 2, 1, space=SPACE)
    assert [each.state for each in report.trials] == [
        "failed",
        "failed",
        "finished",
        "failed",
        "finished",
    ]
    assert report.trials[0].reason == "the disk is full"
    assert "led to nan" in str(report.trials[3].reason)

    def broken(values: Values, report: Report) -> float:
        raise TrainingError("the disk is full")

    with pytest.raises(TrainingError, match=r"3 trials in a row failed, .* the disk is full"):
        search(broken, tmp_path / "b", 2, 1, space=SPACE)


def test_a_study_of_something_else_is_refused(tmp_path: Path) -> None:
    search(quadratic, tmp_path, 1, 1, space=SPACE, subject="this music")
    with pytest.raises(TrainingError, match=r"another subject \(this music, not that music\)"):
        search(quadratic, tmp_path, 1, 1, space=SPACE, subject="that music")
    with pytest.raises(TrainingError, match="another seed"):
        search(quadratic, tmp_path, 1, 2, space=SPACE, subject="this music")
    with pytest.raises(TrainingError, match="another space"):
        search(quadratic, tmp_path, 1, 1, space=Space(epochs=(8, 9)), subject="this music")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "search.db").write_bytes(b"not a database" * 100)
    with pytest.raises(TrainingError, match="not a study that can be gone on with"):
        search(quadratic, tmp_path / "other", 1, 1)
    with pytest.raises(TrainingError, match="name another folder"):
        search(quadratic, tmp_path / "search.db" / "run", 1, 1)
    with pytest.raises(TrainingError, match=r"has a \? in its name"):
        search(quadratic, tmp_path / "why?", 1, 1)
