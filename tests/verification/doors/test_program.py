"""The printed program, run as the file that it is, beside the module that it imports."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.layers import lstm
from verification import layer, models
from verification.asked.case import random_case
from verification.doors.program import CALLS
from verification.judging.properties import PROPERTIES, Truth

CASE = random_case(models.lstm, np.random.default_rng(0), {"H": 2, "D": 3}, 3, 4)
TRUTH = Truth(CASE)
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
    (tmp_path / "mine.py").write_text(TEXT.replace(right, wrong) + more, "utf-8")
    (tmp_path / "example.py").write_text(program_of("mine", part, property_, arrays), "utf-8")
    failed = run(tmp_path)
    assert failed.returncode == 1
    assert "AssertionError" in failed.stderr
    (tmp_path / "mine.py").write_text(TEXT + more, "utf-8")
    done = run(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


def test_every_property_has_its_fault_here():
    """And every way to call a layer is a property's, or that of the form."""
    assert set(WRONG) == {*PROPERTIES, "form"}
    assert set(CALLS) <= set(WRONG)


def test_the_second_of_two_biases_is_shown(tmp_path):
    """Though the first one's gradient is right."""
    broken = OTHERWISE.replace('"b_hh": d_b.copy()', '"b_hh": d_b / 2')
    (tmp_path / "mine.py").write_text(TEXT + broken, "utf-8")
    (tmp_path / "example.py").write_text(program_of("mine", "b", "autograd", ARRAYS), "utf-8")
    assert "AssertionError" in run(tmp_path).stderr


def run(folder):
    """The program, in its folder."""
    return subprocess.run([sys.executable, "example.py"], cwd=folder, capture_output=True, text=True)


def program_of(module, part, property_, arrays):
    """The printed program of a layer that a module of that name holds."""

    def forward(params, xs, state):
        """Of another module, as Python sees it."""

    def backward(saved, d_outputs, d_state):
        """Of another module, as Python sees it."""

    for function in (forward, backward):
        function.__module__, function.__qualname__ = module, function.__name__
    engine = layer(forward, backward, model=models.lstm, arrays=arrays)
    expected = {**TRUTH.forward, **TRUTH.blocks}[part]
    return engine.program(CASE, part, expected.truth, expected.bound, property_)
