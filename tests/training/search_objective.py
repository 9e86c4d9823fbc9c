"""A made-up training for the tests of `mir.training.search`, and one that can be killed in it."""

import math
import time
from pathlib import Path

from mir.training.search import Report, Space, Values, search

SPACE = Space(epochs=(8, 10))
TRIALS = 7


def figure(values: Values) -> float:
    """Best, 1, at a learning rate of 0.003 and a dropout of 0.2."""
    miss = math.log10(values["learning_rate"] / 0.003) ** 2 + (values["dropout"] - 0.2) ** 2
    return 1 - miss


def quadratic(values: Values, report: Report) -> float:
    reached = 0.0
    for epoch in range(1, int(values["epochs"]) + 1):
        reached = figure(values) * (1 - 1 / (1 + epoch))
        if report(epoch, reached):
            break
    return reached


def search_until_killed(run: Path, stuck: Path, trial: int) -> None:
    """Search, but in trial `trial` (from 0) touch `stuck` and wait to be killed."""
    begun = 0

    def objective(values: Values, report: Report) -> float:
        nonlocal begun
        if begun == trial:
            report(1, 0.5)
            stuck.touch()
            time.sleep(600)
        begun += 1
        return quadratic(values, report)

    search(objective, run, TRIALS, 1, space=SPACE)
