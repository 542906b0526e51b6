"""Cases of Fractions: small, rational, and within the claim; in the designed ones any two levels meet."""

from dataclasses import replace
from fractions import Fraction
from itertools import combinations, product

import numpy as np
import pytest

from verification.adapters import layer, problem
from verification.models import linear, lstm, vanilla
from verification.sampling.covering import row_with
from verification.sampling.drawing import all_drawn
from verification.sampling.draws import exact_cases
from verification.sampling.fractions import in_fractions
from verification.sampling.resolving import resolved
from verification.sampling.scope import Scope

RATIONAL = Scope(
    functions={"gate": ("rational_gate",), "candidate": ("softsign",), "output": ("identity",)}, exact=True
)


@pytest.mark.parametrize(
    ("model", "claim"),
    [
        (vanilla, resolved(None, vanilla, problem.CAPABILITIES)),
        (
            lstm,
            resolved(
                replace(RATIONAL, states="zero", steps=(2, 9), records=(2, 2)), lstm, layer.CAPABILITIES
            ),
        ),
    ],
    ids=["vanilla", "lstm"],
)
def test_every_number_that_is_drawn_is_a_fraction_within_the_claim(model, claim):
    """And every function rational; a state of zero, and at least so many steps."""
    for case in all_drawn(exact_cases(model, claim), "0", 20):
        arrays = [*case.blocks.values(), *case.objective.arrays().values()]
        assert all(isinstance(number, Fraction) for array in arrays for number in array.ravel())
        assert all(function.rational for function in case.chosen.values())
        assert case.steps <= 3
        assert max(size for name, size in case.sizes.items() if name != "T") <= 2
        assert claim.steps[0] <= case.steps
        assert claim.free or not any(array.any() for array in case.state)


DESIGNS = [
    in_fractions(vanilla, resolved(None, vanilla, problem.CAPABILITIES)),
    in_fractions(lstm, resolved(RATIONAL, lstm, layer.CAPABILITIES)),
]


def test_steps_without_functions_may_be_six():
    """In two records, over three denominators, and any two levels meet."""
    design = in_fractions(linear, resolved(Scope(exact=True), linear, layer.CAPABILITIES))
    assert design.factors["T"] == tuple((n, n) for n in range(1, 7))
    assert design.factors["N"] == design.factors["size H"] == ((1, 1), (2, 2))
    assert design.factors["denominator"] == (1, 2, 3)
    assert design.rows(3) == design.rows(2) != design.rows(1)
    assert [each.factors["T"] for each in DESIGNS] == [((1, 1), (2, 2), (3, 3))] * 2


@pytest.mark.parametrize("design", DESIGNS, ids=["vanilla", "lstm"])
def test_every_possible_pair_is_in_a_designed_row(design):
    """Recounted with loops; what is in no row can be in none."""
    rows = [row.levels for row in design.rows(3)]
    seen = {tuple((n, row[n]) for n in names) for row in rows for names in combinations(design.varied, 2)}
    for names in combinations(design.varied, 2):
        for levels in product(*(design.varied[name] for name in names)):
            each = tuple(zip(names, levels, strict=True))
            can_be = row_with(dict(each), design.varied, design.rules) is not None
            assert (each in seen) == can_be, each


@pytest.mark.parametrize("design", DESIGNS, ids=["vanilla", "lstm"])
def test_a_designed_case_is_of_fractions_and_what_its_row_says(design):
    """Small, each size as chosen, its numbers whole over the denominator."""
    for number, row in enumerate(design.rows(2)):
        case = design.make(row, np.random.default_rng(number))
        arrays = [*case.blocks.values(), *case.objective.arrays().values()]
        numbers = [n for array in arrays for n in array.ravel()]
        assert all(isinstance(n, Fraction) for n in numbers)
        assert all((n * row.levels["denominator"]).denominator == 1 for n in numbers)
        assert case.sizes == row.sizes
        assert case.steps <= 3
        assert max(size for name, size in case.sizes.items() if name != "T") <= 2
        assert all(function.rational for function in case.chosen.values())
        assert any(array.any() for array in case.state) == (row.levels["states"] != "zero")
