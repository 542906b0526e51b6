"""What contradicts itself is excluded, by a rule that has a name, and a pair that is left can be had."""

from dataclasses import replace

import pytest

from tests.cases import claimed, rules_of
from verification.adapters import problem
from verification.models import SHIPPED, lstm, scan, vanilla
from verification.models.model import Block, Use
from verification.sampling.covering import possible, row_with, tuples
from verification.sampling.sample import in_floats

CONTRADICTIONS = (
    {"zero": "a record", "N": (1, 1)},
    {"zero": "a step", "T": (1, 1)},
    {"cotangents": "not of a unit", "size H": (1, 1)},
    {"cotangents": "not of a step", "losses": "final state"},
    {"zero": "b", "vectors": "one large"},
    {"zero": "h0", "states": "zero"},
    {"zero": "xs", "pattern of inputs": "one-hot"},
    {"zero": "b", "pattern of weights": "as initialised"},
    {"pattern of weights": "symmetric", "matrices": "one large"},
    {"pattern of weights": "as initialised", "states": "ordinary"},
    {"zero": "a record", "pattern of inputs": "all alike"},
    {"pattern of inputs": "one-hot", "inputs": "tiny"},
    {"pattern of weights": "diagonal", "vectors": "tiny"},
    {"layout": "repeated", "zero": "a step"},
    {"layout": "repeated", "cotangents": "not of a step"},
    {"layout": "in the same memory", "zero": "c0"},
    {"inputs": "one that overflows", "matrices": "tiny"},
    {"inputs": "one that overflows", "zero": "U"},
    {"inputs": "one that overflows", "N": (1, 1), "T": (1, 1)},
    {"pattern of weights": "all alike", "size H": (31, 65)},
    {"pattern of weights": "all alike", "size D": (127, 129)},
)
POSSIBLE = (
    {"zero": "a record", "N": (2, 4)},
    {"zero": "U", "matrices": "one large"},
    {"zero": "c0", "states": "one large"},
    {"pattern of weights": "as initialised", "pattern of inputs": "one-hot"},
    {"layout": "in the same memory", "states": "zero"},
    {"inputs": "one that overflows", "N": (1, 1)},
    {"pattern of weights": "all alike", "size H": (5, 17)},
)


@pytest.mark.parametrize("levels", CONTRADICTIONS, ids=str)
def test_a_contradiction_is_excluded(levels):
    assert not possible(levels, rules_of(lstm))


def test_whole_numbers_beside_it_are_no_other_input():
    """Where the one input of numbers is zero none is large, whatever tokens or masks there are."""
    masked = replace(scan, name="masked", blocks=(*scan.blocks[1:], Block("m", ("H",), Use.INPUT, below=2)))
    assert not possible({"zero": "x", "inputs": "one large"}, rules_of(masked))
    assert possible({"zero": "x", "states": "one large"}, rules_of(masked))


@pytest.mark.parametrize("levels", POSSIBLE, ids=str)
def test_what_goes_together_is_run(levels):
    assert possible(levels, rules_of(lstm))


def test_a_single_state_shares_its_memory_with_its_cotangent_where_neither_is_zero():
    """A scan has two inputs, which share theirs whatever the state is."""
    shared = {"layout": "in the same memory", "states": "zero"}
    assert not possible(shared, rules_of(vanilla))
    assert possible(shared, rules_of(scan))


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.name)
def test_every_pair_that_is_left_is_in_a_row(model):
    """Or it would be sought among all rows, for minutes."""
    factors, ruled = in_floats(model, claimed(model)).every, rules_of(model)
    for pair in sorted(tuples(factors, 2, ruled)[0], key=repr)[::7]:
        assert row_with(dict(pair), factors, ruled) is not None, pair


def test_a_loss_of_one_s_own_has_no_part_without_a_cotangent():
    """A problem's losses are of targets."""
    levels = {"cotangents": "not of a step", "losses": "last step"}
    assert not possible(levels, rules_of(vanilla, adapter=problem))
