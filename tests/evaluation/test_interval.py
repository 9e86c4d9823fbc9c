import math
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mir.evaluation import interval

SHARES = st.lists(st.floats(0, 1), min_size=1, max_size=50)


@given(SHARES)
def test_the_mean_lies_within_its_interval_and_the_interval_within_the_range(
    values: list[float],
) -> None:
    figure = interval.mean(values)

    assert 0 <= figure.low <= figure.value + 1e-12
    assert figure.value - 1e-12 <= figure.high <= 1
    assert figure.n == len(values)


@given(st.integers(1, 2000), st.data())
def test_a_proportion_lies_within_its_interval(n: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, n))

    figure = interval.proportion(successes, n)

    assert 0 <= figure.low <= figure.value <= figure.high <= 1


@given(st.integers(1, 500), st.data())
def test_four_times_as_many_cases_make_a_narrower_interval(n: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, n))

    few, many = interval.proportion(successes, n), interval.proportion(4 * successes, 4 * n)

    assert many.margin < few.margin


def test_wilson_agrees_with_a_published_value() -> None:
    # Brown, Cai and DasGupta (2001) and R's prop.test(15, 50, correct = FALSE).
    figure = interval.proportion(15, 50)

    assert figure.low == pytest.approx(0.1910, abs=1e-4)
    assert figure.high == pytest.approx(0.4375, abs=1e-4)


def test_wilson_is_not_certain_after_ten_of_ten() -> None:
    figure = interval.proportion(10, 10)

    assert figure.high == 1.0
    assert figure.low == pytest.approx(0.7225, abs=1e-4)


def test_the_normal_interval_is_the_textbook_one() -> None:
    values = [0.2, 0.4, 0.6, 0.8]

    figure = interval.mean(values)

    assert figure.value == pytest.approx(0.5)
    assert figure.margin == pytest.approx(1.959964 * np.std(values, ddof=1) / math.sqrt(4))


def test_ninety_five_of_a_hundred_intervals_hold_the_truth() -> None:
    rng = np.random.default_rng(0)
    held = [
        figure.low <= 0.7 <= figure.high
        for figure in (interval.proportion(int(rng.binomial(80, 0.7)), 80) for _ in range(2000))
    ]

    assert 0.93 < np.mean(held) < 0.97


def test_a_single_value_says_nothing_about_its_spread() -> None:
    figure = interval.mean([0.5])

    assert (figure.low, figure.high) == (0.0, 1.0)


def test_it_reads_as_a_table_shows_it() -> None:
    assert str(interval.Measured(0.5, 0.4, 0.6, 9, "normal")) == ".500 ± .100"
    assert str(interval.Measured(1.0, 0.9, 1.0, 9, "normal")) == "1.000 ± .050"


@pytest.mark.parametrize(
    ("values", "hint"),
    [([], "drop out"), ([[0.1]], "drop out"), ([math.nan], "NaN"), ([50.0], "percentages")],
)
def test_wrong_values_are_refused_with_hint(values: list[float], hint: str) -> None:
    with pytest.raises(ValueError, match=hint):
        interval.mean(values)


@pytest.mark.parametrize(("successes", "n"), [(3, 2), (-1, 2), (0, 0)])
def test_an_impossible_proportion_is_refused(successes: int, n: int) -> None:
    with pytest.raises(ValueError, match="swapped"):
        interval.proportion(successes, n)


def mean_of(values: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    return lambda drawn: np.array([values[drawn].mean()])


def test_a_bootstrap_of_a_mean_is_about_the_normal_interval() -> None:
    values = np.random.default_rng(0).random(400)

    (drawn,) = interval.bootstrap(mean_of(values), [""] * 400, np.random.default_rng(1))

    assert drawn is not None
    assert drawn.value == pytest.approx(values.mean())
    assert drawn.margin == pytest.approx(interval.mean(values).margin, rel=0.1)
    assert (drawn.n, drawn.method) == (400, "bootstrap")


def test_a_bootstrap_takes_what_one_artist_plays_as_one_case() -> None:
    # Twenty artists, each of whose twenty tracks are all alike.
    values = np.repeat(np.random.default_rng(0).random(20), 20)
    makers = [f"artist {i // 20}" for i in range(400)]

    (grouped,) = interval.bootstrap(mean_of(values), makers, np.random.default_rng(1))
    (single,) = interval.bootstrap(mean_of(values), [""] * 400, np.random.default_rng(1))

    assert grouped is not None
    assert single is not None
    assert grouped.margin > 3 * single.margin


def test_a_bootstrap_is_the_same_from_the_same_seed() -> None:
    values = np.random.default_rng(0).random(30)

    first, second = (
        interval.bootstrap(mean_of(values), [""] * 30, np.random.default_rng(7)) for _ in range(2)
    )

    assert first == second


def test_a_bootstrap_never_leaves_the_value_outside_and_skips_what_is_undefined() -> None:
    def statistics(drawn: np.ndarray) -> np.ndarray:
        whole = len(set(drawn.tolist())) == len(drawn)
        return np.array([0.0 if whole else 1.0, np.nan, 0.5 if whole else np.nan])

    biased, never, only_whole = interval.bootstrap(
        statistics, [""] * 40, np.random.default_rng(0), 50
    )

    assert biased is not None
    assert (biased.low, biased.value, biased.high) == (0.0, 0.0, 1.0)
    assert never is None
    assert only_whole is not None
    assert only_whole.low == only_whole.high == 0.5


def test_a_bootstrap_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="no items"):
        interval.bootstrap(mean_of(np.zeros(0)), [], np.random.default_rng(0))
