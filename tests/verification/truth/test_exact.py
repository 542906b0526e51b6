"""Exact gradients: equal to a hand-written backward in Fractions, and close to autograd in floats."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from verification.models import gru, gru_reset_before, linear, lstm, scan, vanilla
from verification.models.case import Case, Cotangents, random_case
from verification.models.functions import Function
from verification.models.truncation import Tabled
from verification.truth import exact, replay

RATIONAL = {
    "activation": "softsign",
    "gate": "rational_gate",
    "candidate": "softsign",
    "output": "softsign",
}


def in_fractions(case):
    """The case in thirds."""
    thirds = np.vectorize(lambda number: Fraction(round(float(number) * 5), 3), otypes=[object])
    blocks = {name: thirds(array) for name, array in case.blocks.items()}
    functions = {role: RATIONAL[role] for role in case.model.functions}
    return Case(case.model, blocks, case.objective.replaced(thirds), functions, case.truncation)


@pytest.mark.parametrize("first", [(0, 0, 0), (0, 1, 1), (0, 2, 3)])
@pytest.mark.parametrize("model", [vanilla, lstm, gru, gru_reset_before, linear, scan], ids=lambda m: m.name)
def test_it_is_what_autograd_comes_close_to(model, first):
    """Under any truncation, and every entry is a Fraction."""
    case = random_case(model, np.random.default_rng(0), {"H": 1, "D": 2})
    case = in_fractions(replace(case, truncation=Tabled(first)))
    truth = replay.gradient(case.astype(float), float)
    for name, got in exact.gradient(case).items():
        assert all(isinstance(entry, Fraction) for entry in got.ravel())
        np.testing.assert_allclose(got.astype(float), truth[name], rtol=0, atol=1e-12)


def test_departures_are_followed():
    """What is stopped, a surrogate and a declared slope."""
    own = Function("own", lambda a: a * a, slope=lambda a: 7 + 0 * a, rational=True)

    def step(f, p, x, h):
        return f.stop(x.a) * h + f.surrogate(x.x * x.x, 3 * x.x) + f.own(h)

    case = random_case(scan, np.random.default_rng(0), {"H": 1}, 1, 1)
    d = Cotangents(np.array([[[Fraction(1)]]], dtype=object), (np.array([[Fraction(0)]], dtype=object),))
    numbers = {"a": 2, "x": 5, "h0": 11}
    blocks = {name: np.full(case.blocks[name].shape, Fraction(n), object) for name, n in numbers.items()}
    model = replace(scan, step=step, functions={"own": (own,)})
    grads = exact.gradient(Case(model, blocks, d))
    assert {name: array.item() for name, array in grads.items()} == {"a": 0, "x": 3, "h0": 9}


def test_transcendental_functions_are_refused():
    """With the names of those that were called."""
    case = random_case(gru, np.random.default_rng(0), {"H": 1, "D": 1})
    with pytest.raises(ValueError, match="functions: sigmoid, tanh, needed rational ones"):
        exact.gradient(case)
