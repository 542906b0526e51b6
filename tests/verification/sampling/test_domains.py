"""Blocks with a domain: no case has a number beyond it, whatever other conditions it has."""

from dataclasses import replace

import numpy as np
import pytest

from tests.layers import gated_linear_attention, gated_scan, lstm
from verification import layer, models
from verification.models.domains import between_0_and_1
from verification.models.model import Use
from verification.sampling.conditions import conditions
from verification.sampling.drawing import all_drawn
from verification.sampling.draws import cases
from verification.sampling.sample import in_floats
from verification.sampling.zeros import STEP

MODELS = (
    (models.gated_scan, gated_scan, "a", lambda a: (a >= 0) & (a < 1)),
    (models.gated_linear_attention, gated_linear_attention, "g", lambda g: g <= 0),
)


def claim_of(model, module):
    """Of its plain layer."""
    return layer(module.forward, module.backward, model=model).claim


@pytest.mark.parametrize(("model", "module", "name", "within"), MODELS)
def test_drawn_cases_respect_it(model, module, name, within):
    """With and without conditions."""
    for case in all_drawn(cases(model, claim_of(model, module)), "0", 60):
        assert np.all(within(case.blocks[name]))


@pytest.mark.slow
@pytest.mark.parametrize(("model", "module", "name", "within"), MODELS)
def test_the_designed_sample_respects_it(model, module, name, within):
    """Large numbers, patterns, zeros and shared memory among its levels."""
    design = in_floats(model, claim_of(model, module))
    rows = design.rows(1)
    assert {"one large", "one that overflows"} <= {row.levels["inputs"] for row in rows}
    for i, row in enumerate(rows):
        if max(row.sizes.values()) < 70:
            assert np.all(within(design.make(row, np.random.default_rng(i)).blocks[name]))


def test_what_is_zero_may_be_zero():
    """A decay of 1 has the logarithm 0, and one of 0 lets go of everything; no gate that is above 0 is 0."""
    blocks = (
        replace(each, domain=between_0_and_1) if each.name == "a" else each
        for each in models.gated_scan.blocks
    )
    never = replace(models.gated_scan, blocks=tuple(blocks))
    zeros = [
        {*conditions(model, claim_of(model, module))["zero"]}
        for model, module in ((never, gated_scan), *((model, module) for model, module, *_ in MODELS))
    ]
    assert [{"a", "g"} & each for each in zeros] == [set(), {"a"}, {"g"}]
    assert [{"x", "q", STEP} & each for each in zeros] == [{"x", STEP}, {"x", STEP}, {"q", STEP}]


@pytest.mark.parametrize("names", [("h0",), ("h0", "c0")])
def test_a_state_that_is_zero_alone_is_claimed_as_zero(names):
    """Whatever its scope says: no level asks for a large one, and no run waits for one that is not zero."""
    blocks = tuple(
        replace(block, domain=np.zeros_like) if block.name in names else block for block in models.lstm.blocks
    )
    model = replace(models.lstm, blocks=blocks)
    claim = claim_of(model, lstm)
    assert claim.free == tuple(block.name for block in model.of(Use.STATE) if block.name not in names)
    design = in_floats(model, claim)
    for i, row in enumerate(design.rows(1)):
        if max(row.sizes.values()) < 70:
            case = design.make(row, np.random.default_rng(i))
            assert not any(case.blocks[name].any() for name in names)
