"""What is said of a fault, word for word, where tests/layers/faults says its place alone.

Each row: the line that is replaced, what stands there instead, and the sentence.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np

from tests.layers import lstm, planted, vanilla
from tests.quick import first_quick
from verification import Scope, layer, models
from verification.diagnosis.diagnosis import diagnose
from verification.models.case import random_case
from verification.properties.findings import findings
from verification.properties.truth import Truth

PAGE = (Path(__file__).parents[3] / "docs" / "judge" / "diagnosis.md").read_text("utf-8")

ACCUMULATION = "what flows back is right, and what is made of it is at fault"
STEP = "the derivative of one step is at fault"
RECURSION = "what is carried from step to step is at fault"
LATER = "from T = 2 on, right with fewer steps"
CARRY = "dh, dc = da @ W, dc * f"
FORM = "The engine does not answer in form"

# What is wrong as well where a step follows another one.
C0 = ", from T = 2 on c0 as well"
REST = ", from T = 2 on U, W, b and xs as well"
C_REST, H_REST = (f", from T = 2 on U, W, b, xs and {state} as well" for state in ("h0", "c0"))

RETURN = 'return {"U": d_U, "W": d_W, "b": d_b}, d_xs, '
EACH = "d_U, d_W, d_b, d_xs = (CHANGE for a in (d_U, d_W, d_b, d_xs)); " + RETURN


def each(change):
    """Every gradient but the state's, changed."""
    return EACH.replace("CHANGE", change)


LSTM = {
    "a gate without its slope": (
        "d_g = dc * i * (1 - g * g)",
        "d_g = dc * i",
        f"U, W, b are wrong in g; xs, h0 are wrong{C0}: {STEP}, as if the slope of tanh were left out.",
    ),
    "one gate alone": (
        "d_f = dc * c_prev * f * (1 - f)",
        "d_f = dc * c_prev * f * (1 - f) * i",
        f"U, W, b are wrong in f; xs, h0 are wrong{C0}: {STEP}.",
    ),
    "gates exchanged": (
        "d_b += da.sum(axis=0)",
        "d_b += np.concatenate([d_i, d_f, d_o, d_g], axis=1).sum(axis=0)",
        f"b is wrong in g, o: {ACCUMULATION}, as if g stood for o and o stood for g.",
    ),
    "states exchanged": (
        "d_xs, (dh, dc)",
        "d_xs, (dc, dh)",
        "h0, c0 are wrong: the initial state's own gradient is at fault, as if h0 and c0 were exchanged.",
    ),
    "a state that carries nothing": (
        CARRY,
        "dh, dc = da @ W, 0 * dc",
        f"c0 is wrong (all zero){C_REST}: {RECURSION}, as if nothing flowed back from step to step through "
        "the state of c0.",
    ),
    "a final state that is not looked at": (
        "dh, dc = d_state",
        "dh, dc = d_state[0], 0 * d_state[1]",
        f"U, W, b are wrong in i, f, g; xs, h0, c0 are wrong: {STEP}, as if the final c0 had no cotangent.",
    ),
    "a carry past a gate": (
        CARRY,
        "dh, dc = da @ W, dc",
        f"c0 is wrong{C_REST}: {RECURSION}, as if the factor of the direct path from state to state were "
        "left out.",
    ),
    "never accumulated": (
        "d_W += da.T @ h_prev",
        "d_W = da.T @ h_prev",
        f"W is wrong {LATER}: {ACCUMULATION}, as if step 0 alone counted.",
    ),
    "a mean": (
        "d_b += da.sum(axis=0)",
        "d_b += da.mean(axis=0)",
        f"b is wrong (1/3 of what it should be, a mean over records): {ACCUMULATION} (right for one record).",
    ),
    "clipped by value": (
        RETURN,
        each("np.clip(a, -0.1, 0.1)"),
        f"U, W, b, xs are wrong: {ACCUMULATION}, as if gradients were clipped to ±0.1.",
    ),
    "rounded": (
        RETURN,
        each("a.astype(np.float32).astype(a.dtype)"),
        "U, W, b, xs are wrong (off by 1e-07 of its size or less): right to the digits of float32 alone, "
        "as if it were rounded to float32.",
    ),
    "the forward later": (
        "c = f * c_prev + i * g",
        "c = f * c_prev * (1 + (t == 1) * 1e-6) + i * g",
        f"outputs, final h0 and final c0 are wrong {LATER}: the forward is at fault.",
    ),
    "one step": (
        "params, tape = saved",
        "params, tape = saved; tape[1]",
        f"{FORM} where T = 1: raised IndexError: list index out of range; all else is right.",
    ),
    "one step, and more": (
        "params, tape = saved",
        "params, tape = saved; tape[1]; d_outputs = -d_outputs",
        f"{FORM} where T = 1: raised IndexError: list index out of range. Elsewhere U, W, b, xs, h0, c0 are "
        f"wrong: {STEP} (only where the outputs have a cotangent).",
    ),
}

VANILLA = {
    "a carry through the wrong orientation": (
        "dh = da @ W",
        "dh = da @ W.T",
        f"h0 is wrong{REST}: {RECURSION}, as if what is carried went through W transposed.",
    ),
    "a carry that is kept": (
        "dh = da @ W",
        "dh = dh + d_outputs[:, t] + da @ W",
        f"h0 is wrong{REST}: {RECURSION}, as if what flowed back to each step were kept, and added to what "
        "goes on to the one before.",
    ),
    "steps in the wrong order": (
        "for t in reversed(range(xs.shape[1])):",
        "for t in range(xs.shape[1]):",
        f"U, W, b, xs, h0 are wrong {LATER}: {RECURSION}, as if steps were gone through forwards on the way "
        "back.",
    ),
    "a step that is left out": (
        "for t in reversed(range(xs.shape[1])):",
        "d_xs[:] = 0\n    for t in reversed(range(1, xs.shape[1])):",
        f"U, W, b, xs are wrong (at T = 1 all zero); h0 is wrong: {STEP}, as if step 0 were left out on the "
        "way back.",
    ),
    "a window": (
        "dh = da @ W",
        "dh = da @ W * (t % 2 or t == 0)",
        "U, W, b, xs, h0 are wrong from T = 3 on, right with fewer steps: "
        f"{RECURSION}, as if the sequence were cut into chunks of 2 steps.",
    ),
    "one record": (
        "d_W += da.T @ states[t]",
        "d_W += da[:1].T @ states[t][:1]",
        f"W is wrong: {ACCUMULATION}, as if record 0 alone counted.",
    ),
    "a mean over steps": (
        RETURN,
        "d_U, d_W, d_b = (a / xs.shape[1] for a in (d_U, d_W, d_b)); " + RETURN,
        f"U, W, b are wrong (1/4 of what it should be, a mean over steps) {LATER}: {ACCUMULATION}.",
    ),
}


def told(model, module, right, wrong, case=None, scope=None):
    """The sentence on a layer with a line replaced, and what it computes instead."""
    made = planted(module, right, wrong)
    engine = layer(made.forward, made.backward, model=model, scope=scope)
    cases = (case,) if case else (case_of(model, 3, steps) for steps in (3, 1))
    wrong = (
        (each, case) for case in cases for each in findings(engine, Truth(case)) if each.wrong is not None
    )
    return diagnose(engine, *next(wrong))


def case_of(model, records, steps, **factors):
    """A case whose blocks are scaled."""
    case = random_case(model, np.random.default_rng(0), {"H": 2, "D": 3}, records, steps)
    return replace(case, blocks={name: a * factors.get(name, 1) for name, a in case.blocks.items()})


@first_quick(("right", "wrong", "sentence"), LSTM.values(), 3, ids=LSTM)
def test_of_an_lstm(right, wrong, sentence):
    """Word for word; the field is what the sentence says behind "as if"."""
    found = told(models.lstm, lstm, right, wrong)
    assert str(found) == sentence
    if "as if" in sentence:
        assert found.as_if == sentence.split("as if ")[1].rstrip(".")


@first_quick(("right", "wrong", "sentence"), VANILLA.values(), 3, ids=VANILLA)
def test_of_a_vanilla_layer(right, wrong, sentence):
    """Word for word; the field is what the sentence says behind "as if"."""
    found = told(models.vanilla, vanilla, right, wrong)
    assert str(found) == sentence
    if "as if" in sentence:
        assert found.as_if == sentence.split("as if ")[1].rstrip(".")


ONSET = "U is wrong (twice what it should be) {}: small cases of healthy numbers are right."

# The condition under which dU is twice what it should be, the case, and the sentence.
ONSETS = {
    "a size": ("len(d_xs) > 4", {"records": 7}, "from N = 5 on"),
    "two sizes": (
        "len(d_xs) > 4 and d_xs.shape[1] > 5",
        {"records": 7, "steps": 9},
        "from N = 5 on and from T = 6 on",
    ),
    "an input": ("max(abs(row[0]).max() for row in tape) > 6", {"xs": 20}, "where some |xs| > 6"),
    "a weight": ("abs(W).max() < 1e-3", {"W": 1e-5}, "where all |W| < 0.001"),
}


@first_quick(("condition", "given", "where"), ONSETS.values(), ids=ONSETS)
def test_from_where_on(condition, given, where):
    """The size, or the magnitude, is found by bisection of the case that failed."""
    case = case_of(models.lstm, **{"records": 3, "steps": 3, **given})
    found = told(models.lstm, lstm, RETURN, f"d_U = d_U * (2 if {condition} else 1); {RETURN}", case)
    assert (
        str(found)
        == f"U is wrong (twice what it should be) {where}: small cases of healthy numbers are right."
    )


def test_the_page_quotes_what_is_said():
    """Each sentence of its tables is one of a test's."""
    said = {sentence for table in (LSTM, VANILLA) for *_, sentence in table.values()}
    said |= {ONSET.format(where) for _, _, where in ONSETS.values()}
    rows = [
        row.replace("\\|", "|").split(" | ")
        for row in PAGE.splitlines()
        if row.startswith(("| LSTM", "| vanilla"))
    ]
    assert len(rows) >= 12
    assert [row[1] for row in rows if row[1].removesuffix(" |") not in said] == []


SCOPES = {
    "one record": Scope(records=(1, 1)),
    "no gradient of a state": Scope(blocks=("U", "W", "b", "xs")),
    "all of it": Scope(states="zero", records=(1, 1), steps=(2, 9), dtypes=("float32",), blocks=("U", "xs")),
}


@first_quick("scope", SCOPES.values(), ids=SCOPES)
def test_as_if_is_found_in_any_scope(scope):
    """Within what is claimed."""
    case = case_of(models.lstm, scope.records[0] if scope.records else 3, 3)
    case = case.astype(np.dtype(scope.dtypes[0])) if scope.dtypes else case
    if scope.states == "zero":
        still = {name: 0 * case.blocks[name] for name in ("h0", "c0")}
        case = replace(case, blocks={**case.blocks, **still})
    found = told(models.lstm, lstm, "d_g = dc * i * (1 - g * g)", "d_g = dc * i", case, scope)
    assert found.as_if == "the slope of tanh were left out"
