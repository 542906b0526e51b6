"""The gradient of any function, and a bound that right backwards meet."""

import autograd.numpy as anp
import numpy as np
import pytest

from verification.models import activations
from verification.truth.of_function import expected, gradients


def product(a, b):
    return anp.sum(a * b, axis=0), (a, b)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_truth_is_of_the_next_wider_type(dtype):
    """And its bound a small multiple of a rounding."""
    a, b, d = (np.linspace(1, 2, 6, dtype=dtype).reshape(2, 3) for _ in range(3))
    found = expected(product, (a, b), (d[0],))
    np.testing.assert_allclose(found[0].truth, d[0].astype(np.longdouble) * b.astype(np.longdouble))
    assert found[0].truth.dtype.itemsize > a.dtype.itemsize
    assert found[0].determined
    assert 0 < found[0].bound < 200 * np.finfo(dtype).eps * found[0].size


def test_floating_point_alone_is_differentiated():
    """Not whole numbers, whatever they stand in."""

    def scaled(a, counts, number):
        return a * counts * number, None

    assert [*gradients(scaled, (np.ones(2), np.arange(2), 3), (np.ones(2),))] == [0]


def test_cancellation_widens_the_bound():
    """What a rounding of what is given does to it, the backward may do."""

    def difference(x):
        return (x + 1e8) ** 2 - (x - 1e8) ** 2, x

    x = np.array([1.0])
    found = expected(difference, (x,), (np.ones(1),))[0]
    assert found.bound > 1e-9


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_what_comes_back_on_two_ways_and_cancels_may_be_off_by_its_roundings(dtype):
    """Even where the truth is 0; and by no more than that."""

    def differences(x):
        return x[:, None] - x[None, :], x

    found = expected(differences, (np.ones(1, dtype),), (np.full((1, 1), 3, dtype),))[0]
    u = np.finfo(dtype).eps / 2
    assert np.all(found.truth == 0)
    assert 3 * u < found.bound < 3 * 200 * u


def test_a_number_that_is_used_once_has_no_more_than_its_roundings():
    """Of a gradient of 0, whose terms are all 0, nothing but 0 is accepted."""
    found = expected(product, (np.ones((2, 3)), np.zeros((2, 3))), (np.ones(3),))[0]
    assert found.bound < np.finfo(np.float64).tiny


READ_OFF = {
    "tanh": (anp.tanh, lambda y: 1 - y * y),
    "sigmoid": (lambda a: 1 / (1 + anp.exp(-a)), lambda y: y * (1 - y)),
    "a model's tanh": (activations.tanh, lambda y: 1 - y * y),
    "a model's sigmoid": (activations.sigmoid, lambda y: y * (1 - y)),
    "a model's softsign": (activations.softsign, lambda y: (1 - abs(y)) ** 2),
    "sigmoid by tanh": (lambda a: 0.5 + 0.5 * anp.tanh(0.5 * a), lambda y: y * (1 - y)),
}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("name", "at"), [(name, at) for n, name in enumerate(READ_OFF) for at in ((0.1, 4.0), (1.0, 8.0))[n % 2]]
)
def test_a_slope_may_be_read_off_a_rounded_value(name, dtype, at):
    """Where the function saturates too; a slope that is off by a thousandth is more, but near the end."""
    f, slope = READ_OFF[name]
    x, d = np.linspace(at, 1.2 * at, 50).astype(dtype), np.ones(50, dtype)
    found = expected(lambda x: (f(x), x), (x,), (d,))[0]
    assert np.all(np.abs(slope(f(x)) - found.truth) <= found.bound)
    if at < 4 or dtype == np.float64:
        assert np.any(np.abs(1.001 * slope(f(x)) - found.truth) > found.bound)


def test_nothing_is_owed_to_what_does_not_saturate():
    """A product of an exponential, and a sum of others, have the bound of their roundings."""
    x = np.linspace(-9, 9, 20)
    for f in (lambda x: (x * anp.exp(x), x), lambda x: (anp.sin(x) + x**2, x)):
        found = expected(f, (x,), (np.ones(20),))[0]
        assert found.bound < 300 * np.finfo(float).eps * found.size


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_denormal_number_may_be_lost(dtype):
    """And nothing that is a thousand times as large."""
    tiny = float(np.finfo(dtype).tiny)
    argument, cotangent = np.full(2, tiny / 3, dtype), np.ones(2, dtype)
    (bound,) = (each.bound for each in expected(lambda a: (a * a, None), [argument], [cotangent]).values())
    assert tiny < bound < 1e3 * tiny
