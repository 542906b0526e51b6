"""The activations against exact functions, and their slopes against the derivative."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from mpmath import mpmathify

from rnn.activations import (
    ACTIVATIONS,
    OURS,
    Activation,
    identity,
    rational_gate,
    relu,
    sigmoid,
    softsign,
    tanh,
)

EXACT = {
    "tanh": mpmath.tanh,
    "sigmoid": lambda a: 1 / (1 + mpmath.exp(-a)),
    "relu": lambda a: max(a, mpmath.mpf(0)),
    "softsign": lambda a: a / (1 + abs(a)),
    "identity": lambda a: a,
    # Half of one and softsign.
    "rational_gate": lambda a: (1 + a / (1 + abs(a))) / 2,
}
EXACT_SLOPE = {
    "tanh": lambda a: mpmath.sech(a) ** 2,
    "sigmoid": lambda a: 1 / (2 + mpmath.exp(a) + mpmath.exp(-a)),
    "relu": lambda a: mpmath.mpf(a > 0),
    "softsign": lambda a: (1 + abs(a)) ** -2,
    "identity": lambda a: mpmath.mpf(1),
    "rational_gate": lambda a: (1 + abs(a)) ** -2 / 2,
}

both = pytest.mark.parametrize("f", OURS, ids=lambda f: f.name)
every_float = pytest.mark.parametrize("dtype", [np.float32, np.float64, np.longdouble])


@pytest.fixture(autouse=True)
def sixty_digits():
    """Three times the digits of the widest float: what mpmath rounds is nothing beside what floats do."""
    with mpmath.workdps(60):
        yield


def value(f: Activation, a: np.ndarray) -> np.ndarray:
    """f(a), for an ``a`` that is kept."""
    out = np.empty_like(a)
    f.value(a.copy(), out)
    return out


def slope(f: Activation, y: np.ndarray) -> np.ndarray:
    """f′(a), given y = f(a)."""
    out = np.empty_like(y)
    f.slope(y, out)
    return out


def exactly(function, array: np.ndarray) -> np.ndarray:
    """The function of each entry, an array of mpmath numbers."""
    return np.vectorize(lambda entry: function(mpmathify(entry)), otypes=[object])(array)


def samples(dtype) -> np.ndarray:
    """Both signs, from far below 1 to where tanh and sigmoid have long saturated, and 0 of either, a kink."""
    sizes = np.concatenate((np.zeros(1), np.geomspace(1e-6, 60, 101))).astype(dtype)
    return np.concatenate((-sizes, sizes))


@both
@every_float
def test_value_is_accurate_to_its_own_size(f, dtype):
    """Every output is within a few roundings of the function, relative to that output."""
    a = samples(dtype)
    y = value(f, a)
    assert y.dtype == dtype
    want = exactly(EXACT[f.name], a)
    # Each operation rounds once, by eps/2, and an elementary function errs by up to two eps.
    assert (abs(exactly(mpmathify, y) - want) <= 4 * mpmathify(np.finfo(dtype).eps) * abs(want)).all()


@every_float
def test_the_largest_numbers_are_saturated(dtype):
    """And overflow nowhere on the way."""
    a = np.array([-1, 1], dtype) * np.finfo(dtype).max
    assert value(sigmoid, a).tolist() == [0, 1]
    assert value(tanh, a).tolist() == [-1, 1]
    assert 0 < value(rational_gate, a)[0] < np.finfo(dtype).tiny
    assert value(rational_gate, np.array([-np.inf, np.inf], dtype)).tolist() == [0, 1]


@both
@every_float
def test_slope_is_the_derivative(f, dtype):
    """The slope read off the output is within a few roundings of 1 of the derivative."""
    a = samples(dtype)
    found = exactly(mpmathify, slope(f, value(f, a)))
    error = abs(found - exactly(EXACT_SLOPE[f.name], a))
    # The output's error of a few eps enters with the factor |d slope / dy| ≤ 2.
    assert (error <= 8 * mpmathify(np.finfo(dtype).eps)).all()


@every_float
@pytest.mark.parametrize("f", [sigmoid, rational_gate], ids=lambda f: f.name)
def test_the_slope_of_a_gate_that_is_nearly_closed_is_accurate_to_its_own_size(f, dtype):
    """It is read off an output that is."""
    a = -np.geomspace(1e-6, 1e4 if f is rational_gate else 60, 101).astype(dtype)
    found, want = exactly(mpmathify, slope(f, value(f, a))), exactly(EXACT_SLOPE[f.name], a)
    assert (abs(found - want) <= 12 * mpmathify(np.finfo(dtype).eps) * want).all()


# Value and slope.
RATIONAL = {
    relu: (lambda n: max(n, 0), lambda n: int(n > 0)),
    softsign: (lambda n: n / (1 + abs(n)), lambda n: 1 / (1 + abs(n)) ** 2),
    identity: (lambda n: n, lambda n: 1),
    rational_gate: (EXACT["rational_gate"], lambda n: 1 / (1 + abs(n)) ** 2 / 2),
}


@pytest.mark.parametrize("f", RATIONAL, ids=lambda f: f.name)
def test_fractions_stay_fractions(f):
    """Values and slopes of Fractions are exact Fractions: the function's own, with no rounding."""
    a = np.array([Fraction(n, 3) for n in range(-9, 10)], dtype=object)
    y = value(f, a)
    for found, exact in zip((y, slope(f, y)), RATIONAL[f], strict=True):
        assert found.tolist() == [exact(number) for number in a]
        assert {type(entry) for entry in found} == {Fraction}


@both
def test_value_and_slope_fill_a_strided_place(f):
    """Where they are told to, whatever stood there, and nowhere else; an output may be read-only."""
    a = np.linspace(-2, 2, 6).reshape(2, 3)
    y, slopes = np.full((2, 5), np.inf), np.full((2, 5), np.inf)
    f.value(a.copy(), y[:, 1:4])
    y.flags.writeable = False
    f.slope(y[:, 1:4], slopes[:, 1:4])
    np.testing.assert_array_equal(y[:, 1:4], value(f, a))
    np.testing.assert_array_equal(slopes[:, 1:4], slope(f, value(f, a)))
    assert (y[:, [0, 4]] == np.inf).all()
    assert (slopes[:, [0, 4]] == np.inf).all()


def test_the_rational_gate_is_not_chosen_by_name():
    """It is no activation that a name means."""
    assert "rational_gate" not in ACTIVATIONS
