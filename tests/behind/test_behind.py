import threading

import pytest

from mir.behind import Behind


def test_the_old_value_answers_while_a_new_one_is_worked_out() -> None:
    behind: Behind[int, str] = Behind(lambda: 0.0)
    go = threading.Event()

    def slow() -> str:
        assert go.wait(30)
        return "new"

    assert behind.get(1, lambda: "old", 30) == "old"
    assert behind.get(1, lambda: "never", 0) == "old"
    assert behind.get(2, slow, 30) == "old"  # does not wait though it could
    assert behind.get(3, lambda: "never", 0) == "old"  # one thread at a time
    go.set()
    behind.close()
    assert behind.get(2, lambda: "never", 0) == "new"


def test_without_a_value_that_may_be_used_there_is_none_in_time() -> None:
    behind: Behind[int, str] = Behind(lambda: 0.0)
    go = threading.Event()

    def slow() -> str:
        assert go.wait(30)
        return "late"

    assert behind.get(1, slow, 0) is None
    go.set()
    behind.close()
    assert behind.get(1, lambda: "never", 0) == "late"
    go.clear()
    assert behind.get(2, slow, 0, may_use=lambda old: False) is None
    go.set()
    behind.close()


def test_it_rests_after_work() -> None:
    now = 0.0

    def clock() -> float:
        return now

    behind: Behind[int, int] = Behind(clock)

    def work() -> int:
        nonlocal now
        now += 1.0
        return int(now)

    assert behind.get(1, work, 30) == 1
    assert behind.get(2, work, 30) == 1
    behind.close()
    assert now == 1.0  # it began nothing
    now = 22.0
    behind.get(2, work, 30)
    behind.close()
    assert behind.get(2, work, 30) == 23


def test_what_goes_wrong_is_said_and_tried_again() -> None:
    behind: Behind[int, int] = Behind(lambda: 0.0)

    def fail() -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        behind.get(1, fail, 30)
    assert behind.get(1, lambda: 5, 30) == 5
