"""How one mutant is judged by the cases."""

import numpy as np
import pytest

from benchmarks.evidence.mutants.cases import all_cases
from benchmarks.evidence.mutants.catalogue import CATALOGUE
from benchmarks.evidence.mutants.fault import Edit, Fault
from benchmarks.evidence.mutants.judging import JUDGES, _refutable, judge, refutations
from benchmarks.evidence.mutants.patch import StaleMutant
from tests.vanilla import changed
from verification.adapters.rnn.manual import manual
from verification.adapters.rnn.scoping import as_rnn
from verification.properties.findings import PROPERTIES
from verification.properties.property import FORM

DH_PREV = "product(da, W, dh)"
UNTRANSPOSED = (Edit("cells.vanilla", DH_PREV, "product(da, W.T, dh)"),)


def named(name):
    """The catalogue's mutant of this name."""
    (mutant,) = (mutant for mutant in CATALOGUE if mutant.name == name)
    return mutant


def test_the_judges_are_the_properties_of_rnn():
    """By the claim of its adapter, which is not made at the start of a command."""
    claim = as_rnn(manual).claim
    assert tuple(each.name for each in PROPERTIES if each is not FORM and each.applies(claim)) == JUDGES


def test_the_named_property_catches_its_mutant():
    """The result has the property that the mutant names, with an example on which it fails."""
    mutant = named("an error of 1e-8 in lag 2")
    result = judge(mutant, all_cases(), JUDGES)
    assert result.by_name
    assert result.example is result.caught[mutant.caught_by]
    assert result.example.failure.startswith(mutant.caught_by)


@pytest.mark.slow
def test_a_harmless_edit_is_not_caught():
    """The same engine in other words is caught by nothing, and has no example."""
    harmless = (Edit("cells.vanilla", DH_PREV, "np.dot(da, W, dh)"),)
    result = judge(Fault("other words", "None.", "this test", harmless, "lags"), all_cases(), JUDGES)
    assert (result.caught, result.by_name, result.example) == ({}, False, None)


@pytest.mark.slow
def test_caught_by_another_property_is_not_caught_by_name():
    """A wrong gradient names the forward, which is right: a survivor, though others catch it."""
    result = judge(Fault("misnamed", "W.", "this test", UNTRANSPOSED, "forward"), all_cases()[:40], JUDGES)
    assert not result.by_name
    assert {"autograd", "lags"} <= result.caught.keys()
    assert result.example in result.caught.values()


def test_a_fault_of_another_cell_is_refused():
    """Its gradients are not looked at, so that it would live whatever the verifier sees."""
    mutant = Fault("of a test", "W.", "this test", UNTRANSPOSED, "lags", cell="lstm")
    with pytest.raises(ValueError, match=r"^mutant 'of a test': cell 'lstm', needed 'vanilla', ") as raised:
        judge(mutant, all_cases()[:1], JUDGES)
    assert "\n" not in str(raised.value)


def test_an_unknown_property_is_refused():
    """A property that nobody judges by would make a survivor of every mutant that names it."""
    mutant = Fault("of a test", "W.", "this test", UNTRANSPOSED, "no such property")
    with pytest.raises(ValueError, match="caught by 'no such property', needed one of forward, "):
        judge(mutant, all_cases(), JUDGES)


def test_the_cases_survive_a_mutant_that_writes_to_its_inputs():
    """What one mutant does to a problem no other one meets."""
    truths = all_cases()[:20]
    before = [{name: a.copy() for name, a in truth.case.blocks.items()} for truth in truths]
    assert judge(named("targets overwritten by the residual"), truths, JUDGES).by_name
    for truth, kept in zip(truths, before, strict=True):
        for name, array in truth.case.blocks.items():
            np.testing.assert_array_equal(array, kept[name])


def test_a_mutant_that_breaks_off_is_no_catch():
    """Whoever looks for a name that is not there would be refuted by anything."""
    broken = (Edit("cells.vanilla", DH_PREV, "map((lambda da, dh: nowhere), das, dhs)"),)
    with pytest.raises(StaleMutant, match="nowhere"):
        judge(Fault("broken", "None.", "this test", broken, "lags"), all_cases(), JUDGES)

    def late(problem):
        raise NameError("name 'nowhere' is not defined")

    with pytest.raises(StaleMutant, match="it raised NameError"):
        refutations(as_rnn(late), all_cases()[0], ("lags",))


def test_a_property_that_refutes_is_reported_before_a_wrong_form():
    """A wrong form refutes under any property, and is reported last."""

    def wrong(problem):
        if problem.steps == 1:
            raise ValueError("one step")
        answer = manual(problem)
        return changed(answer, b=answer.params["b"] + 1)

    names = "forward", "lags"
    first = refutations(as_rnn(wrong), all_cases()[0], names)
    assert {(name, first[name].finding.property, first[name].finding.unanswered) for name in names} == {
        ("forward", "forward", True),
        ("lags", "lags", True),
    }
    # Once it answers in form, what is wrong is one block, which the forward does not show.
    assert list(refutations(as_rnn(wrong), all_cases()[1], names)) == ["lags"]
    kinds = list(_refutable(as_rnn(wrong), all_cases()[:3], "lags"))
    assert [truth.case.steps for truth in kinds] == [4]
