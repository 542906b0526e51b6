"""Exact gradients: every entry is a Fraction, and what autograd comes close to in floats."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from tests.cases import a_case, assert_alike
from tests.verification.truth.departing import DEPARTING
from verification.models import gru, gru_reset_before, linear, lstm, scan, vanilla
from verification.models.case import Case
from verification.models.truncation import Tabled
from verification.truth import exact, replay

RATIONAL = {
    "activation": "softsign",
    "gate": "rational_gate",
    "candidate": "softsign",
    "output": "softsign",
    "own": "own",
}
OUTPUT = replace(scan, name="output", output=lambda f, p, x, h: 3 * h * x.x)
MODELS = (vanilla, lstm, gru, gru_reset_before, linear, scan, OUTPUT, DEPARTING)


def in_fractions(case):
    thirds = np.vectorize(lambda number: Fraction(round(float(number) * 5), 3), otypes=[object])
    blocks = {name: thirds(array) for name, array in case.blocks.items()}
    functions = {role: RATIONAL[role] for role in case.model.functions}
    return Case(case.model, blocks, case.objective.replaced(thirds), functions, case.truncation)


@pytest.mark.parametrize("first", [(0, 0, 0), (0, 1, 1), (0, 2, 3)])
@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
def test_it_is_what_autograd_comes_close_to(model, first):
    """Under any truncation, of an output that is no state, and where the derivative is declared."""
    case = in_fractions(replace(a_case(model, sizes={"H": 1}), truncation=Tabled(first)))
    gradient = exact.gradient(case)
    assert all(isinstance(entry, Fraction) for array in gradient.values() for entry in array.flat)
    in_floats = {name: array.astype(float) for name, array in gradient.items()}
    assert_alike(in_floats, replay.gradient(case.astype(float), float), 1e-12)
