"""Cases of Fractions: small, rational, and within the claim; of the designed ones any two levels meet."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from tests.cases import claimed
from verification.adapters import problem
from verification.models import linear, lstm, vanilla
from verification.sampling.covering import met, row_with, tuples
from verification.sampling.drawing import all_drawn
from verification.sampling.draws import exact_cases
from verification.sampling.fractions import in_fractions
from verification.sampling.scope import Scope

RATIONAL = Scope(
    functions={"gate": ("rational_gate",), "candidate": ("softsign",), "output": ("identity",)}, exact=True
)


def numbers_of(case):
    """All of them, of a small case of rational functions."""
    assert all(function.rational for function in case.chosen.values())
    assert case.steps <= 3
    assert max(size for name, size in case.sizes.items() if name != "T") <= 2
    return [n for array in (*case.blocks.values(), *case.objective.arrays().values()) for n in array.ravel()]


@pytest.mark.parametrize(
    ("model", "claim"),
    [
        (vanilla, claimed(vanilla, adapter=problem)),
        (lstm, claimed(lstm, replace(RATIONAL, states="zero", steps=(2, 9), records=(2, 2)))),
    ],
    ids=["vanilla", "lstm"],
)
def test_every_number_that_is_drawn_is_a_fraction_within_the_claim(model, claim):
    """A state of zero, and at least so many steps."""
    for case in all_drawn(exact_cases(model, claim), "0", 20):
        assert all(isinstance(number, Fraction) for number in numbers_of(case))
        assert claim.steps[0] <= case.steps
        assert claim.free or not any(array.any() for array in case.state)


DESIGNS = [
    in_fractions(vanilla, claimed(vanilla, adapter=problem)),
    in_fractions(lstm, claimed(lstm, RATIONAL)),
]


def test_steps_without_functions_may_be_six():
    """In two records, over three denominators, and any two levels meet."""
    design = in_fractions(linear, claimed(linear, Scope(exact=True)))
    assert design.factors["T"] == tuple((n, n) for n in range(1, 7))
    assert design.factors["N"] == design.factors["size H"] == ((1, 1), (2, 2))
    assert design.factors["denominator"] == (1, 2, 3)
    assert design.rows(3) == design.rows(2) != design.rows(1)
    assert [each.factors["T"] for each in DESIGNS] == [((1, 1), (2, 2), (3, 3))] * 2


@pytest.mark.parametrize("design", DESIGNS, ids=["vanilla", "lstm"])
def test_any_two_levels_meet_that_can(design):
    """What is in no row can be in none."""
    rows = [row.levels for row in design.rows(3)]
    unmet = tuples(design.varied, 2, design.rules)[0] - met(rows, design.varied, 2)
    assert all(row_with(dict(each), design.varied, design.rules) is None for each in unmet)


@pytest.mark.parametrize("design", DESIGNS, ids=["vanilla", "lstm"])
def test_a_designed_case_is_of_fractions_and_what_its_row_says(design):
    """Small, each size as chosen, its numbers whole over the denominator."""
    for number, row in enumerate(design.rows(2)):
        case = design.make(row, np.random.default_rng(number))
        numbers = numbers_of(case)
        assert all(isinstance(n, Fraction) for n in numbers)
        assert all((n * row.levels["denominator"]).denominator == 1 for n in numbers)
        assert case.sizes == row.sizes
        assert any(array.any() for array in case.state) == (row.levels["states"] != "zero")
