"""Other libraries' checkers before an engine: they accept the right one and accuse the wrong one."""

import importlib.util

import numpy as np
import pytest

from benchmarks.evidence import checkers
from tests.cases import a_network
from tests.programs import python
from tests.vanilla import BLOCKS, blocks_of, changed
from verification.adapters.rnn.manual import manual


def scaled(block):
    """The engine with one block a tenth too large."""

    def engine(problem):
        answer = manual(problem)
        return changed(answer, **{block: 1.1 * blocks_of(answer)[block]})

    return engine


@pytest.mark.parametrize("block", BLOCKS)
def test_autograd(block):
    """Autograd accepts the right engine and accuses the wrong one, in the block in question alone."""
    case = a_network()
    other = BLOCKS[BLOCKS.index(block) - 1]
    assert not checkers.autograd_accuses(manual, case, block)
    assert checkers.autograd_accuses(scaled(block), case, block)
    assert not checkers.autograd_accuses(scaled(other), case, block)


def test_numpys_generator_gets_its_state_back():
    """Autograd draws from NumPy's global generator, which goes on as if it had not."""
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    checkers.autograd_accuses(manual, a_network(), "W")
    assert np.array_equal(np.random.get_state()[1], before)  # noqa: NPY002


# In an interpreter of its own: JAX starts threads, after which this one could no longer fork.
VERDICTS = """
import importlib.util
spec = importlib.util.spec_from_file_location("cases", {path!r})
cases = importlib.util.module_from_spec(spec)
spec.loader.exec_module(cases)
case = cases.a_network()
accuses = cases.checkers.{library}_accuses
for block in cases.BLOCKS:
    print(accuses(cases.manual, case, block), accuses(cases.scaled(block), case, block))
"""


@pytest.mark.slow
@pytest.mark.parametrize("library", ["torch", "jax"])
def test_a_peer(library):
    """PyTorch and JAX accept the right engine and accuse the wrong one, in every block."""
    if importlib.util.find_spec(library) is None:
        pytest.skip(f"{library} is not installed: pip install 'verified-rnn[peers]'")
    script = VERDICTS.format(path=__file__, library=library)
    done = python("-c", script)
    assert done.stdout.splitlines() == ["False True"] * len(BLOCKS), done.stderr


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
