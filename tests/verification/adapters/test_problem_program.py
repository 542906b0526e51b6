"""The printed program of a function of a whole problem, run as the file that it is."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from verification import Scope, models
from verification.adapters.problem import whole
from verification.adapters.problem_program import CALLS
from verification.adapters.rnn.vanilla_form import VanillaForm
from verification.judging.model_subject import example_of
from verification.models.case import random_case
from verification.properties.properties import Finding

ROOT = Path(__file__).parents[3]
CASE = random_case(models.vanilla, np.random.default_rng(0), {"H": 2, "D": 3, "K": 4}, 3, 4, losses="every")
FIRST = repr(float(CASE.objective.targets[0, 0, 0]))

# A vanilla network with tanh and a loss on every step, in either form.
TEXT = """import numpy as np

COUNT = []
BUFFER = np.empty((2, 2))


def engine(problem):
    p, xs, targets = problem.params, problem.xs, problem.targets
    h0 = FORM_H0
    h, states = h0, [h0]
    for t in range(xs.shape[1]):
        h = np.tanh(xs[:, t] @ p["U"].T + h @ p["W"].T + p["b"])
        states.append(h)
    hs = np.stack(states[1:], axis=1)
    outputs = hs @ p["V"].T + p["c"]
    r = outputs - targets
    d = {name: np.zeros_like(p[name]) for name in ("U", "W", "b")}
    d["V"], d["c"] = np.einsum("ntk,nth->kh", r, hs), r.sum(axis=(0, 1))
    d_xs, dh = np.empty_like(xs), np.zeros_like(h0)
    for t in reversed(range(xs.shape[1])):
        da = (dh + r[:, t] @ p["V"]) * (1 - hs[:, t] ** 2)
        d["U"] += da.T @ xs[:, t]
        d["W"] += da.T @ states[t]
        d["b"] += da.sum(axis=0)
        d_xs[:, t] = da @ p["U"]
        dh = da @ p["W"]
    return FORM_ANSWER
"""
FORMS = {
    "general": {
        "FORM_H0": "problem.state[0]",
        "FORM_ANSWER": "ModelGradients(outputs, np.sum(r * r) / 2, d, d_xs, (dh,))",
        "import numpy as np\n": "import numpy as np\nfrom verification import ModelGradients\n",
    },
    "vanilla": {
        "FORM_H0": "problem.h0",
        "FORM_ANSWER": "Gradients(outputs=outputs, value=np.sum(r * r) / 2, **d, xs=d_xs, h0=dh)",
        "import numpy as np\n": "import numpy as np\nfrom verification import Gradients\n",
    },
}

# By property: the part that is shown, and the line that is replaced.
WRONG = {
    "autograd": ("xs", 'd_xs[:, t] = da @ p["U"]', 'd_xs[:, t] = 2 * da @ p["U"]'),
    "records add up": ("W", 'd["W"] += da.T', 'd["W"] += (1 if len(xs) > 1 else 2) * da.T'),
    "records permute": ("xs", "    return", f"    d_xs[0] *= 1 + (targets[0, 0, 0] != {FIRST})\n    return"),
    "inputs stay": ("U", "r = outputs - targets", "targets -= outputs; r = -targets"),
    "second call": ("b", "    return", "    COUNT.append(0); d['b'] *= len(COUNT)\n    return"),
    "memory layout": ("h0", "    return", "    dh = dh if xs.flags.c_contiguous else -dh\n    return"),
    "bits": ("h0", "    return", "    dh = dh * (1 if xs.flags.c_contiguous else 1 + 1e-15)\n    return"),
    "identities": (
        "h0",
        "    return",
        "    dh = dh if 'Full' in str(problem.truncation) else -dh\n    return",
    ),
    "recomputation": ("h0", "    return", "    dh = -dh if problem.checkpoints else dh\n    return"),
    "workspace": ("h0", "    return", "    dh = -dh if problem.workspace else dh\n    return"),
    "form": ("U", "    return", "    d['U'] = d['U'][:1]\n    return"),
}


def test_every_way_to_call_has_its_fault_here():
    """And the one call of all other properties."""
    assert set(WRONG) == {*CALLS, "autograd"}


def text_of(form):
    """The right function in a form."""
    text = TEXT
    for right, theirs in FORMS[form].items():
        text = text.replace(right, theirs)
    return text


def run(folder):
    """The program, in its folder."""
    return subprocess.run(
        [sys.executable, "example.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("property_", WRONG)
def test_a_program_fails_as_printed(tmp_path, form, property_):
    """With an AssertionError, in either form; and not where the function is right."""

    def engine(problem):
        """Of another module, as Python sees it."""

    engine.__module__, engine.__qualname__ = "of_a_user", "engine"
    scope = Scope(
        functions={"activation": ("tanh",)},
        losses=("every",),
        bits=True,
        checkpoints=True,
        workspace=True,
    )
    made = whole(engine, model=models.vanilla, scope=scope, form=VanillaForm() if form == "vanilla" else None)
    part, right, wrong = WRONG[property_]
    assert TEXT.count(right) == 1
    code = example_of(made, CASE, Finding(property_, part, "off"), True).code
    (tmp_path / "example.py").write_text(code, "utf-8")
    (tmp_path / "of_a_user.py").write_text(text_of(form).replace(right, wrong), "utf-8")
    failed = run(tmp_path)
    assert failed.returncode == 1
    assert "AssertionError" in failed.stderr
    (tmp_path / "of_a_user.py").write_text(text_of(form), "utf-8")
    done = run(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
