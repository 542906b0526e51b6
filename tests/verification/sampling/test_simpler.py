"""Simpler cases are cases of the same claim, each with less of something."""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import a_case, claimed
from verification.adapters import problem
from verification.models import SHIPPED, lstm, vanilla
from verification.models.truncation import Standard
from verification.models.weighted import Weighted
from verification.sampling.admitting import admits
from verification.sampling.scope import Scope
from verification.sampling.simpler import (
    CHANGES,
    capped,
    in_quarters,
    in_two_digits,
    plainer,
    rounded,
    smaller,
)
from verification.truth import replay

PROBLEM = claimed(vanilla, Scope(checkpoints=True, workspace=True, weights=True), problem)


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.name)
def test_every_size_of_every_model_is_cut_to_a_case(model):
    """Whatever axes its blocks have: a forward and a gradient of these sizes."""
    case, claim = a_case(model, 3, 3), claimed(model)
    less = {name for other in smaller(case, claim) for name, n in other.sizes.items() if n < case.sizes[name]}
    assert less == {*case.sizes}
    (one,) = [each for each in capped(case, claim) if max(each.sizes.values()) == 1]
    for name, array in {**replay.forward(one), **replay.gradient(one)}.items():
        assert np.isfinite(array.astype(complex)).all(), name
    for change in (*CHANGES, capped):
        assert all(other.sizes.keys() == case.sizes.keys() for other in change(case, claim))


def test_parts_that_are_stacked_are_cut_each_by_itself():
    """So that a unit keeps its four gates."""
    case = a_case(lstm, sizes={"H": 3, "D": 2})
    one = next(other for other in smaller(case, claimed(lstm)) if other.sizes["H"] == 1)
    assert np.array_equal(one.blocks["W"], case.blocks["W"].reshape(4, 3, 3)[:, :1, :1].reshape(4, 1))
    assert np.array_equal(one.blocks["b"], case.blocks["b"].reshape(4, 3)[:, 0])
    assert np.array_equal(one.objective.outputs, case.objective.outputs[..., :1])
    assert np.array_equal(one.objective.state[1], case.objective.state[1][:, :1])
    last = [other for other in smaller(case, claimed(lstm)) if other.sizes["H"] == 1][1]
    assert np.array_equal(last.blocks["W"], case.blocks["W"].reshape(4, 3, 3)[:, 2:, 2:].reshape(4, 1))
    assert np.array_equal(last.objective.state[1], case.objective.state[1][:, 2:])


@pytest.mark.parametrize(
    "scope",
    [Scope(records=(2, 9), steps=(3, 9)), Scope(sizes={"H": (2, 4), "D": (5,)}), Scope(compiled=True)],
    ids=str,
)
def test_no_size_is_beyond_a_claim(scope):
    """Nor is one that a claim does not name."""
    case, claim = a_case(lstm, 4, 9, sizes={"H": 4, "D": 5}), claimed(lstm, scope)
    for other in (*capped(case, claim), *smaller(case, claim)):
        assert admits(replace(claim, compiled=False), other)
        assert other.sizes != case.sizes
        if claim.compiled:
            assert {n for name, n in other.sizes.items() if n < case.sizes[name]} <= {1, 3}


def test_records_and_steps_are_cut_from_either_end():
    """But for steps whose ends, or reach, are counted from the first."""
    case, claim = a_case(lstm, 2, 4), claimed(lstm, Scope(lengths=True))
    first, last = [other for other in smaller(case, claim) if other.records == 1]
    for one, record in ((first, slice(1)), (last, slice(1, 2))):
        assert np.array_equal(one.blocks["xs"], case.blocks["xs"][record])
    steps = [other for other in smaller(case, claim) if other.steps < 4]
    assert [other.steps for other in steps] == [1, 1, 2, 2, 3, 3]
    assert np.array_equal(steps[3].blocks["xs"], case.blocks["xs"][:, 2:])
    early = replace(case, lengths=(4, 2))
    assert [other.lengths for other in smaller(early, claim) if other.steps < 4] == [(1, 1), (2, 2), (3, 2)]


def test_what_is_plain_is_left_and_all_else_is_made_plain():
    """One thing at a time."""
    case, claim = a_case(vanilla, losses="every"), PROBLEM
    assert [*plainer(replace(case, functions={"activation": "tanh"}), claim)] == []
    weights = np.ones((case.records, case.steps))
    said = {
        "layouts": {"W": "backwards", "U": "read-only"},
        "lengths": (1, 2),
        "checkpoints": 2,
        "truncation": Standard("Window", (1,)),
        "functions": {"activation": "relu"},
        "objective": Weighted(case.objective.targets, weights=weights),
    }
    made = [*plainer(replace(case, **said), claim)]
    assert len(made) == 8
    for other in made:
        assert sum(getattr(other, name) is not each for name, each in said.items()) == 1
    assert [other.layouts for other in made[:3]] == [{}, {"U": "read-only"}, {"W": "backwards"}]


def test_numbers_become_quarters_or_have_two_digits_all_of_them_or_those_of_one_array():
    """None becomes 0, and what is so already is left."""
    case, claim = a_case(lstm), claimed(lstm)
    every, *each = rounded(case, claim)
    arrays = [*every.blocks.values(), *every.objective.arrays().values()]
    assert all(array.all() and np.array_equal(4 * array, np.round(4 * array)) for array in arrays)
    assert len(each) == 2 * (len(case.blocks) + 1) + 1
    other = each[len(case.blocks) + 1]
    arrays = [*other.blocks.values(), *other.objective.arrays().values()]
    assert all(float(f"{number:.1e}") == number for array in arrays for number in array.ravel())
    assert [*rounded(every, claim)] == []
    assert in_quarters(np.array([0.0, 1e-9, -0.3, 2.0])).tolist() == [0, 0.25, -0.5, 2]
    assert in_quarters(np.array([0.1 - 0.6j])).tolist() == [0.25 - 0.75j]
    assert in_two_digits(np.array([0.0, 1.234e-9, -0.347, 10.25])).tolist() == [0, 1.2e-9, -0.35, 10.25]
    assert in_two_digits(np.array([0.123 - 0.678j])).tolist() == [0.12 - 0.68j]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_what_is_next_to_the_largest_number_stays_a_number(dtype):
    """Four times as much is none."""
    largest = np.finfo(dtype).max
    for change in (in_quarters, in_two_digits):
        assert change(np.array([largest, -largest])).tolist() == [largest, -largest]
