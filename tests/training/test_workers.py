import os

import pytest

from mir.training.workers import in_processes
from tests.training.worker_tasks import obey


def test_a_task_that_kills_its_process_costs_only_itself() -> None:
    orders = ["live", "die", "live", "live", "die"]
    found = list(in_processes(obey, orders, jobs=2))
    assert [each is None for each in found] == [order == "die" for order in orders]
    assert os.getpid() not in found


def test_one_job_needs_no_other_process() -> None:
    assert list(in_processes(obey, ["live", "live"], jobs=1)) == [os.getpid()] * 2
    assert list(in_processes(obey, [], jobs=2)) == []


def test_a_defect_is_not_hidden() -> None:
    with pytest.raises(ValueError, match="no good"):
        list(in_processes(obey, ["live", "raise"], jobs=2))
