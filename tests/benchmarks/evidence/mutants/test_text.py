"""The mutants on a page, and as JSON."""

from benchmarks.evidence.mutants.fault import Edit, Fault
from benchmarks.evidence.mutants.judging import Example, Result
from benchmarks.evidence.mutants.run import MutantsResult
from benchmarks.evidence.mutants.text import summary
from tests.cases import a_network
from verification.properties.property import Finding


def an_example():
    """A problem with nothing in it but its shapes."""
    case = a_network(sizes=(1, 1, 1, 1, 1))
    return Example(case, Finding("lags", "W", "W[0, 0]: got 1, want 2"))


def a_result(name, caught_by, *caught):
    """A mutant of this name and what caught it."""
    edits = (Edit("through_time.bptt", "right", "wrong"),)
    fault = Fault(name, "What happened.", "who", edits, caught_by, "step: W")
    return Result(fault, {check: an_example() for check in caught})


RESULT = MutantsResult(
    (
        a_result("dead", "lags", "lags", "autograd"),
        a_result("alive", "lags", "forward"),
        a_result("unseen", "lags"),
    ),
    (a_result("the same", None), a_result("suspected", None, "lags")),
    12.345,
)


def test_the_summary_counts_and_names():
    """Killed of all, by property, and by name the survivors and the accused alone."""
    assert summary(RESULT).splitlines() == [
        "Mutants: 1 of 3 wrong engines caught, each by the property it names",
        "by property: lags 1",
        "2 edits that are no fault, 1 accused",
        "12.3 s",
        "SURVIVED lags: alive (caught by forward)",
        "SURVIVED lags: unseen (caught by nothing)",
        "ACCUSED by lags: suspected",
    ]
