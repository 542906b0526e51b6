"""The judge's side of an engine's arrays; test_arrays has what both sides do."""

from fractions import Fraction

import numpy as np

from tests.verification.processes.both_sides import BothSides
from verification.models.truncation import window
from verification.processes.mirrors import Handle


def test_an_object_that_stays_there_has_a_handle_here():
    """It is the same there; where the handle is gone, it is forgotten there."""
    sides, kept = BothSides(), [1]
    sides.engine.kept[3] = kept
    handle = sides.judge.got(("h", 3))
    assert isinstance(handle, Handle)
    assert sides.given((handle, 1))[0] is kept
    del handle
    sides.drop()
    assert not sides.engine.kept


def test_another_object_is_sent_once():
    """By its contents: a truncation of a case, say, of which each case has its own."""
    sides = BothSides()
    first, again, other = (sides.given(window(k)) for k in (3, 3, 4))
    assert (first.first(5, 9), other.first(5, 9)) == (2, 1)
    assert again is first
    assert sides.given(Fraction(1, 3)) == Fraction(1, 3)


def test_an_array_at_the_address_of_one_that_is_gone_is_another():
    """Its number is new, and so are its numbers there."""
    sides = BothSides()
    for value in range(200):
        there = sides.given(np.full(5, value))
        assert there.tolist() == [value] * 5
        sides.drop()
