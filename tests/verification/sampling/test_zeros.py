"""A part of a case is zero, and nothing else is."""

import numpy as np
import pytest

from verification.models import linear, lstm
from verification.models.case import random_case
from verification.sampling.conditions import (
    NOT_OF_RECORD,
    NOT_OF_STEP,
    NOT_OF_UNIT,
    RECORD,
    STATE_OF_RECORD,
    STEP,
)
from verification.sampling.zeros import with_zeros


def zeros(model=lstm, seed=0, **levels):
    """Where the arrays of a case are zero, by name; its random numbers are nowhere."""
    rng = np.random.default_rng(seed)
    case = with_zeros(random_case(model, rng, {"H": 3, "D": 2}, 3, 4), levels, rng)
    arrays = {**case.blocks, **case.objective.arrays()}
    return {name: array == 0 for name, array in arrays.items() if not array.all()}


@pytest.mark.parametrize("name", ["U", "b", "xs", "h0", "c0"])
def test_one_block_is_zero_by_itself(name):
    """All of it, and no other number."""
    found = zeros(zero=name)
    assert list(found) == [name]
    assert found[name].all()


@pytest.mark.parametrize(
    ("level", "names", "axis"),
    [
        (RECORD, {"xs", "h0", "c0"}, 0),
        (STATE_OF_RECORD, {"h0", "c0"}, 0),
        (STEP, {"xs"}, 1),
    ],
)
def test_a_record_or_a_step_is_zero(level, names, axis):
    """The same of every array that has a part of it; any of them by another seed."""
    seen = set()
    for seed in range(12):
        found = zeros(seed=seed, zero=level)
        assert set(found) == names
        (index,) = {
            tuple(np.flatnonzero(np.moveaxis(where, axis, 0).reshape(where.shape[axis], -1).all(axis=1)))
            for where in found.values()
        }
        assert len(index) == 1
        assert all(where.sum() == where.size // where.shape[axis] for where in found.values())
        seen |= {*index}
    assert len(seen) > 1


def test_what_is_large_is_not_made_zero():
    """Another record is, and another step."""
    for seed in range(9):
        rng = np.random.default_rng(seed)
        case = random_case(lstm, rng, {"H": 3, "D": 2}, 2, 2)
        case.blocks["xs"][1, 0, 0] = 9
        for level in (RECORD, STEP):
            assert np.abs(with_zeros(case, {"zero": level}, rng).blocks["xs"]).max() == 9


@pytest.mark.parametrize(
    ("level", "names", "axis"),
    [
        (NOT_OF_RECORD, {"d_outputs", "d_state[0]", "d_state[1]"}, 0),
        (NOT_OF_UNIT, {"d_outputs", "d_state[0]", "d_state[1]"}, -1),
        (NOT_OF_STEP, {"d_outputs"}, 1),
    ],
)
def test_a_record_a_unit_or_a_step_has_no_cotangent(level, names, axis):
    """One of each, in whatever has it."""
    found = zeros(cotangents=level)
    assert set(found) == names
    for where in found.values():
        along = np.moveaxis(where, axis, 0).reshape(where.shape[axis], -1)
        assert along.all(axis=1).sum() == 1
        assert along.any(axis=1).sum() == 1


def test_nothing_is_zero_where_nothing_is_said():
    """Of any model."""
    assert zeros() == {}
    assert zeros(linear, zero="no block", cotangents="everywhere") == {}
