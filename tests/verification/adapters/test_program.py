"""The printed program, run as the file that it is, beside the module that it imports."""

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from tests.layers import lstm, ragged, scan
from tests.layers.faults import FAULTS
from verification import Scope, layer, models
from verification.adapters.program import CALLS
from verification.judging.model_subject import example_of
from verification.models.case import random_case
from verification.properties.findings import PROPERTIES
from verification.properties.properties import Finding, Truth
from verification.sampling.conditioned import conditioned

CASE = random_case(models.lstm, np.random.default_rng(0), {"H": 2, "D": 3}, 3, 4)
LAST = repr(float(CASE.blocks["h0"][0, 0]))
FIRST = repr(float(CASE.objective.outputs[0, 0, 0]))
TEXT = Path(lstm.__file__).read_text("utf-8") + "\nCOUNT = []\n"

# The same in the order o, g, f, i, transposed, time-major, with two biases.
ARRAYS = {"U": ("Wx", "T"), "W": ("Wh", "T"), "b": ("b_ih", "b_hh"), "gates": "ogfi", "axes": "TN"}
OTHERWISE = """
ORDER = [3, 2, 1, 0]
plain_forward, plain_backward = forward, backward


def turned(array):
    return np.concatenate([np.split(array, 4)[k] for k in ORDER])


def forward(params, xs, state):
    b = params["b_ih"] + params["b_hh"]
    plain = {"U": turned(params["Wx"].T), "W": turned(params["Wh"].T), "b": turned(b)}
    outputs, final, saved = plain_forward(plain, xs.swapaxes(0, 1), state)
    return outputs.swapaxes(0, 1), final, saved


def backward(saved, d_outputs, d_state):
    d, d_xs, d_initial = plain_backward(saved, d_outputs.swapaxes(0, 1), d_state)
    d_U, d_W, d_b = (turned(d[name]) for name in ("U", "W", "b"))
    return {"Wx": d_U.T, "Wh": d_W.T, "b_ih": d_b, "b_hh": d_b.copy()}, d_xs.swapaxes(0, 1), d_initial
"""

# By property: the part that is shown, and the line that is replaced.
WRONG = {
    "forward": ("outputs", "outputs[:, t] = h", "outputs[:, t] = 1.001 * h"),
    "autograd": ("xs", "d_xs[:, t] = da @ U", "d_xs[:, t] = 2 * da @ U"),
    "lags": ("b", "d_b += da.sum(axis=0)", "d_b += da.mean(axis=0)"),
    "records add up": (
        "W",
        "d_W += da.T @ h_prev",
        "d_W += da.T @ h_prev * (1 if len(x) > 1 else 2)",
    ),
    "records permute": (
        "xs",
        "    return {",
        f"    d_xs[0] *= 1 + (d_outputs[0, 0, 0] != {FIRST})\n    return {{",
    ),
    "inputs stay": ("U", "dh = dh + d_outputs[:, t]", "d_outputs[:, t] += dh; dh = d_outputs[:, t].copy()"),
    "second call": ("c0", "dh, dc = d_state\n", "dh, dc = d_state; COUNT.append(0); dh = dh * len(COUNT)\n"),
    "memory layout": (
        "h0",
        "    dh, dc = d_state\n",
        "    dh, dc = d_state; dc = dc if dc.flags.c_contiguous else -dc\n",
    ),
    "lag by lag": (
        "U",
        "dh, dc = da @ W, dc * f",
        "dh, dc = da @ W * (1 + 1e-9 * (t == 1)), dc * f",
    ),
    "units permute": ("W", "    return {", f"    d_W *= 1 + (h_prev[0, 0] != {LAST})\n    return {{"),
    "bits": (
        "xs",
        "    dh, dc = d_state\n",
        "    dh, dc = d_state; dc = dc * (1 if dc.flags.c_contiguous else 1 + 1e-15)\n",
    ),
    "form": ("U", 'return {"U": d_U', 'return {"U": d_U[:1]'),
}


@pytest.mark.parametrize("arrays", [{}, ARRAYS], ids=["plain", "otherwise"])
@pytest.mark.parametrize("property_", WRONG)
def test_a_program_fails_as_printed(tmp_path, property_, arrays):
    """With an AssertionError, in any layout; and not where the layer is right."""
    part, right, wrong = WRONG[property_]
    assert TEXT.count(right) == 1
    if arrays and property_ == "form":
        pytest.skip("it is the wrapper that raises")
    more = OTHERWISE if arrays else ""
    (tmp_path / "of_a_user.py").write_text(TEXT.replace(right, wrong) + more, "utf-8")
    (tmp_path / "example.py").write_text(program_of("of_a_user", part, property_, arrays), "utf-8")
    failed = run(tmp_path)
    assert failed.returncode == 1
    assert "AssertionError" in failed.stderr
    (tmp_path / "of_a_user.py").write_text(TEXT + more, "utf-8")
    done = run(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


# What a layer is never asked, and what repeats another's call.
OF_WHOLE_PROBLEMS = ("identities", "recomputation", "workspace", "complex step")


def test_every_property_has_its_fault_here():
    """And every way to call a layer is a property's, or that of the form."""
    assert {*WRONG, "padding", *OF_WHOLE_PROBLEMS} == {*PROPERTIES, "form"}
    assert set(CALLS) <= {*WRONG, "padding"}


PADDED = {
    "not zero": ("d_xs = np.zeros_like(xs)", "d_xs = 0 * xs + 1"),
    "counted": ("da = np.where(runs, ", "da = np.where(True, "),
}


@pytest.mark.parametrize(("right", "wrong"), PADDED.values(), ids=PADDED)
def test_padding_that_counts_is_shown(tmp_path, right, wrong):
    """By its gradient, or by what other padding changes."""
    case = random_case(models.vanilla, np.random.default_rng(0), {"H": 2, "D": 3}, 3, 4)
    case = replace(case, lengths=(4, 2, 1))
    scope = Scope(lengths=True, blocks=("U", "W", "b", "xs", "h0"))
    engine = layer(*functions_of("of_a_user"), model=models.vanilla, scope=scope)
    text = Path(ragged.__file__).read_text("utf-8")
    wrong = text.replace(right, wrong)
    if "zeros_like" in right:
        wrong = wrong.replace("d_xs[:, t] = da @ U", "d_xs[:, t] = np.where(runs, da @ U, 1)")
    for name, part in (("padding", "xs"), ("forward", "outputs"), ("records permute", "xs")):
        code = example_of(engine, case, Finding(name, part, "off"), True).code
        (tmp_path / "example.py").write_text(code, "utf-8")
        (tmp_path / "of_a_user.py").write_text(wrong, "utf-8")
        if name == "padding":
            assert "AssertionError" in run(tmp_path).stderr
        # What an engine's outputs are after the end of a record is its own affair.
        other = text.replace("np.where(runs, h, 0)", "np.where(runs, h, 7)")
        (tmp_path / "of_a_user.py").write_text(other, "utf-8")
        assert run(tmp_path).stderr == ""


def test_an_error_in_fractions_is_shown(tmp_path):
    """However small."""
    case = random_case(models.scan, np.random.default_rng(0), {"H": 2}, 2, 3)
    fraction = np.vectorize(lambda number: Fraction(round(8 * number), 4), otypes=[object])
    case = replace(
        case,
        blocks={name: fraction(array) for name, array in case.blocks.items()},
        objective=case.objective.replaced(fraction),
    )
    engine = layer(*functions_of("of_a_user"), model=models.scan, scope=Scope(exact=True))
    code = example_of(engine, case, Finding("exact", "a", "off"), True).code
    (tmp_path / "example.py").write_text(code, "utf-8")
    text = Path(scan.__file__).read_text("utf-8").replace(".conj()", "")
    wrong = text.replace("d_x[:, t] = dh\n", "d_x[:, t] = dh\n        dh = dh + Fraction(1, 10**30)\n")
    (tmp_path / "of_a_user.py").write_text("from fractions import Fraction\n" + wrong, "utf-8")
    assert "AssertionError" in run(tmp_path).stderr
    (tmp_path / "of_a_user.py").write_text(text, "utf-8")
    assert run(tmp_path).stderr == ""


def test_the_second_of_two_biases_is_shown(tmp_path):
    """Though the first one's gradient is right."""
    broken = OTHERWISE.replace('"b_hh": d_b.copy()', '"b_hh": d_b / 2')
    (tmp_path / "of_a_user.py").write_text(TEXT + broken, "utf-8")
    (tmp_path / "example.py").write_text(program_of("of_a_user", "b", "autograd", ARRAYS), "utf-8")
    assert "AssertionError" in run(tmp_path).stderr


def run(folder):
    """The program, in its folder."""
    return subprocess.run([sys.executable, "example.py"], cwd=folder, capture_output=True, text=True)


def functions_of(module):
    """A forward and a backward that a module of that name holds."""

    def forward(params, xs, state):
        """Of another module, as Python sees it."""

    def backward(saved, d_outputs, d_state):
        """Of another module, as Python sees it."""

    for function in (forward, backward):
        function.__module__, function.__qualname__ = module, function.__name__
    return forward, backward


def program_of(module, part, property_, arrays):
    """The printed program of a layer that a module of that name holds."""
    engine = layer(*functions_of(module), model=models.lstm, arrays=arrays)
    return example_of(engine, CASE, Finding(property_, part, "off"), True).code


@pytest.mark.parametrize("fault", [f for f in FAULTS if "layout" in f.levels], ids=lambda fault: fault.story)
def test_a_program_s_arrays_lie_as_those_of_its_case(fault):
    """As parts of others, or in one memory: on such alone the fault shows, and a right layer is right."""
    case = conditioned(CASE, fault.levels, np.random.default_rng(fault.seed))
    truth = Truth(case)

    def fails(made, part):
        engine = replace(layer(made.forward, made.backward, model=models.lstm), source="")
        try:
            code = engine.program(case, part, *truth.want(part), "autograd")
            exec(code, {"forward": made.forward, "backward": made.backward})
        except AssertionError:
            return True
        return False

    parts = ("outputs", *truth.blocks)
    assert not any(fails(lstm, part) for part in parts)
    assert any(fails(fault.planted(), part) for part in parts)
