"""A value that a model names is tried as a constant, and a diagnosis calls it so."""

from dataclasses import replace

import autograd.numpy as anp
import numpy as np
import pytest

from tests.cases import a_case
from verification import Block, Model, Use, models
from verification.diagnosis.held import names_of, with_held
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
def test_each_changes_the_gradient_and_not_the_forward(model, names):
    """Of a step and of an output."""
    case = a_case(model)
    assert names_of(case) == names
    gradient, forward = replay.gradient(case), replay.forward(case)
    held = [*with_held(case)]
    assert [words for words, _ in held] == [f"the {name} were held constant" for name in names]
    for _, other in held:
        for name, array in replay.forward(other).items():
            np.testing.assert_array_equal(array, forward[name])
        told = replay.gradient(other)
        assert any(not np.allclose(told[name], gradient[name]) for name in gradient)


def test_a_model_of_one_s_own_names_what_it_likes():
    """Before its step as well, and with a surrogate beside it."""

    def step(f, p, x, h):
        return f.squash(x) + 0 * f.surrogate(h, f.stop(h)) + h

    def output(f, p, x, h):
        return h / f.named("size", anp.sum(h * h, axis=-1, keepdims=True))

    blocks = (Block("x", ("H",), Use.INPUT), Block("h0", ("H",), Use.STATE))
    own = Model("own", blocks, step, functions={"squash": ("tanh",)}, output=output, reads=When.BEFORE)
    case = a_case(own)
    ((words, other),) = with_held(case)
    assert words == "the size were held constant"
    h, d = case.blocks["h0"], case.objective.outputs[:, 0]
    one = replace(other, objective=replace(other.objective, outputs=np.array(case.objective.outputs)))
    one.objective.outputs[:, 1:] = 0
    one = replace(one, objective=replace(one.objective, state=(0 * h,)))
    due = d / np.sum(h * h, axis=-1, keepdims=True)
    np.testing.assert_allclose(replay.gradient(one)["h0"], due, rtol=1e-12)
