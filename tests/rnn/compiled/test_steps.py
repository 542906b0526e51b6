"""What compiled loops share."""

import numpy as np
import pytest

from rnn.compiled.options import compiled
from rnn.compiled.steps import FEW, ahead, carry_back, collect, first_active, flush, put
from rnn.compiled.tiles import arranged


@compiled
def carried(da, panels, dh, active, N, lo, hi):
    """The carry, as loops take it back."""
    carry_back(da, panels, dh, active, N, lo, hi)


@compiled
def active(firsts, stops, offset):
    """What is written into loops, called."""
    return first_active(firsts, stops, offset)


@compiled
def made_ahead(firsts, stops, known, records):
    """The same."""
    return ahead(firsts, stops, known, records)


@compiled
def flushed(part, below):
    """The same."""
    flush(part, below)


@compiled
def collected(part, cotangents):
    """The same."""
    collect(part, cotangents)


@compiled
def put_in(da, das, adds):
    """The same."""
    put(da, das, adds)


@pytest.mark.parametrize("lo", [0, 2])
def test_a_carry_goes_back_by_w(lo):
    """Of the sweeps under way alone, and of a block's records alone."""
    rng = np.random.default_rng(0)
    sweeps, N, hi, active = 3, 6, 6 - lo, 1
    da, W = rng.standard_normal((sweeps * N, 5)), rng.standard_normal((5, 4))
    dh = np.full((sweeps * N, 4), 7.0)
    carried(da, arranged(W), dh, active, N, lo, hi)
    want = np.full((sweeps, N, 4), 7.0)
    want[active:, lo:hi] = (da @ W).reshape(sweeps, N, 4)[active:, lo:hi]
    np.testing.assert_allclose(dh, want.reshape(-1, 4), rtol=1e-14)


def test_sweeps_end_the_shallowest_first():
    """At an offset, the first of those that go deeper."""
    firsts, stops = np.array([4, 2, 0]), np.array([5, 5, 6])
    assert [active(firsts, stops, offset) for offset in range(6)] == [0, 1, 1, 2, 2, 2]


def test_of_few_records_steps_are_made_ahead():
    """Those that a sweep comes to, and that are not known yet, once each; of many records none."""
    firsts, stops = np.array([5, 1, 1]), np.array([6, 3, 4])
    known = np.array([False, False, True, False, False, False, False])
    assert made_ahead(firsts, stops, known.copy(), FEW).tolist() == []
    assert made_ahead(firsts, stops, known, FEW - 1).tolist() == [5, 1, 3]
    assert known.tolist() == [False, True, True, True, False, True, False]


def test_flush_sets_what_is_small_to_zero():
    """And leaves all else as it is, NaN and infinity too."""
    part = np.array([[1e-40, -1e-40, 1e-30, -2.0], [np.nan, np.inf, -np.inf, 0.0]])
    flushed(part, 1e-35)
    np.testing.assert_array_equal(part, [[0, 0, 1e-30, -2.0], [np.nan, np.inf, -np.inf, 0.0]])


def test_collect_and_put():
    """A loss's cotangents are added; da is added where others have been, and written else."""
    part, more = np.ones((2, 3)), np.arange(6.0).reshape(2, 3)
    collected(part, more)
    np.testing.assert_array_equal(part, 1 + more)
    das = np.full((2, 3), np.nan)
    put_in(more, das, False)
    put_in(more, das, True)
    np.testing.assert_array_equal(das, 2 * more)
