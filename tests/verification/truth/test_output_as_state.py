"""An output that is no state: every oracle tells its gradient, and nothing of the state it is made into."""

from dataclasses import replace

import numpy as np
import pytest

from verification.models import gated_linear_attention, rwkv6
from verification.models.case import Targets, random_case
from verification.models.model import Block, Model, Use
from verification.truth import complex_step, exact, replay
from verification.truth.lag_table import lag_table
from verification.truth.output_as_state import as_state
from verification.truth.perturbed_replays import replayed

SIZES = {"A": 2, "K": 3, "V": 2}


def case_of(model):
    """A case of three steps."""
    return random_case(model, np.random.default_rng(0), SIZES, 2, 3)


@pytest.mark.parametrize("model", [gated_linear_attention, rwkv6])
def test_the_oracles_agree(model):
    """Replays, both tables, and complex steps, on every block and on no other."""
    case = case_of(model)
    truth = replay.gradient(case)
    assert set(truth) == {block.name for block in model.blocks}
    for found in (
        complex_step.gradient(case),
        lag_table(case).gradient(case.reach),
        {name: each.truth for name, each in replayed(case).expected().items()},
    ):
        assert set(found) == set(truth)
        for name, array in found.items():
            assert np.allclose(array, truth[name], rtol=1e-13, atol=1e-15)


def test_in_fractions():
    """Exact gradients of rational numbers are those of autograd."""
    x, h = Block("x", ("H",), Use.INPUT), Block("h0", ("H",), Use.STATE)
    model = Model("m", (x, h), lambda f, p, x, h: h / 2 + x, output=lambda f, p, x, h: 3 * h * x)
    case = random_case(model, np.random.default_rng(0), {"H": 2}, 2, 3)
    truth = replay.gradient(case)
    changed = np.vectorize(exact.Fraction, otypes=[object])
    rational = replace(
        case,
        blocks={name: changed(array) for name, array in case.blocks.items()},
        objective=case.objective.replaced(changed),
    )
    for name, array in exact.gradient(rational).items():
        assert np.allclose(array.astype(float), truth[name].astype(float), rtol=1e-14)


def test_a_case_of_targets_stays_as_it_is():
    """Its losses are of the readout, which reads states."""
    case = case_of(gated_linear_attention)
    of_targets = replace(case, objective=Targets(np.zeros((2, 1, 2)), last=True))
    assert as_state(of_targets) is of_targets
    assert as_state(case) is not case
