"""The scalar proofs of tanh and sigmoid hold, look at the whole range, and refute functions that are off."""

import numpy as np
import pytest

from benchmarks.evidence.scalars import FLOATS, NARROW, SLOPE, points, scalar_rows
from rnn import Activation, sigmoid, tanh

FLOAT32 = np.dtype(np.float32)


def test_the_engine_holds_in_every_region():
    """One function in one type; ``make verify`` has both in all types."""
    rows = scalar_rows([tanh], [FLOAT32])
    assert {row.verdict for row in rows} == {"holds"}
    signed = {f"{region} {sign}" for region in ("tail", "saturated", "end") for sign in "+−"}
    assert {row.region for row in rows} == signed | {"zero", "denormal", "linear", "bend"}


@pytest.mark.parametrize("dtype", FLOATS)
def test_the_points_span_the_type(dtype):
    """From the smallest denormal to the largest number, with both zeros, and each with its negative."""
    a, info = points(dtype), np.finfo(dtype)
    assert a.dtype == dtype
    assert np.all(np.isfinite(a))
    assert a.max() == info.max
    assert np.min(a[a > 0]) == info.smallest_subnormal
    np.testing.assert_array_equal(np.sort(a), np.sort(-a))
    assert sorted(np.signbit(a[a == 0])) == [False, True]


@pytest.mark.parametrize("dtype", NARROW)
def test_no_power_of_two_is_left_out(dtype):
    """Each exponent of a type with a few thousand of them occurs in the points."""
    info, (_, exponents) = np.finfo(dtype), np.frexp(points(dtype))
    assert set(range(info.minexp - info.nmant + 1, info.maxexp + 1)) <= set(exponents.tolist())


def through_a_tanh(a, out):
    """½ (1 + tanh ½a): a sigmoid without relative accuracy where it is small."""
    out[...] = (1 + np.tanh(a / 2)) / 2


def naive(a, out):
    """(eᵃ − e⁻ᵃ) / (eᵃ + e⁻ᵃ): cancels near 0, and is ∞/∞ far from it."""
    out[...] = (np.exp(a) - np.exp(-a)) / (np.exp(a) + np.exp(-a))


def of_y_alone(y, out):
    """The famous slip: 1 − y for 1 − y²."""
    np.subtract(1, y, out=out)


@pytest.mark.parametrize(
    ("activation", "regions"),
    [
        (Activation("sigmoid", through_a_tanh, sigmoid.slope), {"tail −", "saturated −"}),
        (Activation("tanh", naive, tanh.slope), {"linear", "saturated +", "saturated −", "end +", "end −"}),
        (Activation("tanh", tanh.value, of_y_alone), {"bend", "tail −", "saturated −", "end −"}),
        (Activation("tanh", lambda a, out: np.multiply(a, 1, out), tanh.slope), {"bend", "tail +"}),
        (
            Activation("tanh", tanh.value, lambda y, out: np.subtract(1 - 1e-6, y * y, out)),
            {"linear", "zero"},
        ),
    ],
)
def test_a_function_that_is_off_is_refuted(activation, regions):
    """Each planted function is refuted in the regions where it is wrong."""
    rows = scalar_rows([activation], [FLOAT32])
    assert regions <= {row.region for row in rows if row.verdict == "refuted"}


@pytest.mark.slow
@pytest.mark.parametrize(("limit", "dtype"), [(8, FLOAT32), (40, np.dtype(np.longdouble))])
def test_a_sigmoid_that_saturates_early_is_refuted(limit, dtype):
    """In long double as well, whose sigmoid is 1 from 45 on."""

    def early(a, out):
        sigmoid.value(np.minimum(a, limit), out)

    rows = scalar_rows([Activation("sigmoid", early, sigmoid.slope)], [dtype])
    assert {row.region for row in rows if row.verdict == "refuted"} >= {"tail +"}


def test_the_bounds_are_those_of_the_tolerance():
    """A slope is held to what ``tolerance`` shifts slopes by, so none that passes makes a false alarm."""
    from verification.models.activations import STEEPNESS
    from verification.models.tolerance import PERTURBATION

    y = np.linspace(-1, 1, 1001)
    assert SLOPE["tanh"] == PERTURBATION * STEEPNESS["tanh"](y).max()
    assert SLOPE["sigmoid"] == PERTURBATION * STEEPNESS["sigmoid"](np.abs(y)).max()
