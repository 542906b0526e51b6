"""Conditions on numbers hold of the numbers that they name, and of no random ones."""

import numpy as np
import pytest

from tests.verification.evidence.adversary.calls import BY_NAME, call, met
from verification.evidence.adversary.condition import PATTERNS, ZEROS

RNG = np.random.default_rng(1)
DENSE = RNG.uniform(-1, 1, (3, 4, 2))
WEIGHTS = RNG.uniform(-1, 1, (12, 3))


def changed(array, index, value=0.0):
    """The array with another number there."""
    array = array.copy()
    array[index] = value
    return array


HOLDING = {
    "W is symmetric": {"W": np.tile(np.eye(3) + 1, (4, 1))},
    "W is diagonal": {"W": np.tile(np.eye(3), (4, 1))},
    "W is triangular": {"W": np.tile(np.tril(WEIGHTS[:3]), (4, 1))},
    "W has a gate of zeros": {"W": changed(WEIGHTS, slice(3, 6))},
    "W has a column of zeros": {"W": changed(WEIGHTS, (slice(None), 1))},
    "W has a zero": {"W": changed(WEIGHTS, (0, 0))},
    "W has a number beyond 40": {"W": changed(WEIGHTS, (0, 0), -41)},
    "U is zero": {"U": np.zeros((12, 2))},
    "U has a row of zeros": {"U": changed(WEIGHTS[:, :2], 4)},
    "b is 1 for f and 0 elsewhere": {"b": np.repeat([0.0, 1.0, 0.0, 0.0], 3)},
    "b is the same for all units": {"b": np.repeat([0.5, 1.0, -1.0, 2.0], 3)},
    "b has one number that is not zero": {"b": changed(np.zeros(12), 5, 2.0)},
    "xs has a step of zeros": {"xs": changed(DENSE, (slice(None), 1))},
    "xs is zero at the last step": {"xs": changed(DENSE, (slice(None), -1))},
    "xs is zero at a record's last step": {"xs": changed(DENSE, (1, -1))},
    "xs has a record of zeros": {"xs": changed(DENSE, 1)},
    "xs is zero but at the first step": {"xs": changed(DENSE, (slice(None), slice(1, None)))},
    "xs is one-hot": {"xs": np.eye(2)[np.arange(12).reshape(3, 4) % 2]},
    "xs is of whole numbers": {"xs": np.ceil(DENSE)},
    "xs is the same at all steps": {"xs": np.repeat(DENSE[:, :1], 4, axis=1)},
    "xs is the same in all records": {"xs": np.repeat(DENSE[:1], 3, axis=0)},
    "xs is the same backwards in time": {"xs": DENSE + DENSE[:, ::-1]},
    "xs never falls from step to step": {"xs": np.sort(DENSE, axis=1)},
    "h0 is zero, c0 is not": {"h0": np.zeros((3, 3))},
    "c0 is zero, h0 is not": {"c0": np.zeros((3, 3))},
    "h0 equals c0, not zero": {"h0": np.ones((3, 3)), "c0": np.ones((3, 3))},
    "c0 has a unit of zeros": {"c0": changed(WEIGHTS[:3], (slice(None), 2))},
    "float64, a pre-activation beyond 710": {"b": changed(np.zeros(12), 0, 800.0)},
}


@pytest.mark.parametrize("name", HOLDING)
def test_a_condition_holds_of_what_it_names(name):
    """And not of random numbers."""
    assert met(name, call(**HOLDING[name]))
    assert not met(name, call())


def test_random_numbers_have_no_zeros_and_no_pattern():
    """Of no array."""
    assert [
        each.name for each in BY_NAME.values() if each.kind in (ZEROS, PATTERNS) and each.met(call())
    ] == []


def test_single_precision_overflows_earlier():
    """Beyond 89."""
    b = changed(np.zeros(12), 0, 100.0)
    assert met("float32, a pre-activation beyond 89", call(dtype="float32", b=b.astype("float32")))
    assert not met("float64, a pre-activation beyond 710", call(b=b))
