import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from indexer import pool
from indexer.pool import Done, Lost, Tick, Work
from mir.errors import MirError
from tests.indexer.pool_work import dead_on_arrival, obedient, without_model


def answers(
    names: Sequence[str],
    make_work: Callable[[], Work] = obedient,
    jobs: int = 2,
    seconds_each: float = 30.0,
    memory_each: int | None = None,
) -> list[Done | Lost]:
    found = pool.run(
        [Path(name) for name in names],
        make_work,
        jobs=jobs,
        seconds_each=seconds_each,
        memory_each=memory_each,
    )
    return [answer for answer in found if not isinstance(answer, Tick)]


def test_every_task_is_answered_once_by_as_many_processes_as_asked() -> None:
    names = [f"file-{number}" for number in range(40)]
    found = answers(names)
    assert sorted(str(answer.path) for answer in found) == sorted(names)
    assert all(isinstance(answer, Done) for answer in found)
    assert len({answer.value for answer in found if isinstance(answer, Done)}) == 2


def test_a_crash_costs_the_file_at_fault_and_no_other() -> None:
    names = ["a", "crash-1", "b", "c", "d", "segfault-2", "e", "f"]
    found = answers(names)
    lost = {str(answer.path): answer.cause for answer in found if isinstance(answer, Lost)}
    assert set(lost) == {"crash-1", "segfault-2"}
    assert "SIGSEGV" in lost["segfault-2"]
    assert "SIGSEGV" in lost["crash-1"]
    assert len(found) == len(names)


@pytest.mark.parametrize("order", ["hang", "endless"])
def test_a_file_that_takes_too_long_is_given_up(
    order: str, capfd: pytest.CaptureFixture[str]
) -> None:
    found = answers([f"{order}-1", "a", "b"], jobs=1, seconds_each=1.0)
    assert capfd.readouterr() == ("", "")
    assert [type(answer) for answer in found] == [Lost, Done, Done]
    assert isinstance(found[0], Lost)
    assert found[0].cause == "took longer than 1 seconds"


def test_work_that_raises_costs_its_file_and_keeps_the_worker() -> None:
    found = answers(["a", "raise-1", "b"], jobs=1)
    lost = [answer for answer in found if isinstance(answer, Lost)]
    assert [answer.cause for answer in lost] == ["failed with ValueError: no good"]
    assert len({answer.value for answer in found if isinstance(answer, Done)}) == 1


def test_a_worker_cannot_take_more_memory_than_it_is_given() -> None:
    found = answers(["a", "hoard-1", "b", "hoard-2", "c"], jobs=1, memory_each=1 << 30)
    lost = {str(answer.path): answer.cause for answer in found if isinstance(answer, Lost)}
    assert set(lost) == {"hoard-1", "hoard-2"}
    assert all("MemoryError" in cause for cause in lost.values())
    # The worker survives it, and has its memory back for what follows.
    assert len({answer.value for answer in found if isinstance(answer, Done)}) == 1


def test_what_decoders_say_is_not_heard(capfd: pytest.CaptureFixture[str]) -> None:
    (found,) = answers(["noise-1"])
    assert isinstance(found, Done)
    assert capfd.readouterr() == ("", "")


def test_workers_let_others_go_first_as_far_as_asked() -> None:
    told = pool.run([Path("niceness-1")], obedient, jobs=1, seconds_each=30.0, nice=7)
    (found,) = (answer for answer in told if not isinstance(answer, Tick))
    assert isinstance(found, Done)
    assert found.value == os.nice(0) + 7


def test_workers_compute_with_one_thread() -> None:
    (found,) = answers(["threads-1"])
    assert isinstance(found, Done)
    assert found.value == "1"


def test_an_error_of_ours_at_the_start_is_shown_as_it_is() -> None:
    with pytest.raises(MirError, match="The model file is missing"):
        answers(["a"], without_model)


def test_workers_that_cannot_start_end_the_run() -> None:
    with pytest.raises(MirError, match=r"cannot start.*SIGKILL.*mir doctor"):
        answers(["a", "b"], dead_on_arrival)


def test_after_a_stop_nothing_is_begun_and_what_is_under_way_is_answered() -> None:
    heard: list[Done | Lost] = []
    tasks = (Path(f"file-{number}") for number in range(1000))
    for answer in pool.run(
        tasks, obedient, jobs=2, seconds_each=30.0, stop=lambda: len(heard) >= 5
    ):
        if not isinstance(answer, Tick):
            heard.append(answer)
    assert 5 <= len(heard) <= 5 + 2 * pool.QUEUED
    assert next(tasks) == Path(f"file-{len(heard)}")


def test_without_tasks_no_process_starts() -> None:
    assert answers([], dead_on_arrival) == []
