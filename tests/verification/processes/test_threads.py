"""A worker has one thread of BLAS, unless the user has said how many."""

import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from verification.processes.threads import SETTINGS
from verification.processes.workers import spread


@pytest.mark.parametrize(("setting", "number"), [(None, 1), ("2", 2)])
def test_a_worker_has_one_thread_of_blas(monkeypatch, setting, number):
    """As many workers as cores are at work already; a number that the user has set is kept."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    if setting:
        monkeypatch.setenv(SETTINGS[1], setting)
    with threadpool_limits(2, user_api="blas"):
        (found,) = spread(lambda task, worker: threadpool_info(), [None])
    assert {each["num_threads"] for each in found if each["user_api"] == "blas"} == {number}
