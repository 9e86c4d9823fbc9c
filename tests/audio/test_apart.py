"""Processes apart: what goes wrong in one costs the call, and the next call is answered."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator

import numpy as np
import pytest

from mir.audio.apart import Apart
from mir.errors import AudioError, Busy, NotFound
from tests.audio.misbehaving import crash, eat, hang, leave, mine, missing, speak, stumble, twice


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    calls = Apart(memory=600 * 2**20)
    yield calls
    calls.close()


def test_a_call_is_answered_by_another_process_which_is_kept(apart: Apart) -> None:
    first = apart.call(mine)
    assert first not in (os.getpid(), None)
    assert apart.call(mine) == first
    samples = np.arange(300_000, dtype=np.float32)
    assert np.array_equal(apart.call(twice, samples), 2 * samples)
    assert apart.lost == 0


@pytest.mark.parametrize(
    ("bad", "said"),
    [(crash, "SIGSEGV"), (leave, "exit status 3"), (hang, "within 0.2 seconds")],
)
def test_whoever_ends_or_holds_it_is_told_and_nobody_else(
    apart: Apart, bad: object, said: str
) -> None:
    before, lost = apart.call(mine), apart.lost
    with pytest.raises(AudioError, match=said):
        apart.call(bad, seconds=0.2 if bad is hang else None)  # type: ignore[arg-type]
    assert apart.lost == lost + 1
    assert apart.call(mine) != before


def test_memory_is_bounded_and_defects_are_told(apart: Apart) -> None:
    before = apart.call(mine)
    with pytest.raises(AudioError, match="memory"):
        apart.call(eat, 2**30)
    with pytest.raises(AudioError, match="ZeroDivisionError"):
        apart.call(stumble)
    with pytest.raises(NotFound, match="nothing there"):
        apart.call(missing)
    assert apart.call(mine) == before


def test_it_says_nothing(apart: Apart, capfd: pytest.CaptureFixture[str]) -> None:
    apart.call(speak)
    assert capfd.readouterr() == ("", "")


def test_what_has_nothing_to_do_ends_and_is_replaced() -> None:
    calls = Apart(idle=0.01)
    first = calls.call(mine)
    (worker,) = calls._free
    worker.process.join()
    assert calls.call(mine) != first
    assert calls.lost == 0
    calls.close()


def test_calls_at_once_have_a_process_each_and_few_are_kept() -> None:
    calls = Apart(kept=1)
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(calls.call(mine))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 2
    assert calls.running == 1
    calls.close()
    with pytest.raises(Busy):
        calls.call(mine)


def test_closing_ends_what_is_at_work() -> None:
    calls = Apart()
    ended: list[str] = []

    def ask() -> None:
        try:
            calls.call(hang)
        except Busy:
            ended.append("busy")

    calls.call(mine)
    thread = threading.Thread(target=ask)
    thread.start()
    while not calls._at_work:
        pass
    calls.close()
    thread.join()
    assert ended == ["busy"]
    assert calls.running == 0


def test_signals_to_the_whole_group_do_not_reach_it(apart: Apart) -> None:
    number = apart.call(mine)
    os.kill(number, signal.SIGINT)
    os.kill(number, signal.SIGTERM)
    assert apart.call(mine) == number
    assert number in {each.pid for each in multiprocessing.active_children()}
