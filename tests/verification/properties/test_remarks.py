"""A function that is right to a rounding of 1 is remarked, and nothing else is."""

import time
from itertools import count, product
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from tests.layers import (
    edited,
    gated_linear_attention,
    gru,
    layer_with,
    lstm,
    lstm_with,
    planted,
    slstm,
    vanilla,
)
from verification import Scope, layer, models
from verification.diagnosis.probe import healthy_case
from verification.judging.model_subject import Guarded
from verification.processes.workers import Worker
from verification.properties.calling import run_case
from verification.properties.findings import findings, truth_of

SIGMOID = "    e = np.exp(-np.abs(a))\n    return np.where(a >= 0, 1 / (1 + e), e / (1 + e))"
BY_TANH = "    return (1 + np.tanh(a / 2)) / 2"


def checked(engine, bias=0.0, dtype=np.float64, records=3, scale=1.0):
    """What is wrong on a case of lower biases or smaller numbers, by property; and what is remarked."""
    case = healthy_case(engine, dtype=np.dtype(dtype), records=records)
    for name in case.blocks:
        case.blocks[name] *= dtype(scale)
    for block in engine.model.blocks:
        if block.name in case.blocks and block.axes and block.name.startswith("b"):
            case.blocks[block.name] -= dtype(bias)
    found = [*findings(engine, truth_of(case))]
    remarks = {each.remark for each in found if each.remark}
    assert not any(each.wrong and each.remark for each in found)
    return {each.property for each in found if each.wrong}, remarks


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("module", "model"), [(lstm, models.lstm), (gru, models.gru)], ids=["lstm", "gru"])
def test_a_sigmoid_by_tanh_is_a_remark_where_it_shows(module, model, dtype):
    """It is named, and no other function; where gates are half open nothing shows."""
    made = edited(module)
    made.sigmoid = planted(lstm, SIGMOID, BY_TANH).sigmoid
    engine = layer(made.forward, made.backward, model=model)
    assert checked(engine, 12.0, dtype) == (set(), {("sigmoid",)})
    assert checked(engine, 40.0, dtype)[0] == set()
    assert checked(engine, 0.0, dtype) == (set(), set())
    # By replays.
    assert checked(engine, 12.0, dtype, 17) == (set(), {("sigmoid",)})


@pytest.mark.parametrize(
    "tanh", ["2 / (1 + np.exp(-2 * a)) - 1", "(np.exp(2 * a) - 1) / (np.exp(2 * a) + 1)"]
)
def test_a_tanh_that_cancels_near_0_is_a_remark(tanh):
    """As where it is made of exponentials."""
    engine = layer_with(models.vanilla, vanilla, "np.tanh(", f"(lambda a: {tanh})(")
    assert checked(engine, scale=1e-4) == (set(), {("tanh",)})


@pytest.mark.parametrize(
    ("right", "coarse", "remark"),
    [
        ("np.tanh", "(lambda a: (np.exp(2 * a) - 1) / (np.exp(2 * a) + 1))", (("tanh",), None)),
        ("np.exp(-np.abs(a))", "np.exp(-np.minimum(np.abs(a), 50))", (("sigmoid",), 50)),
        ("np.exp(-np.abs(a))", "np.exp(-np.minimum(np.abs(a), 61.3))", (("sigmoid",), 61.5)),
        (SIGMOID, BY_TANH, (("sigmoid",), None)),
    ],
    ids=["tanh", "clipped", "clipped elsewhere", "by tanh"],
)
def test_the_function_and_the_cause_that_the_numbers_show_are_named(right, coarse, remark):
    """Beside another function that is exact, on every case that shows it."""
    text = Path(lstm.__file__).read_text("utf-8").replace(right, coarse)
    made = ModuleType("coarse")
    exec(text, made.__dict__)
    engine = layer(made.forward, made.backward, model=models.lstm)
    found = set()
    for bias, scale in product((0.0, 40.0, 70.0), (1.0, 1e-4)):
        case = healthy_case(engine)
        for name in case.blocks:
            case.blocks[name] *= scale
        case.blocks["b"] -= bias
        found |= {(each.remark, each.clipped) for each in findings(engine, truth_of(case)) if each.remark}
    assert found == {remark}


@pytest.mark.parametrize(
    "wrong",
    [f"{BY_TANH} + a.dtype.type(1e-7)", f"{BY_TANH} * (1 + 1e-7)", "    return 0 * a + 0.3"],
    ids=["off", "a factor", "constant"],
)
def test_a_function_that_is_off_by_more_is_refuted(wrong):
    """Forward and backward."""
    assert {"forward", "lags"} <= checked(lstm_with(SIGMOID, wrong))[0]


@pytest.mark.parametrize("gate", ["i", "f", "o"])
def test_a_backward_that_is_coarse_where_its_forward_is_not_is_refuted(gate):
    """A slope that is cut to 0 where it is far below a rounding of 1."""
    slope = f" * {gate} * (1 - {gate})"
    engine = lstm_with(slope, f" * np.where({gate} > 1e-13, {gate} * (1 - {gate}), 0)")
    assert checked(engine) == (set(), set())
    wrong, remarks = checked(engine, 36.0)
    assert {"autograd", "lags"} <= wrong
    assert not remarks
    assert "forward" not in wrong


def test_a_fault_beside_a_coarse_function_is_refuted():
    """It is found first, and nothing of that case is a remark."""
    engine = lstm_with("d_b += da.sum(axis=0)", "d_b += da.sum(axis=0) * (1 + 1e-6)")
    engine.forward.__globals__["sigmoid"] = planted(lstm, SIGMOID, BY_TANH).sigmoid
    case = healthy_case(engine)
    case.blocks["b"] -= 12
    first, *others = (each for each in findings(engine, truth_of(case)) if each.wrong or each.remark)
    assert first.part == "b"
    assert "forward" in {each.property for each in others}
    assert not any(each.remark for each in others)


@pytest.mark.parametrize(("call", "sigmoid"), [(1, BY_TANH), (1, SIGMOID), (2, SIGMOID)])
def test_what_is_wrong_at_one_call_alone_is_no_function_s(call, sigmoid):
    """Of an engine whose function is coarse as well, at the call on the case itself."""
    made, calls = planted(lstm, SIGMOID, sigmoid), count(1)

    def backward(saved, d_outputs, d_state):
        d_params, d_xs, d_states = made.backward(saved, d_outputs, d_state)
        return d_params, d_xs * (2 if next(calls) == call else 1), d_states

    wrong, remarks = checked(layer(made.forward, backward, model=models.lstm), 12.0)
    assert wrong
    assert not remarks


class CallCounter(Worker):
    """Who counts the calls that an engine has answered."""

    calls = 0

    def guarded(self, function):
        def counted(given):
            returned = function(given)
            self.calls += 1
            return returned

        return super().guarded(counted)


@pytest.mark.parametrize("calls", [1, 3])
@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("d_b += da", "d_b += da", []),
        ("d_b += da", "d_b += 2 * da", ["refuted"]),
        (SIGMOID, BY_TANH, ["a remark"]),
    ],
    ids=["right", "wrong", "coarse"],
)
def test_what_is_found_when_time_is_over_is_reported(monkeypatch, calls, old, new, expected):
    """After so many calls of a case; of one that is right by then nothing, for not all was checked."""
    line, found = CallCounter(), []
    monkeypatch.setattr(time, "monotonic", lambda: line.calls)
    engine = Guarded(lstm_with(old, new), line)
    case = healthy_case(engine)
    case.blocks["b"] -= 12
    with line.ending(calls):
        found += findings(engine, truth_of(case))
    assert expected or (found, line.calls) == ([], calls)
    wrong = ["refuted" for each in found if each.wrong] or ["a remark" for each in found if each.remark]
    assert wrong[:1] == expected


@pytest.mark.parametrize(("dtype", "bias"), [(np.float32, -110), (np.float64, -760)])
def test_nothing_is_checked_where_the_equations_come_to_no_number(dtype, bias):
    """A normaliser that rounds to zero, in a record of zeros whose outputs have no cotangents."""
    engine = layer(slstm.forward, slstm.backward, model=models.slstm)
    case = healthy_case(engine, steps=1, dtype=np.dtype(dtype))
    for name in ("xs", "h0", "c0", "n0", "m0"):
        case.blocks[name][0] = 0
    case.blocks["b"][: case.blocks["h0"].shape[1]] = bias
    for each in (case.objective.outputs, *case.objective.state):
        each[0] = 0
    assert truth_of(case).determined
    assert np.isnan(run_case(engine, case).forward["outputs"]).any()
    found = [*findings(engine, truth_of(case))]
    assert {"forward", "autograd"} <= {each.property for each in found}
    assert not [each for each in found if each.wrong or each.remark]
    # But for the form of an answer.
    formless = layer(slstm.forward, lambda saved, d_outputs, d_state: None, model=models.slstm)
    assert [each.property for each in findings(formless, truth_of(case)) if each.wrong] == ["form"]


def by_division(saved, d_outputs, d_state):
    """A backward that divides a step's decay back to the state before it, of a saved final state."""
    q, k, v, a, states = saved
    S, states = states[-1], list(states)
    for t in reversed(range(q.shape[1])):
        S = (S - k[:, t, ..., None] * v[:, t, ..., None, :]) / a[:, t, ..., None]
        states[t] = S
    return gated_linear_attention.backward((q, k, v, a, states), d_outputs, d_state)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_rounding_where_0_is_right_is_a_remark(dtype):
    """Of a state of zeros that is recomputed by division; what is larger than a rounding is wrong."""
    model = models.gated_linear_attention

    def check(back):
        engine = layer(gated_linear_attention.forward, back, model=model)
        case = healthy_case(engine, steps=3, dtype=np.dtype(dtype))
        case.blocks["S0"][...] = 0
        found = [*findings(engine, truth_of(case))]
        return {each.part for each in found if each.wrong}, {each.noted for each in found if each.noted}

    wrong, remarks = check(by_division)
    assert not wrong
    (remark,) = remarks
    assert remark.startswith("the gradient of g is off by roundings")

    def off(saved, d_outputs, d_state):
        d_params, d_xs, d_states = by_division(saved, d_outputs, d_state)
        return d_params, {**d_xs, "g": d_xs["g"] + 1000 * np.finfo(dtype).eps}, d_states

    assert check(off) == ({"g"}, set())


def test_a_forward_that_is_not_0_where_0_is_right_is_wrong():
    """However little it is off: the remark is about gradients."""

    def forward(params, xs, state):
        outputs, final, saved = gated_linear_attention.forward(params, xs, state)
        return outputs + 1e-20, final, saved

    engine = layer(forward, gated_linear_attention.backward, model=models.gated_linear_attention)
    case = healthy_case(engine)
    case.blocks["q"][...] = 0
    found = [*findings(engine, truth_of(case), ("forward",))]
    assert {each.part for each in found if each.wrong} == {"outputs"}


def test_rational_functions_are_never_coarse():
    """A relu that leaks a rounding of 1 is wrong."""
    scope = Scope(functions={"gate": ("rational_gate",), "candidate": ("softsign",), "output": ("softsign",)})
    engine = layer_with(
        models.lstm, lstm, SIGMOID, "    return (1 + a / (1 + np.abs(a))) / 2 + 1e-17", scope=scope
    )
    assert checked(engine)[0]
    assert not checked(engine)[1]
