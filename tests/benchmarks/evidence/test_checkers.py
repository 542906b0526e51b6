"""Other libraries' checkers before an engine: they accept the right one and accuse the wrong one."""

import importlib.util
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.evidence import checkers
from tests.cases import a_problem
from verification.adapters.rnn.engine import manual
from verification.adapters.rnn.problem import BLOCKS

ROOT = Path(__file__).parents[3]


def scaled(block):
    """The engine with one block a tenth too large."""

    def engine(problem):
        answer = manual(problem)
        return replace(answer, **{block: 1.1 * answer.blocks()[block]})

    return engine


@pytest.mark.parametrize("block", BLOCKS)
def test_autograd(block):
    """Autograd accepts the right engine and accuses the wrong one, in the block in question alone."""
    problem = a_problem()
    other = BLOCKS[BLOCKS.index(block) - 1]
    assert not checkers.autograd_accuses(manual, problem, block)
    assert checkers.autograd_accuses(scaled(block), problem, block)
    assert not checkers.autograd_accuses(scaled(other), problem, block)


def test_numpys_generator_gets_its_state_back():
    """Autograd draws from NumPy's global generator, which goes on as if it had not."""
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    checkers.autograd_accuses(manual, a_problem(), "W")
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


# In an interpreter of its own: JAX starts threads, after which this one could no longer fork.
VERDICTS = """
import importlib.util
spec = importlib.util.spec_from_file_location("cases", {path!r})
cases = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cases)
problem = cases.a_problem()
accuses = cases.checkers.{library}_accuses
for block in cases.BLOCKS:
    print(accuses(cases.manual, problem, block), accuses(cases.scaled(block), problem, block))
"""


@pytest.mark.slow
@pytest.mark.parametrize("library", ["torch", "jax"])
def test_a_peer(library):
    """PyTorch and JAX accept the right engine and accuse the wrong one, in every block."""
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed: pip install 'verified-rnn[peers]'")
    script = VERDICTS.format(path=__file__, library=library)
    run = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    assert run.stdout.splitlines() == ["False True"] * len(BLOCKS)


def test_a_library_that_is_not_installed_is_named(monkeypatch):
    """Without torch and jax the suite and autograd remain, and the absent are named."""
    real = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda n: real(n) if n == "autograd" else None)
    present, absent = checkers.checkers()
    assert [checker.name for checker in present] == [
        "this suite, lag by lag",
        "autograd.test_util.check_grads",
    ]
    assert absent == ("torch.autograd.gradcheck", "jax.test_util.check_grads")
