"""The compiled loops of the Vanilla cell, judged by the project's own verifier."""

from tests.rnn.cells.judged import judged
from tests.rnn.cells.test_judged import LAYERS, SHORT, one_each, scope_of
from verification import verify


def test_the_verifier_finds_no_fault():
    """In outputs, last states, every gradient, lag by lag, of records of any length, to the bit."""
    engine = judged(
        "Vanilla", one_each(LAYERS, "Vanilla"), scope_of(LAYERS["Vanilla"]), loops="CompiledLoops"
    )
    found = verify(engine, SHORT)
    assert found.verdict == "verified", str(found)
