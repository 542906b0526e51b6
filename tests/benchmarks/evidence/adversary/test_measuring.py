"""The measurement: what is drawn, what the matrix says of it, and that verdicts are what it says."""

import numpy as np
import pytest

from benchmarks.evidence.adversary import confirmed, measure, measuring
from benchmarks.evidence.adversary.condition import together
from benchmarks.evidence.adversary.measuring import Matrix, drawn, matrix, pairs_met, refuted
from benchmarks.evidence.adversary.published import CONDITIONS
from tests.benchmarks.evidence.adversary.calls import BY_NAME
from tests.benchmarks.evidence.adversary.small import SOME, recording, right, subject
from tests.promises import SHORT

NAMES = [condition.name for condition in CONDITIONS]


def test_the_list_is_long_and_no_name_stands_twice():
    """Of every class some dozens."""
    assert len(CONDITIONS) > 300
    assert len(set(NAMES)) == len(NAMES)
    assert {condition.kind for condition in CONDITIONS} == {
        *("sizes", "products", "zeros", "patterns", "values", "switches", "cotangents", "layouts", "conduct"),
        "state at sizes",
    }


@pytest.mark.parametrize("count", [2, 3])
def test_faults_are_drawn_by_the_seed_among_what_can_hold_together(count):
    """None twice."""
    some = drawn(CONDITIONS, count, 60, np.random.default_rng(1))
    assert some == drawn(CONDITIONS, count, 60, np.random.default_rng(1))
    assert len(set(some)) == 60
    assert all(len(set(fault)) == count for fault in some)
    assert all(together([CONDITIONS[number] for number in fault]) for fault in some)


# Two cases: the first has three calls, of which the first is looked at; the second, a large one, has one.
TABLE = Matrix(
    met=np.array([[1, 0, 0], [1, 1, 0], [0, 1, 1], [0, 1, 0]], bool),
    places=np.array([[0, 0, 0], [0, 0, 1], [0, 0, 2], [1, 0, 0]]),
    telling=np.array([1, 0, 0, 0], bool),
    large=np.array([0, 0, 0, 1], bool),
)


def test_a_fault_is_refuted_for_sure_by_a_call_that_is_looked_at():
    """All of whose conditions it meets."""
    assert TABLE.refuted_by((0,))
    assert not TABLE.refuted_by((1,))
    assert not TABLE.refuted_by((0, 1))


def test_pairs_that_no_call_meets_are_listed_by_classes():
    """What is met least stands first; pairs that contradict themselves are none."""
    some = [BY_NAME[name] for name in ("T == 1", "T > 20", "N == 1", "float64")]
    met = np.array([[1, 0, 1, 0], [0, 1, 0, 1]], bool)
    found = pairs_met(some, met)
    assert [(each.classes, each.pairs) for each in found] == [
        (("sizes", "values"), 3),
        (("sizes", "sizes"), 2),
    ]
    assert found[0].unmet == (("T == 1", "float64"), ("N == 1", "float64"))
    assert (found[0].share, found[1].share) == (pytest.approx(1 / 3), 0.5)


@pytest.mark.slow
def test_what_is_measured_of_a_small_scope_is_found_in_the_calls():
    """Conditions that its cases cannot have are never met; those of its type always."""
    table = matrix(recording())
    names = [condition.name for condition in SOME]
    faults = [(names.index(name),) for name in ("float64", "T > 20", "a second backward of one forward")]
    found = refuted(subject(), recording(), table, faults)
    assert list(found.values()) == [True, False, True]


@pytest.mark.slow
def test_verdicts_of_planted_faults_are_as_measured(monkeypatch):
    """One that is refuted and one that is not, of a whole measurement by a small profile of a small scope."""
    monkeypatch.setattr(measuring, "CONDITIONS", SOME)
    monkeypatch.setattr(measuring, "right", right)
    monkeypatch.setattr(measuring, "recorded", lambda subject, *rest: recording())
    found = confirmed(measure(SHORT, faults=20), 2, SHORT)
    assert [each.refuted for each in found.planted] == [True, False]
    assert found.agrees
    assert [share.conditions for share in found.shares] == [1, 2, 3]
    assert found.shares[0].share > found.shares[1].share > found.shares[2].share
