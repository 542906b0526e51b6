"""The deck, and how one mutant is judged before it."""

from dataclasses import replace

import numpy as np
import pytest

from rnn import Chunked
from verification.adapters.rnn.engine import manual
from verification.adapters.rnn.scoping import as_rnn
from verification.adapters.rnn.vanilla_form import case_of
from verification.evidence.mutants.catalogue import CATALOGUE
from verification.evidence.mutants.catalogue.textbook import DH_PREV
from verification.evidence.mutants.deck import (
    ACTIVATIONS,
    JUDGES,
    _refutable,
    deck,
    drawn,
    fixed_truths,
    judge,
    laid_out,
    refutations,
)
from verification.evidence.mutants.mutant import Edit, Mutant
from verification.evidence.mutants.patch import Disarmed

UNTRANSPOSED = (Edit("cells.vanilla", DH_PREV, "product(da, W.T, dh)"),)


def named(name):
    """The catalogue's mutant of this name."""
    (mutant,) = (mutant for mutant in CATALOGUE if mutant.name == name)
    return mutant


def test_it_is_always_the_same():
    """Dealt again, it has the same bits: hand-laid and drawn cases alike."""
    again = [*map(case_of, laid_out()), *drawn()]
    assert len(again) == len(deck())
    for case, truth in zip(again, deck(), strict=True):
        assert case.policy == truth.case.policy
        for name, array in case.blocks.items():
            np.testing.assert_array_equal(array, truth.case.blocks[name])


def test_every_activation_meets_every_truncation():
    """All five with all four kinds, with a loss on the last step and on every step."""
    met = {(p.activation, p.policy.kind, p.targets.ndim) for p in laid_out()}
    kinds = ("Full", "Window", "Chunked", "Tail")
    assert {(f, kind) for f, kind, _ in met} == {(f, kind) for f in ACTIVATIONS for kind in kinds}
    assert {(f, losses) for f, _, losses in met} == {(f, losses) for f in ACTIVATIONS for losses in (2, 3)}


def test_the_corners_are_in_it():
    """Each dimension is 1 somewhere, T < k, a ragged chunk, h0 zero and not, every type of number."""
    problems = list(laid_out())
    sizes = [truth.case.sizes for truth in deck()]
    assert all(any(size[name] == 1 and max(size.values()) > 1 for size in sizes) for name in "NTDHK")
    assert any(p.policy.kind == "Window" and p.policy.numbers[0] > p.steps for p in problems)
    assert any(isinstance(p.truncation, Chunked) and p.steps % p.truncation.k1 for p in problems)
    assert {bool(np.any(p.h0)) for p in problems} == {True, False}
    assert {truth.case.dtype.name for truth in deck()} >= {"float32", "float64", "object"}


@pytest.mark.parametrize("name", JUDGES)
def test_the_right_engine_is_never_accused(name):
    """No property has anything to say against rnn on any problem."""
    right = as_rnn(manual)
    asked = [*deck(), *fixed_truths().get(name, ())]
    assert [found for truth in asked if (found := refutations(right, truth, (name,)))] == []


@pytest.mark.parametrize(
    "name",
    [
        "carry through W, not its transpose",
        "window of k + 1 jumps",
        "bias gradient is a mean",
        "clipping through an alias",
        "weights assumed in C order",
        "an error of 1e-8 in lag 2",
        "a half as 0.5",
    ],
)
def test_the_named_property_catches_its_mutant(name):
    """The kill has the property that the mutant names, with an example on which it fails."""
    mutant = named(name)
    kill = judge(mutant, deck(), JUDGES)
    assert kill.by_name
    assert kill.example is kill.caught[mutant.caught_by]
    assert kill.example.failure.startswith(mutant.caught_by)


def test_a_harmless_edit_is_not_caught():
    """The same engine in other words is caught by nothing, and has no example."""
    harmless = (Edit("cells.vanilla", DH_PREV, "np.dot(da, W, dh)"),)
    kill = judge(Mutant("other words", "None.", "this test", harmless, "lags"), deck(), JUDGES)
    assert (kill.caught, kill.by_name, kill.example) == ({}, False, None)


def test_caught_by_another_property_is_not_caught_by_name():
    """A wrong gradient names the forward, which is right: a survivor, though others catch it."""
    kill = judge(Mutant("misnamed", "W.", "this test", UNTRANSPOSED, "forward"), deck()[:40], JUDGES)
    assert not kill.by_name
    assert {"autograd", "lags"} <= kill.caught.keys()
    assert kill.example in kill.caught.values()


def test_an_unknown_property_is_refused():
    """A property that nobody judges by would make a survivor of every mutant that names it."""
    mutant = Mutant("of a test", "W.", "this test", UNTRANSPOSED, "no such property")
    with pytest.raises(ValueError, match="caught by 'no such property', needed one of forward, "):
        judge(mutant, deck(), JUDGES)


def test_the_deck_survives_a_mutant_that_writes_to_its_inputs():
    """What one mutant does to a problem no other one meets."""
    truths = deck()[:20]
    before = [{name: a.copy() for name, a in truth.case.blocks.items()} for truth in truths]
    assert judge(named("targets overwritten by the residual"), truths, JUDGES).by_name
    for truth, kept in zip(truths, before, strict=True):
        for name, array in truth.case.blocks.items():
            np.testing.assert_array_equal(array, kept[name])


def test_a_mutant_that_breaks_off_is_no_catch():
    """Whoever looks for a name that is not there would be refuted by anything."""
    broken = (Edit("cells.vanilla", DH_PREV, "map((lambda da, dh: nowhere), das, dhs)"),)
    with pytest.raises(Disarmed, match="nowhere"):
        judge(Mutant("broken", "None.", "this test", broken, "lags"), deck(), JUDGES)

    def late(problem):
        raise NameError("name 'nowhere' is not defined")

    with pytest.raises(Disarmed, match="it raised NameError"):
        refutations(as_rnn(late), deck()[0], ("lags",))


def test_a_property_that_refutes_is_told_before_one_that_is_not_answered():
    """A wrong form refutes whatever is asked, and is the last resort."""

    def wrong(problem):
        if problem.steps == 1:
            raise ValueError("one step")
        answer = manual(problem)
        return replace(answer, b=answer.b + 1)

    names = "forward", "lags"
    first = refutations(as_rnn(wrong), deck()[0], names)
    assert {(name, first[name].finding.property, first[name].finding.unanswered) for name in names} == {
        ("forward", "forward", True),
        ("lags", "lags", True),
    }
    # Once it answers in form, what is wrong is one block, which the forward does not show.
    assert list(refutations(as_rnn(wrong), deck()[1], names)) == ["lags"]
    kinds = list(_refutable(as_rnn(wrong), deck()[:3], "lags"))
    assert [truth.case.steps for truth in kinds] == [4]
