"""A process of its own: its threads, its result, its failure."""

import os

import numpy as np
import pytest

from benchmarks import fresh
from benchmarks.machine import cores


def test_every_library_is_told_the_threads(monkeypatch):
    """OpenMP, each BLAS, and JAX, whose flags are added to those that are there."""
    monkeypatch.setenv("XLA_FLAGS", "--mine")
    one, all_of_them = fresh.environment(1), fresh.environment(8)
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NPROC"):
        assert (one[name], all_of_them[name]) == ("1", "8")
    assert one["XLA_FLAGS"] == "--mine --xla_cpu_multi_thread_eigen=false"
    assert all_of_them["XLA_FLAGS"] == "--mine --xla_cpu_multi_thread_eigen=true"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="the system cannot keep a process to one")
@pytest.mark.parametrize("threads", [1, cores(), cores() + 1])
def test_a_child_has_a_processor_for_each_thread(threads):
    """As far as there are so many, and its parent keeps its own."""
    before = cores()
    assert fresh.call("machine.cores", threads) == min(threads, before)
    assert cores() == before


def test_a_result_comes_back():
    """Computed in another interpreter."""
    assert fresh.call("machine.versions", 1)["numpy"] == np.__version__


def test_blas_has_the_threads_that_were_asked_for():
    """As the child itself sees them."""
    pytest.importorskip("threadpoolctl")
    pools = [pool for pool in fresh.call("machine.blas", 1) if pool["user_api"] == "blas"]
    assert all(pool["num_threads"] == 1 for pool in pools)


def test_a_failure_is_reported(capfd):
    """The child's own words go to standard error, and the caller gets an exception with the name."""
    with pytest.raises(fresh.Failed, match=r"benchmarks\.machine\.nothing ended with exit code 1"):
        fresh.call("machine.nothing", 1)
    assert "AttributeError" in capfd.readouterr().err
