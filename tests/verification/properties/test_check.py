"""A property that is asked again fails as it did, and passes where the engine is right."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import strategies as st

from tests.layers import lstm, planted
from tests.verification.properties.refuting import CASE, DETACHED, FIRST
from verification import Call, Scope, check, function, layer, manual, models, scoped
from verification.adapters.rnn.fixed_problems import INTEGERS
from verification.models.case import random_case
from verification.properties.findings import PROPERTIES

LAST = repr(float(CASE.blocks["h0"][0, 0]))
SCOPE = Scope(bits=True)

# By property, a line of the layer and the wrong one.
WRONG = {
    "form": ('return {"U": d_U', 'return {"U": d_U[:1]'),
    "forward": ("outputs[:, t] = h", "outputs[:, t] = 1.001 * h"),
    "autograd": ("d_xs[:, t] = da @ U", "d_xs[:, t] = 2 * da @ U"),
    "lags": ("d_b += da.sum(axis=0)", "d_b += da.mean(axis=0)"),
    "complex step": ("d_b += da.sum(axis=0)", "d_b += da.mean(axis=0)"),
    "lag by lag": ("dh, dc = da @ W, dc * f", "dh, dc = da @ W * (1 + 1e-9 * (t == 1)), dc * f"),
    "records add up": ("d_W += da.T @ h_prev", "d_W += da.T @ h_prev * (1 if len(x) > 1 else 2)"),
    "records permute": ("    return {", f"    d_xs[0] *= 1 + (d_outputs[0, 0, 0] != {FIRST})\n    return {{"),
    "units permute": ("    return {", f"    d_W *= 1 + (h_prev[0, 0] != {LAST})\n    return {{"),
    "inputs stay": ("dh = dh + d_outputs[:, t]", "d_outputs[:, t] += dh; dh = d_outputs[:, t].copy()"),
    "second call": ("dh, dc = d_state\n", "dh, dc = d_state; CALLS.append(0); dh = dh * len(CALLS)\n"),
    "linearity": ("dh, dc = da @ W, dc * f", "dh, dc = da @ W, np.clip(dc * f, -50, 50)"),
    "cotangents add up": ("    return {", "    d_W *= d_outputs.all()\n    return {"),
    "reused arrays": (
        "    U, W = params",
        "    kept = vars(backward).setdefault(str(id(params['W'])), (params['W'], params['W'].copy()))[1]\n"
        "    params = {**params, 'W': kept}\n    U, W = params",
    ),
    "interleaved calls": (
        "saved = []",
        "saved = vars(forward).setdefault('tape', []); saved.clear()",
    ),
    "second backward": (
        "x, h_prev, c_prev, i, f, g, o, s = tape[t]",
        "x, h_prev, c_prev, i, f, g, o, s = tape.pop()",
    ),
    "cut": DETACHED,
    "calls in a row": (
        "    dh, dc = d_state\n",
        "    dh, dc = d_state; CALLS.append(0); dh = dh * (1 + (len(CALLS) > 700))\n",
    ),
    "memory layout": (
        "    dh, dc = d_state\n",
        "    dh, dc = d_state; dc = dc if dc.flags.c_contiguous else -dc\n",
    ),
    "bits": (
        "    dh, dc = d_state\n",
        "    dh, dc = d_state; dc = dc * (1 if dc.flags.c_contiguous else 1 + 1e-15)\n",
    ),
}

# What a layer is not asked, and when the answer is off: by other problems, or by those that are given.
PROBLEMS = {
    "identities": lambda problem: str(problem.truncation) != "Full()",
    "recomputation": lambda problem: problem.checkpoints is not None,
    "workspace": lambda problem: problem.workspace,
    "integers": lambda problem: True,
}

# In test_padding.py, test_exactness.py, test_fixed.py and tests/peers/test_conduct.py.
ELSEWHERE = {"padding", "exact", "larger", "own truncations", "partial gradients"}


@pytest.mark.parametrize("name", WRONG)
def test_a_layer_fails_as_the_property_did(name):
    """By an error that begins with its name, and the right layer passes."""
    made = planted(lstm, *WRONG[name])
    made.CALLS = []
    with pytest.raises(AssertionError, match=f"^{name}( [a-zA-Z0-9_]+(\\[\\d\\])?)?: "):
        check(layer(made.forward, made.backward, model=models.lstm, scope=SCOPE), name, CASE)
    check(layer(lstm.forward, lstm.backward, model=models.lstm, scope=SCOPE), name, CASE)


@pytest.mark.parametrize("name", PROBLEMS)
def test_a_function_of_a_problem_fails_as_the_property_did(name):
    """With what came and what was wanted."""

    def engine(problem):
        answer = manual(problem)
        return replace(answer, b=answer.b + 1) if PROBLEMS[name](problem) else answer

    case = random_case(models.vanilla, np.random.default_rng(0), {"H": 2, "D": 3, "K": 4}, losses="every")
    case = INTEGERS[3].make() if name == "integers" else case
    scope = Scope(checkpoints=True, workspace=True)
    with pytest.raises(AssertionError, match=rf"^{name} b: .*d_b\[\d\]: got .*, want "):
        check(scoped(engine, scope), name, case)
    check(scoped(manual, scope), name, case)


def test_every_property_is_asked_again():
    """Here or beside its own tests."""
    assert {*WRONG, *PROBLEMS} | ELSEWHERE == {each.name for each in PROPERTIES}


def square(x):
    """x², and x is saved."""
    return x * x, x


def test_a_call_of_a_function_is_asked_again():
    """Though it has no model."""
    call = Call((np.arange(6.0),), (np.ones(6),))
    with pytest.raises(AssertionError, match=r"^autograd x: d_x\[5\]: got 5.0, want 10.0 within "):
        check(function(square, lambda x, d: x * d, st.nothing()), "autograd", call)
    check(function(square, lambda x, d: 2 * x * d, st.nothing()), "autograd", call)
