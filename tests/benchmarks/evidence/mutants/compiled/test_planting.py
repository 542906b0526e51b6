"""A mutant of the compiled text is what is run while it is planted, and nothing of it is left."""

import sys

import numpy as np
import pytest

import rnn
import rnn.compiled
from benchmarks.evidence.mutants.compiled.planting import planted
from benchmarks.evidence.mutants.fault import Edit, Fault
from benchmarks.evidence.mutants.patch import StaleMutant

HALVED = Fault(
    "half",
    "",
    "this test",
    (Edit("compiled.vanilla", "copy(a[n], rows[t + 1, n, :H])", "rows[t + 1, n, :H] = a[n] / 2"),),
    None,
)


def outputs():
    """Of a network of one unit, one step, and the identity, by compiled loops."""
    net = rnn.RNN(rnn.Vanilla(1, 1, rnn.identity), outputs=1, loops=rnn.CompiledLoops())
    one = np.ones((1, 1))
    params = rnn.Params(one, one, np.zeros(1), one, np.zeros(1))
    return net.predict(params, np.ones((1, 1, 1))).item()


@pytest.mark.slow
def test_it_runs_while_it_lasts():
    """Compiled from another folder; before and after it the text is the real one."""
    assert outputs() == 1
    real, path = sys.modules["rnn.compiled.vanilla"], [*rnn.compiled.__path__]
    with planted(HALVED):
        assert outputs() == 0.5
        assert list(rnn.compiled.__path__) != path
    assert outputs() == 1
    assert sys.modules["rnn.compiled.vanilla"] is real
    assert [*rnn.compiled.__path__] == path


def test_a_line_that_does_not_stand_there_is_reported():
    """The text has changed, and the mutant with it."""
    missing = Fault("missing", "", "this test", (Edit("compiled.lstm", "no such line", ""),), None)
    with pytest.raises(StaleMutant, match=r"stands 0 times in rnn/compiled/lstm\.py"), planted(missing):
        pass
