"""Scalar functions of compiled loops, by 50-digit arithmetic and beside NumPy's."""

import numpy as np
import pytest

from benchmarks.evidence.scalars import scalar_rows
from rnn import Activation, sigmoid, tanh
from rnn.compiled.functions import KINDS, slopes, value

DTYPES = [np.dtype(np.float32), np.dtype(np.float64)]
SPECIAL = [
    *(np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-300, -1e-40, 1e30),
    *(88.0, -88.0, 104.0, -104.0, 746.0, -746.0),
]


def as_activation(f):
    """The compiled twin of an activation, by the calls that NumPy's have."""

    def apply(a, out):
        out[...] = a
        value(KINDS[f], out)

    return Activation(f.name, apply, lambda y, out: slopes(KINDS[f], y, out))


@pytest.mark.slow
def test_values_and_slopes_hold_over_the_whole_range():
    """tanh and sigmoid are as near to the truth as NumPy's have to be, in every region."""
    rows = scalar_rows([as_activation(tanh), as_activation(sigmoid)], DTYPES)
    assert {row.dtype for row in rows} == set(DTYPES)
    assert [row for row in rows if row.verdict != "holds"] == []


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("f", list(KINDS), ids=lambda f: f.name)
def test_they_are_numpys_at_special_numbers(f, dtype):
    """NaN stays NaN, infinity goes where it has to, and zeros and denormals stay exact."""
    with np.errstate(over="ignore"):
        a = np.array(SPECIAL).astype(dtype)
    want, got = np.empty_like(a), a.copy()
    with np.errstate(all="ignore"):
        f.value(a.copy(), want)
    value(KINDS[f], got)
    np.testing.assert_array_max_ulp(got, want, 4, dtype)


@pytest.mark.parametrize("size", [0, 1, 15, 17, 65, 200])
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_a_value_does_not_depend_on_its_place(size, dtype):
    """In a whole vector, in what is left over, and alone: the same bits."""
    a = np.linspace(-9, 9, size).astype(dtype)
    for kind in KINDS.values():
        together, alone = a.copy(), a.copy()
        value(kind, together)
        for j in range(size):
            value(kind, alone[j : j + 1])
        np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize("f", list(KINDS), ids=lambda f: f.name)
def test_slopes_are_those_of_the_activations(f):
    """From the output, next to 0 too, to some roundings; at its kink relu has the slope 0."""
    y = np.concatenate([np.linspace(-1, 1, 41), np.geomspace(1e-30, 1e-3, 10), [0.0, -0.0]])
    want, got = np.empty_like(y), np.empty_like(y)
    f.slope(y, want)
    slopes(KINDS[f], y, got)
    np.testing.assert_allclose(got, want, rtol=2e-15, atol=0)
