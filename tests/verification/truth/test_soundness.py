"""A model is checked before anyone is judged by it; each fault of one is reported in one line."""

from dataclasses import replace

import autograd.numpy as anp
import numpy as np
import pytest
from autograd.extend import defvjp, primitive

from tests import operations
from tests.quick import first_quick
from tests.verification.truth.departing import DEPARTING
from verification import Scope, layer
from verification.models import SHIPPED, complex_scan, lstm, scan, vanilla
from verification.models.case import random_case
from verification.models.functions import Function
from verification.models.model import Block, Model, Use
from verification.truth import complex_step, replay, steps
from verification.truth.lag_table import grouped_table, lag_table
from verification.truth.perturbed_replays import replayed
from verification.truth.soundness import ROUNDED, check, check_exact, check_in


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.name)
def test_the_shipped_models_are_sound(model):
    """With every function that may play a role."""
    check(model)


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
    "oracles disagree": (
        lambda f, p, x, h: x.a * h + np.array(getattr(h, "_value", h)),
        "its oracles disagree on a: autograd says .*, differences say ",
    ),
    # In some small size, which is named: an axis of one number is dropped.
    "squeezed": (
        lambda f, p, x, h: anp.squeeze(x.a * h),
        r"the step returns shape \(\) for h0, needed \(1, 1\), at N 1, T 3, H 1$",
    ),
    "squeezed inputs": (
        lambda f, p, x, h: x.a * h + anp.squeeze(x.x),
        r"the step returns shape \(2, 2\) for h0, needed \(2, 1\), at N 2, T 3, H 1$",
    ),
    "a second unit": (
        lambda f, p, x, h: x.a * h + h[:, [1]],
        "the step does not run: IndexError: .*, at N 1, T 3, H 1$",
    ),
}


READOUTS = {
    "raises": ({"readout": lambda f, p, h: h @ p.V}, "the readout or the loss does not run: ValueError"),
    "no such block": ({"readout": lambda f, p, h: h @ p.W}, "the readout or the loss asks for block 'W'"),
    "one number": (
        {"loss": lambda f, o, target: anp.sum(o - target)},
        r"the loss has shape \(\), needed one number a record, \(2,\)",
    ),
}


WRONG = {
    **{f"a step: {name}": (scan, {"step": step}, message) for name, (step, message) in STEPS.items()},
    **{f"a readout: {name}": (vanilla, *row) for name, row in READOUTS.items()},
}


@pytest.mark.parametrize(("model", "changes", "message"), WRONG.values(), ids=WRONG)
def test_a_model_that_none_can_be_judged_by(model, changes, message):
    """The first thing that is wrong, in one line."""
    with pytest.raises(ValueError, match=f"^model {model.name}: {message}") as refused:
        check(replace(model, **changes))
    assert "\n" not in str(refused.value)


def test_declared_departures_are_no_disagreement():
    """Differences see the declared derivative, and what is computed of Fractions is such."""
    check(DEPARTING)
    check_exact(DEPARTING, {"own": ("own",)}, "cotangents")


def test_a_function_that_disagrees_is_named_where_it_may_play_a_role():
    """By default each of the model's; of an engine, each that its scope has."""
    crude = Function("crude", lambda a: a + np.array(a._value if hasattr(a, "_value") else a))
    model = replace(lstm, functions={**lstm.functions, "output": ("tanh", crude)})
    with pytest.raises(ValueError, match=r"its oracles disagree on .* \(sigmoid, tanh, crude\)"):
        check(model)
    check(model, {"gate": ("sigmoid",), "candidate": ("tanh",), "output": ("tanh",)})
    claim = layer(print, print, model=model).claim
    assert claim.functions["output"] == ("tanh",)
    for functions in ({"output": ("crude",)}, {"output": ("crude",), "gate": ("rational_gate",)}):
        gate, *_ = functions.get("gate", ("sigmoid",))
        with pytest.raises(ValueError, match=rf"its oracles disagree on .* \({gate}, tanh, crude\)"):
            layer(print, print, model=model, scope=Scope(functions=functions))


BLOCKS = (
    Block("w", ("H", "H"), Use.STEP),
    Block("x", ("H", "H"), Use.INPUT),
    Block("h0", ("H", "H"), Use.STATE),
)


@first_quick("name", operations.NAMES, 20)
def test_an_operation_of_autograd_is_good_for_every_oracle_or_refused(name):
    """All oracles that apply say the same, in sizes that the check has not tried; or it is one line."""
    call = operations.call(name)

    def step(f, p, x, h):
        return 0.5 * h + call(0.5 + 0.25 * x, 0.5 + 0.25 * p.w) + 0 * x

    model = Model("own", BLOCKS, step)
    if name in operations.REFUSED:
        with pytest.raises(ValueError, match=f"^model own: .*{operations.REFUSED[name]}") as refused:
            check(model)
        assert "\n" not in str(refused.value)
        return
    called = ROUNDED.get(getattr(anp, name, None))
    if called:
        with pytest.raises(
            ValueError, match=f"^model own: the step calls np.{called} itself, .*: write .*f[.]"
        ):
            check(model)
    else:
        check(model)
    for dtype, records, size in ((np.float64, 2, 5), (np.float32, 1, 2)):
        case = random_case(model, np.random.default_rng(0), {"H": size}, records, 3, dtype)
        truth = replay.gradient(case)
        for table in (grouped_table(case), lag_table(case), replayed(case)):
            expected = table.expected()
            assert table.determined
            for block, want in truth.items():
                assert np.max(np.abs(expected[block].truth - want)) <= expected[block].bound
        if complex_step.admitted(case):
            for block, got in complex_step.gradient(case).items():
                assert np.max(np.abs(got - truth[block])) <= expected[block].bound


def test_an_output_that_calls_a_function_past_f_is_refused():
    """As a step is; by ``f`` it is called as often as anyone likes."""
    model = replace(
        scan, functions={"exp": (Function("exp", anp.exp),)}, output=lambda f, p, x, h: f.exp(-h * h)
    )
    check(model)
    with pytest.raises(ValueError, match=r"^model scan: the step calls np.exp itself, .* and f.exp\(…\)$"):
        check(replace(model, output=lambda f, p, x, h: anp.exp(-h * h)))


def test_complex_numbers_in_a_real_model_are_another_matter():
    """A real model may be sound in real numbers alone."""
    check_in(scan, np.dtype(np.clongdouble))
    by_angle = replace(scan, step=lambda f, p, x, h: x.a * h + anp.arctan2(x.x, 2))
    check(by_angle)
    with pytest.raises(ValueError, match=r"^model scan: the step does not run: TypeError: ufunc 'arctan2'"):
        check_in(by_angle, np.dtype(np.clongdouble))
    check(complex_scan)


EXACT = {
    "kept": (lambda f, p, x, h: anp.where(x.a >= h, x.a * h, h / 2) + x.x**2, None),
    "a root": (lambda f, p, x, h: anp.sqrt(2 + x.a) * h, "its operations take no Fractions: TypeError: "),
    "floats": (lambda f, p, x, h: 0.5 * h * x.a, "a float comes of Fractions in a, needed Fractions"),
}


@pytest.mark.parametrize(("step", "message"), EXACT.values(), ids=EXACT)
def test_what_makes_something_else_of_fractions_is_refused(step, message):
    """In one line; a step that compares, divides and chooses is none of that."""
    model = replace(scan, step=step)
    check(model)
    if message is None:
        check_exact(model, {}, "cotangents")
        return
    with pytest.raises(ValueError, match=f"^model scan: {message}") as refused:
        check_exact(model, {}, "cotangents")
    assert "\n" not in str(refused.value)


def test_dual_numbers_that_say_otherwise_than_autograd_are_refused():
    """As of a step that has a derivative by declaration alone, told to autograd and to nobody else."""
    odd = primitive(lambda a: 2 * a)
    defvjp(odd, lambda y, a: lambda g: 3 * g)
    model = replace(scan, step=lambda f, p, x, h: odd(h) * x.a)
    with pytest.raises(ValueError, match=r"^model scan: dual numbers disagree with autograd on a"):
        check_exact(model, {}, "cotangents")


def test_a_tape_that_disagrees_with_autograd_is_refused(monkeypatch):
    """As by a slope that is off by a thousandth."""
    found = steps.way_back
    monkeypatch.setattr(steps, "way_back", lambda *of: lambda flow: 1.001 * found(*of)(flow))
    with pytest.raises(ValueError, match=r"its oracles disagree on .*: autograd, and a tape that steps play"):
        check(replace(vanilla))
