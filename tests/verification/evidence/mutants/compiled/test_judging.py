"""How a fault of the compiled text is judged."""

import pytest

from verification.evidence.mutants.compiled.judging import Fault, judge, run
from verification.evidence.mutants.mutant import Edit, Mutant
from verification.evidence.mutants.patch import Disarmed


def a_fault(wrong, caught_by):
    """Of what the step writes."""
    return Fault(
        Mutant(
            "one",
            "",
            "this test",
            (Edit("compiled.vanilla", "copy(a[n], rows[t + 1, n, :H])", wrong),),
            caught_by,
        )
    )


@pytest.mark.slow
def test_what_cannot_be_compiled_is_no_fault():
    """Anything would refute it."""
    with pytest.raises(Disarmed, match="cannot be compiled"):
        judge(a_fault("copy(nothing[n], rows[t + 1, n, :H])", "forward"))


@pytest.mark.slow
def test_a_run_tells_who_survived():
    """A fault that another property catches than it names, with what did, and progress."""
    told = []
    result = run(
        [a_fault("rows[t + 1, n, :H] = a[n] / 2", "no numbers")], [], lambda *counts: told.append(counts)
    )
    (kill,) = result.survivors
    assert "forward" in kill.caught
    assert kill.caught["forward"].failure.startswith("forward outputs: ")
    assert "problem = Problem(" in kill.caught["forward"].code()
    assert told == [(1, 1)]
    assert not result.holds
