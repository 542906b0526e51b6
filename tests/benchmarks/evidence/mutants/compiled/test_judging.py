"""How a fault of the compiled text is judged."""

import sys

import pytest

import rnn.compiled.vanilla
from benchmarks.evidence.mutants.compiled import judging
from benchmarks.evidence.mutants.compiled.judging import judge, run
from benchmarks.evidence.mutants.compiled.numbers import NO_NUMBERS
from benchmarks.evidence.mutants.fault import Edit, Fault
from benchmarks.evidence.mutants.patch import StaleMutant


def a_fault(wrong, caught_by):
    """Of what the step writes."""
    edit = Edit("compiled.vanilla", "copy(a[n], rows[t + 1, n, :H])", wrong)
    return Fault("one", "", "this test", (edit,), caught_by)


@pytest.mark.slow
def test_what_cannot_be_compiled_is_no_fault():
    """Anything would refute it; and the text is the real one again."""
    real, path = sys.modules["rnn.compiled.vanilla"], [*rnn.compiled.__path__]
    with pytest.raises(StaleMutant, match="cannot be compiled"):
        judge(a_fault("copy(nothing[n], rows[t + 1, n, :H])", "forward"))
    assert sys.modules["rnn.compiled.vanilla"] is real
    assert [*rnn.compiled.__path__] == path


@pytest.mark.slow
def test_a_run_says_what_survived(monkeypatch):
    """A fault that another property catches than it names, with what did, and progress."""
    # Other checks compile the text for other types.
    monkeypatch.setattr(judging, "SPECIAL", {NO_NUMBERS: lambda cell: None})
    reported = []
    halved = a_fault("rows[t + 1, n, :H] = a[n] / 2", NO_NUMBERS)
    result = run([halved], [], lambda *counts: reported.append(counts))
    (survivor,) = result.survivors
    assert "forward" in survivor.caught
    assert survivor.caught["forward"].failure.startswith("forward outputs: ")
    assert "case = Case(" in survivor.caught["forward"].code()
    assert reported == [(1, 1)]
    assert not result.holds
