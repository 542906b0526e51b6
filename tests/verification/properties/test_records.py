"""Records add up, and their order is of no account."""

from tests.verification.properties.refuting import FIRST, refuted
from verification import Scope


def test_a_sum_over_records_is_caught():
    """By a fault of batches alone, which one call on a batch shows as well."""
    made = ("d_W += da.T @ h_prev", "d_W += da.T @ h_prev * (1 if len(x) > 1 else 2)")
    assert set(refuted(*made)) == {"records add up"}


def test_a_fault_of_the_first_record_is_caught():
    """Where that is the case's own first, and one call on the case is right."""
    made = ("return {", f"d_xs[0] *= 1 + (d_outputs[0, 0, 0] != {FIRST}); return {{")
    others = {"records add up", "records permute", "units permute"}
    assert set(refuted(*made)) == {*others, "lag by lag", "linearity", "cotangents add up", "cut"}


def test_records_alone_are_not_asked_of_who_does_not_claim_them():
    """An engine of two records or more."""
    made = ("d_W += da.T @ h_prev", "d_W += da.T @ h_prev * (1 if len(x) > 1 else 2)")
    assert refuted(*made, scope=Scope(records=(2, 9))) == {}
