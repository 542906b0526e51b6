"""The activations against exact functions, and their slopes against the derivative."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from mpmath import mpmathify

from rnn.activations import ACTIVATIONS, Activation, identity, rational_gate, relu, sigmoid, softsign, tanh

RATIONAL = (relu, softsign, identity)

EXACT = {
    "tanh": mpmath.tanh,
    "sigmoid": lambda a: 1 / (1 + mpmath.exp(-a)),
    "relu": lambda a: max(a, mpmath.mpf(0)),
    "softsign": lambda a: a / (1 + abs(a)),
    "identity": lambda a: a,
}
EXACT_SLOPE = {
    "tanh": lambda a: mpmath.sech(a) ** 2,
    "sigmoid": lambda a: 1 / (2 + mpmath.exp(a) + mpmath.exp(-a)),
    "relu": lambda a: mpmath.mpf(a > 0),
    "softsign": lambda a: (1 + abs(a)) ** -2,
    "identity": lambda a: mpmath.mpf(1),
}

both = pytest.mark.parametrize("f", ACTIVATIONS.values(), ids=lambda f: f.name)
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
    """Both signs, from far below 1 to where tanh and sigmoid have long saturated, and 0."""
    sizes = np.geomspace(1e-6, 60, 101).astype(dtype)
    return np.concatenate((-sizes, np.zeros(1, dtype), sizes))


def fractions(*values: float) -> np.ndarray:
    """An object array of Fractions."""
    return np.array([Fraction(entry) for entry in values], object)


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
    assert value(sigmoid, a.copy()).tolist() == [0, 1]
    assert value(tanh, a).tolist() == [-1, 1]


@both
@every_float
def test_slope_is_the_derivative(f, dtype):
    """The slope read off the output is within a few roundings of 1 of the derivative."""
    a = samples(dtype)
    found = exactly(mpmathify, slope(f, value(f, a)))
    error = abs(found - exactly(EXACT_SLOPE[f.name], a))
    # The output's error of a few eps enters with the factor |d slope / dy| ≤ 2.
    assert (error <= 8 * mpmathify(np.finfo(dtype).eps)).all()


@pytest.mark.parametrize("number", [np.float32, np.float64, np.longdouble, Fraction])
def test_relu_is_flat_at_its_kink(number):
    """The slope at 0, positive or negative, is 0, and beside it 0 and 1."""
    a = np.array([number(entry) for entry in (-1, 0, -0.0, 1)])
    assert slope(relu, value(relu, a)).tolist() == [0, 0, 0, 1]


@pytest.mark.parametrize("f", RATIONAL, ids=lambda f: f.name)
def test_fractions_stay_fractions(f):
    """Values and slopes of Fractions are exact Fractions: the function's own, with no rounding."""
    a = fractions(-2, Fraction(-1, 3), 0, Fraction(1, 4), 5)
    exact = {"relu": fractions(0, 0, 0, Fraction(1, 4), 5), "identity": a, "softsign": a / (1 + abs(a))}
    slopes = {"relu": [0, 0, 0, 1, 1], "identity": [1] * 5, "softsign": (1 / (1 + abs(a)) ** 2).tolist()}
    y = value(f, a)
    assert y.tolist() == exact[f.name].tolist()
    assert slope(f, y).tolist() == slopes[f.name]
    assert [type(entry) for entry in (*y, *slope(f, y))] == [Fraction] * 10


@both
def test_value_and_slope_fill_a_strided_place(f):
    """Both write where they are told to, a part of a wider array, and nowhere else."""
    a = np.linspace(-2, 2, 6).reshape(2, 3)
    y, slopes = np.full((2, 5), 7.0), np.full((2, 5), 7.0)
    f.value(a.copy(), y[:, 1:4])
    f.slope(y[:, 1:4], slopes[:, 1:4])
    np.testing.assert_array_equal(y[:, 1:4], value(f, a))
    np.testing.assert_array_equal(slopes[:, 1:4], slope(f, value(f, a)))
    assert (y[:, [0, 4]] == 7).all()
    assert (slopes[:, [0, 4]] == 7).all()


@both
def test_slope_only_reads_the_output(f):
    """An output may be read-only and transposed, and what its slope's place held before does not matter."""
    y = value(f, np.linspace(-2, 2, 12)).reshape(3, 4).T
    y.flags.writeable = False
    found = np.full(y.shape, np.inf)
    f.slope(y, found)
    np.testing.assert_array_equal(found, slope(f, y.copy()))


def test_the_rational_gate_is_half_of_one_and_softsign():
    """½ (1 + a / (1 + |a|)), and its slope from the output, in Fractions and in floats."""
    numbers = [Fraction(n, 3) for n in range(-9, 10)]
    a = np.array(numbers, dtype=object)
    y, slope = np.empty_like(a), np.empty_like(a)
    rational_gate.value(a.copy(), y)
    rational_gate.slope(y, slope)
    assert y.tolist() == [(1 + n / (1 + abs(n))) / 2 for n in numbers]
    assert slope.tolist() == [1 / (1 + abs(n)) ** 2 / 2 for n in numbers]
    assert {type(entry) for entry in (*y, *slope)} == {Fraction}
    floats, out = a.astype(np.float32), np.empty(19, np.float32)
    rational_gate.value(floats.copy(), out)
    np.testing.assert_allclose(out, y.astype(float), rtol=1e-6)
    assert "rational_gate" not in ACTIVATIONS
