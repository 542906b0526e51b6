"""Ways back with what a model names held constant; other alternatives are faults of tests/layers/faults."""

from dataclasses import replace

import autograd.numpy as anp
import numpy as np
import pytest

from tests.cases import a_case
from verification import Block, Model, Use, models
from verification.diagnosis.alternatives import with_held
from verification.diagnosis.going_back import Steps
from verification.models.model import When
from verification.truth import replay

NAMES = {
    models.slstm: ("stabiliser", "normaliser"),
    models.mlstm: ("stabiliser", "least normaliser", "normaliser"),
    models.delta_rule: ("matrix that a key reads",),
    models.gated_delta_rule: ("matrix that a key reads",),
    models.rwkv7: ("matrix that a key reads",),
    models.momentum_delta_rule: ("matrix that a key reads",),
    models.lstm: (),
}


@pytest.mark.parametrize(("model", "names"), NAMES.items(), ids=lambda each: getattr(each, "name", ""))
def test_what_a_model_names_is_held_constant(model, names):
    """Of a step and of an output."""
    case = a_case(model)
    gradient, held = replay.gradient(case), [*with_held(Steps.of(case))]
    assert [words for words, _ in held] == [f"the {name} were held constant" for name in names]
    for _, other in held:
        found = other()
        assert any(not np.allclose(found[name], gradient[name]) for name in gradient)


def test_a_model_of_one_s_own_names_what_it_likes():
    """Before its step as well, and with a surrogate beside it."""

    def step(f, p, x, h):
        return f.squash(x) + 0 * f.surrogate(h, f.stop(h)) + h

    def output(f, p, x, h):
        return h / f.named("size", anp.sum(h * h, axis=-1, keepdims=True))

    blocks = (Block("x", ("H",), Use.INPUT), Block("h0", ("H",), Use.STATE))
    own = Model("own", blocks, step, functions={"squash": ("tanh",)}, output=output, reads=When.BEFORE)
    case = a_case(own)
    h, d = case.blocks["h0"], case.objective.outputs[:, 0]
    case = replace(case, objective=case.objective.of_output(0))
    ((words, held),) = with_held(Steps.of(case))
    assert words == "the size were held constant"
    due = d / np.sum(h * h, axis=-1, keepdims=True)
    np.testing.assert_allclose(held()["h0"], due, rtol=1e-12)
