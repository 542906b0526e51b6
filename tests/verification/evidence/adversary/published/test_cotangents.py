"""Conditions on cotangents hold of those that they name."""

import numpy as np
import pytest

from tests.verification.evidence.adversary.calls import call, met

DENSE = np.random.default_rng(1).uniform(0.1, 1, (3, 4, 3))
NONE = np.zeros((3, 3))


def lacking(index):
    """Cotangents of outputs without these."""
    some = DENSE.copy()
    some[index] = 0
    return some


HOLDING = {
    "the outputs have no cotangent": {"d_outputs": 0 * DENSE},
    "the final state has no cotangent": {"d_h": NONE, "d_c": NONE},
    "d_outputs is given at the last step alone": {"d_outputs": lacking((slice(None), slice(0, -1)))},
    "d_outputs lacks the last step": {"d_outputs": lacking((slice(None), -1))},
    "d_outputs lacks a record": {"d_outputs": lacking(1)},
    "d_outputs lacks a unit": {"d_outputs": lacking((slice(None), slice(None), 2))},
    "d_outputs is nowhere negative": {"d_outputs": DENSE},
    "d_outputs is all ones": {"d_outputs": np.ones_like(DENSE)},
    "d_outputs is the same for all units": {"d_outputs": np.repeat(DENSE[..., :1], 3, axis=2)},
    "d_outputs is beyond 1e4": {"d_outputs": 1e5 * DENSE},
    "d_outputs is below 1e-8, not zero": {"d_outputs": 1e-9 * DENSE},
    "d_c is zero, d_h is not": {"d_c": NONE},
    "d_h equals d_c, not zero": {"d_h": DENSE[:, 0], "d_c": DENSE[:, 0]},
}


@pytest.mark.parametrize("name", HOLDING)
def test_a_condition_holds_of_what_it_names(name):
    """And not of random numbers."""
    assert met(name, call(**HOLDING[name]))
    assert not met(name, call())
