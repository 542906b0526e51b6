"""Blocks with a domain: no case has a number beyond it, whatever other conditions it has."""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import claimed
from verification import models
from verification.models.domains import between_0_and_1
from verification.models.model import Use
from verification.sampling.conditions import conditions
from verification.sampling.drawing import all_drawn
from verification.sampling.draws import cases
from verification.sampling.sample import in_floats
from verification.sampling.zeros import STEP

MODELS = (
    (models.gated_scan, "a", lambda a: (a >= 0) & (a < 1)),
    (models.gated_linear_attention, "g", lambda g: g <= 0),
)


def with_domain(model, names, domain):
    """The model, some of whose blocks have this domain."""
    blocks = (replace(each, domain=domain) if each.name in names else each for each in model.blocks)
    return replace(model, blocks=tuple(blocks))


@pytest.mark.parametrize(("model", "name", "within"), MODELS)
def test_drawn_cases_respect_it(model, name, within):
    for case in all_drawn(cases(model, claimed(model)), "0", 60):
        assert np.all(within(case.blocks[name]))


@pytest.mark.slow
@pytest.mark.parametrize(("model", "name", "within"), MODELS)
def test_the_designed_sample_respects_it(model, name, within):
    """Large numbers, patterns, zeros and shared memory among its levels."""
    design = in_floats(model, claimed(model))
    rows = design.rows(1)
    assert {"one large", "one that overflows"} <= {row.levels["inputs"] for row in rows}
    for i, row in enumerate(rows):
        if max(row.sizes.values()) < 70:
            assert np.all(within(design.make(row, np.random.default_rng(i)).blocks[name]))


def test_what_is_zero_may_be_zero():
    """A decay of 1 has the logarithm 0, and one of 0 lets go of everything; no gate that is above 0 is 0."""
    never = with_domain(models.gated_scan, "a", between_0_and_1)
    some = never, models.gated_scan, models.gated_linear_attention
    zeros = [{*conditions(model, claimed(model))["zero"]} for model in some]
    assert [{"a", "g"} & each for each in zeros] == [set(), {"a"}, {"g"}]
    assert [{"x", "q", STEP} & each for each in zeros] == [{"x", STEP}, {"x", STEP}, {"q", STEP}]


@pytest.mark.parametrize("names", [("h0",), ("h0", "c0")])
def test_a_state_that_is_zero_alone_is_claimed_as_zero(names):
    """Whatever its scope says: no level asks for a large one, and no run waits for one that is not zero."""
    model = with_domain(models.lstm, names, np.zeros_like)
    claim = claimed(model)
    assert claim.free == tuple(block.name for block in model.of(Use.STATE) if block.name not in names)
    design = in_floats(model, claim)
    for i, row in enumerate(design.rows(1)):
        if max(row.sizes.values()) < 70:
            case = design.make(row, np.random.default_rng(i))
            assert not any(case.blocks[name].any() for name in names)
