"""The whole catalogue, and the result of a run."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.evidence.mutants.cases import all_cases
from benchmarks.evidence.mutants.catalogue import CATALOGUE
from benchmarks.evidence.mutants.fault import Edit, Fault
from benchmarks.evidence.mutants.judging import JUDGES, Failure, Result
from benchmarks.evidence.mutants.run import MutantsResult, diagnosed, explained, run, shrunk
from benchmarks.evidence.mutants.text import summary
from verification.diagnosis.stages import Diagnosis
from verification.properties.property import Finding

DH_PREV = "product(da, W, dh)"
UNTRANSPOSED = (Edit("cells.vanilla", DH_PREV, "product(da, W.T, dh)"),)


def example(property_="lags", part="W"):
    """As if a property had found something there on the first of the cases."""
    return Failure(all_cases()[0].case, Finding(property_, part, "how"))


def a_mutant(caught_by, edits=UNTRANSPOSED):
    """A mutant that names this property."""
    return Fault(f"for {caught_by}", "W.", "this test", edits, caught_by)


@pytest.mark.slow
def test_a_mutant_that_ends_its_process_is_reported():
    """A run cannot go on without its verdict, so it stops, and names the first that has none."""
    dies = a_mutant("lags", (Edit("cells.vanilla", DH_PREV, "__import__('os')._exit(3)"),))
    with pytest.raises(RuntimeError, match=r"no verdict from “.*for lags.*” on"):
        run(mutants=[dies], equivalents=())


def test_every_property_has_a_mutant_that_it_must_catch():
    """A property that no mutant names has not shown that it can fail.

    The complex step repeats another's. Bits are about engines whose numbers are right, of which a diagnosis
    has nothing to say; ``test_variants`` shows wrong ones. What an engine keeps from call to call is planted
    in layers (``tests/layers/faults``): ``rnn`` keeps nothing. What it does beside its numbers is in
    ``tests/verification/judging/test_beside.py``.
    """
    beside = {"order of names", "process stays"}
    shown_elsewhere = {"complex step", "bits", "calls in a row", "reused arrays", *beside}
    assert set(JUDGES) - {mutant.caught_by for mutant in CATALOGUE} == shown_elsewhere


@pytest.mark.slow
def test_the_smallest_example_is_small():
    """A carry that is always zero shows on one record, one step and one unit, in quarters."""
    always_zero = a_mutant("lags", (Edit("cells.vanilla", DH_PREV, "dh.fill(0)"),))
    (found,) = run(mutants=[always_zero], equivalents=()).results
    least = shrunk(found)
    assert least.by_name
    assert least.example.failure.startswith("lags ")
    case = least.example.case
    assert (case.records, case.steps, case.sizes["H"], case.sizes["D"], case.sizes["K"]) == (1, 1, 1, 1, 1)
    assert np.all(4 * case.blocks["xs"] == np.round(4 * case.blocks["xs"]))


@pytest.mark.slow
def test_a_mutant_is_placed_by_the_case_that_it_was_found_on():
    """Its smallest example, of one unit and one record, shows less: there one block spoils another."""
    name = "ragged chunk measured from where it would have ended"
    result = explained(run(mutants=[each for each in CATALOGUE if each.name == name], equivalents=()))
    assert result.holds, summary(result)
    (found,) = result.results
    assert found.example.case.records == 1


def test_a_survivor_has_no_smaller_example():
    """What the named property did not catch is left as it is, and so is what no drawn problem shows."""
    survivor = Result(a_mutant("forward"), {})
    assert shrunk(survivor) is survivor
    only_here = Result(a_mutant("larger", edits=()), {"larger": example("larger")})
    assert shrunk(only_here).caught["larger"].finding is only_here.caught["larger"].finding
    assert diagnosed(survivor) is survivor


def test_a_mutant_that_is_found_elsewhere_spoils_the_result():
    """Though it is caught by the property that it names; `make verify` runs the whole catalogue."""
    found = Result(a_mutant("lags"), {"lags": example()}, Diagnosis("step", ("W",)))
    placed = replace(found, fault=replace(found.fault, place=found.place))
    assert MutantsResult((placed,), (), 0.0).holds
    assert not MutantsResult((found,), (), 0.0).holds
    worst = MutantsResult((found, Result(a_mutant("forward"), {})), (found,), 0.0)
    ends = [line.split()[0] for line in summary(worst).splitlines()[-3:]]
    assert ends == ["SURVIVED", "MISPLACED", "ACCUSED"]
