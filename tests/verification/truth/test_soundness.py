"""A model is checked before anyone is judged by it; each fault of one is told in one line."""

from dataclasses import replace

import autograd.numpy as anp
import numpy as np
import pytest

from verification.asked.functions import Function
from verification.asked.model import Model
from verification.models import SHIPPED, lstm, scan, vanilla
from verification.truth.soundness import check


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.name)
def test_the_shipped_models_are_sound(model):
    """With every function that may play a role."""
    check(model)


def lossy(f, p, x, h):
    """A constant to autograd, though it is none."""
    return x.a * h + np.array(h._value if hasattr(h, "_value") else h)


def numb(f, p, x, h):
    """An array that is written into."""
    after = np.zeros(h.shape, h.dtype)
    after[:] = x.a * h
    return after


STEPS = {
    "raises": (lambda f, p, x, h: x.a @ h, "the step does not run: ValueError: matmul: Input operand"),
    "returns too few": (lambda f, p, x, h: (), r"the step returns 0 state arrays, needed 1 \(h0\)"),
    "returns a number": (lambda f, p, x, h: 3.0, "the step returns a float for h0, needed an ndarray"),
    "another shape": (lambda f, p, x, h: h[:1], r"the step returns shape \(1, 4\) for h0, needed \(2, 4\)"),
    "another type": (
        lambda f, p, x, h: (x.a * h).astype(np.float32),
        "the step returns float32 for h0, needed the .* it is given",
    ),
    "no such block": (lambda f, p, x, h: p.Q * h, "the step asks for block 'Q', needed one of "),
    "no such input": (lambda f, p, x, h: x.Q * h, "the step asks for block 'Q', needed one of a, x"),
    "no such function": (
        lambda f, p, x, h: f.gate(h),
        "the step asks for function 'gate', needed one of stop, surrogate",
    ),
    "mixes records": (lambda f, p, x, h: x.a * h - anp.mean(h), "the step mixes records, needed each"),
    "no derivative": (numb, "the step uses what autograd cannot differentiate: "),
    "oracles disagree": (lossy, "its oracles disagree on a: autograd says .*, differences say "),
}


@pytest.mark.parametrize(("step", "message"), STEPS.values(), ids=STEPS)
def test_a_step_that_none_can_be_judged_by(step, message):
    """The first thing that is wrong, in one line."""
    with pytest.raises(ValueError, match=f"^model scan: {message}") as refused:
        check(replace(scan, step=step))
    assert "\n" not in str(refused.value)


READOUTS = {
    "raises": ({"readout": lambda f, p, h: h @ p.V}, "the readout or the loss does not run: ValueError"),
    "no such block": ({"readout": lambda f, p, h: h @ p.W}, "the readout or the loss asks for block 'W'"),
    "one number": (
        {"loss": lambda f, o, target: anp.sum(o - target)},
        r"the loss has shape \(\), needed one number a record, \(2,\)",
    ),
}


@pytest.mark.parametrize(("changes", "message"), READOUTS.values(), ids=READOUTS)
def test_a_readout_or_loss_that_none_can_be_judged_by(changes, message):
    """Where a model has a readout, it is checked as well."""
    with pytest.raises(ValueError, match=f"^model vanilla: {message}"):
        check(replace(vanilla, **changes))


def test_declared_departures_are_no_disagreement():
    """Differences see the declared derivative: stopped, surrogate, a slope of one's own."""
    own = Function("own", lambda a: anp.where(a > 0, 1.0, 0.0) + 0 * a, slope=lambda a: 2 + 0 * a)

    def step(f, p, x, h):
        return x.a * f.stop(h) + f.surrogate(anp.sign(h), h) + f.own(x.x)

    check(replace(scan, step=step, functions={"own": (own,)}))


def test_a_function_that_disagrees_is_named():
    """Each function that may play a role is tried."""
    crude = Function("crude", lambda a: a + np.array(a._value if hasattr(a, "_value") else a))
    functions = {**lstm.functions, "output": ("tanh", crude)}
    with pytest.raises(ValueError, match=r"its oracles disagree on .* \(sigmoid, tanh, crude\)"):
        check(replace(lstm, functions=functions))


def test_a_model_s_blocks_may_have_any_names():
    """Also those of another model, for other uses."""
    names = {"a": "U", "x": "W", "h0": "b"}
    blocks = tuple(replace(block, name=names[block.name]) for block in scan.blocks)
    check(Model("renamed", blocks, lambda f, p, x, b: x.U * b + x.W))
