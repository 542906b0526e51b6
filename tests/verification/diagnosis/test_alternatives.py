"""Other ways back with the same forward: most are told of faults in tests/layers/faults."""

from dataclasses import replace

import autograd.numpy as anp
import numpy as np
import pytest

from tests.cases import a_case
from tests.layers import gru, layer_with, vanilla
from verification import Block, Model, Use, models
from verification.diagnosis.alternatives import with_carries, with_held, with_loops
from verification.diagnosis.going_back import Steps
from verification.diagnosis.probe import healthy_case, look_at
from verification.models.model import When
from verification.truth import replay

LOOP = "for t in reversed(range(xs.shape[1])):"
ADDED = "da = (dh + d_outputs[:, t]) * (1 - h * h)"
NONE = "d_xs[:] = 0\n    "

# Of a layer: what is made of it, by which alternatives, and what that is called.
PLAIN = {
    "a loop that ends early": (
        (models.vanilla, vanilla, LOOP, f"{NONE}for t in reversed(range(xs.shape[1] - 1)):"),
        *(with_loops, "the last step were left out on the way back"),
    ),
    "the next output": (
        (
            *(models.vanilla, vanilla, ADDED),
            "later = d_outputs[:, t + 1] if t + 1 < xs.shape[1] else 0 * h\n        "
            "da = (dh + later) * (1 - h * h)",
        ),
        *(with_loops, "each step took the cotangent of the next one's output"),
    ),
    "the previous output": (
        (
            *(models.vanilla, vanilla, ADDED),
            "da = (dh + (d_outputs[:, t - 1] if t else 0 * h)) * (1 - h * h)",
        ),
        *(with_loops, "each step took the cotangent of the previous one's output"),
    ),
    # What a reset gate's own gradient is made of stays as it was on the way forward.
    "turned beside a gate": (
        (
            *(models.gru, gru, "dh = dw @ W + dh * z"),
            "dh = dw @ np.concatenate([part.T for part in np.split(W, 3)]) + dh * z",
        ),
        *(with_carries, "W were transposed on the way back"),
    ),
}


@pytest.mark.parametrize(("planted", "alternatives", "words"), PLAIN.values(), ids=PLAIN)
def test_each_is_what_a_plain_layer_with_it_gives(planted, alternatives, words):
    """Every gradient."""
    engine = layer_with(*planted)
    seen = look_at(engine, healthy_case(engine))
    gradients = dict(alternatives(Steps.of(seen.truth.case)))[words]()
    assert seen.wrong
    for name, got in seen.got.items():
        np.testing.assert_allclose(gradients[name].astype(float), got, 1e-10, 1e-13)


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
        told = other()
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
    h, d = case.blocks["h0"], case.objective.outputs[:, 0]
    case = replace(case, objective=case.objective.of_output(0))
    ((words, held),) = with_held(Steps.of(case))
    assert words == "the size were held constant"
    due = d / np.sum(h * h, axis=-1, keepdims=True)
    np.testing.assert_allclose(held()["h0"], due, rtol=1e-12)
