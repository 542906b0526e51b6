"""Engines in files, as a campaign is called with: a right scan, a wrong one, and a function."""

import os
import subprocess
import sys
from pathlib import Path

from tests.programs import python
from verification.cli.campaign.identity import identity_of
from verification.judge import subject_of
from verification.processes.loading import engine_at

ROOT = Path(__file__).parents[1]

SCAN = (
    (ROOT / "tests" / "layers" / "scan.py").read_text("utf-8")
    + """

from verification import Scope, layer
from verification.models import scan

scope = Scope(dtypes=("float64",), states="zero", records=(1, 2), steps=(2, 3))
net = layer(forward, backward, model=scan, scope=scope)
"""
)

# Wrong in one of some dozen cases: where a state is close to a half.
RARE = SCAN.replace("dh * states[t].conj()", "dh * np.where(abs(states[t] - 0.5) < 2e-3, 0, states[t])")

SQUARE = """import autograd.numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from verification import function


def forward(x):
    return x * x, x


def backward(x, d):
    return 2 * x * d


net = function(forward, backward, st.tuples(arrays(float, st.integers(1, 4), elements=st.floats(-4, 4))))
"""

# Wrong in one of a dozen cases.
WRONG_SQUARE = SQUARE.replace("2 * x * d", "2 * np.minimum(x, 3.75) * d")

ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}


def subject_in(folder: Path, text: str, name: str = "mine"):
    """The engine of a file with that text: its subject, target and identity."""
    file = folder / f"{name}.py"
    file.write_text(text, "utf-8")
    target = f"{file}:net"
    return subject_of(engine_at(target)), target, identity_of(target)


def called(folder: Path, *argv: str) -> list[str]:
    """The words of a call of the command."""
    return [sys.executable, "-m", "verification", "campaign", *argv]


def run(folder: Path, *argv: str) -> subprocess.CompletedProcess[str]:
    """The command in a folder, to its end."""
    return python("-m", "verification", "campaign", *argv, folder=folder)
