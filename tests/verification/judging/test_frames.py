"""The way from ``verify`` to an engine is short, so that a traceback that stops in an engine can be read."""

import traceback
from functools import partial

import numpy as np
import pytest
from hypothesis import strategies as st

import rnn
from tests.layers import lstm, steps
from tests.promises import SHORT
from verification import Scope, function, layer, manual, models, scoped, step, verify
from verification.adapters.rnn.engine import gradients_of

# The most frames that may lie strictly between ``verify`` and the engine's own function.
MOST = 16

SMALL = Scope(records=(1, 3), steps=(1, 4), dtypes=("float64",))


# Cases that are opened with, of which some properties are not checked, and as many again.
CASES = 12


class EnoughSeen(Exception):
    """A run has come to the end of its first blocks."""


def enough(done, total):
    """End a run."""
    if done >= CASES:
        raise EnoughSeen


def noted(file, engine):
    """The engine's function, which writes at every call who has called it."""

    def own(*given):
        names = [frame.name for frame in traceback.extract_stack()[:-1]]
        with file.open("a", encoding="utf-8") as notes:
            print(*names[names.index("verify") + 1 :], file=notes)
        return engine(*given)

    return own


def of_layer(note):
    """An LSTM."""
    return layer(note(lstm.forward), note(lstm.backward), model=models.lstm, scope=SMALL)


def of_step(note):
    """One step of a scan, in the verifier's loops."""

    return step(note(steps.scan), note(steps.scan_back), model=models.scan, scope=SMALL)


def of_problem(note):
    """The vanilla cell of ``rnn``, as any function of a problem."""
    return scoped(note(manual), SMALL)


def of_model_problem(note):
    """A function of a problem of another model: the LSTM of ``rnn``."""
    return scoped(note(gradients_of(rnn, "LSTM")), SMALL, model=models.lstm)


def of_function(note):
    """A square; its forward is what it is judged by."""
    arguments = st.tuples(st.integers(1, 4).map(np.ones))
    return function(lambda x: (x * x, x), note(lambda x, d: (2 * x * d,)), arguments)


@pytest.mark.slow
@pytest.mark.parametrize("adapter", [of_layer, of_step, of_problem, of_model_problem, of_function])
def test_the_way_to_an_engine_is_short(adapter, tmp_path):
    """Through every adapter for NumPy, whatever is checked on the cases of the first blocks."""

    notes = tmp_path / "notes"
    with pytest.raises(EnoughSeen):
        verify(adapter(partial(noted, notes)), SHORT, progress=enough)
    ways = [line.split() for line in notes.read_text("utf-8").splitlines()]
    longest = max(ways, key=len)
    assert len(ways) > 20
    assert len(longest) <= MOST, " ".join(longest)
