"""Scalar functions of compiled loops, by 50-digit arithmetic and beside NumPy's."""

import numpy as np
import pytest

from benchmarks.evidence.scalars import VALUE, scalar_rows
from rnn import ACTIVATIONS, Activation, rational_gate, sigmoid, tanh
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
    """tanh and sigmoid are as near to the truth as the suite asks of NumPy's, in every region."""
    rows = scalar_rows([as_activation(tanh), as_activation(sigmoid)], DTYPES)
    assert {row.dtype for row in rows} == set(DTYPES)
    assert [row for row in rows if row.verdict != "holds"] == []


@pytest.mark.skipif(
    np.finfo(np.longdouble).eps >= np.finfo(np.float64).eps, reason="long doubles are float64"
)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("f", [tanh, sigmoid], ids=lambda f: f.name)
def test_values_hold_between_those_numbers(f, dtype):
    """Beside long doubles: wherever one power of two gives way to the next up to 5, and close to 0."""
    a = np.concatenate([np.linspace(-5, 5, 40_001), np.geomspace(1e-6, 1, 10_001)]).astype(dtype)
    got, wide = a.copy(), a.astype(np.longdouble)
    value(KINDS[f], got)
    want = np.tanh(wide) if f is tanh else 1 / (1 + np.exp(-wide))
    ulps = abs(got - want) / np.spacing(abs(want).astype(dtype))
    assert ulps.max() <= VALUE[f.name]


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
    """From the output, to a rounding of 1; at its kink relu has the slope 0."""
    y = np.concatenate([np.linspace(-1, 1, 41), [0.0, -0.0]])
    want, got = np.empty_like(y), np.empty_like(y)
    f.slope(y, want)
    slopes(KINDS[f], y, got)
    np.testing.assert_allclose(got, want, rtol=0, atol=2.3e-16)


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_slopes_may_take_the_place_of_their_outputs(dtype):
    """The same bits as elsewhere, in the outputs' own type, and no further than the array goes."""
    y = np.linspace(0, 1, 37).astype(dtype)
    for kind in KINDS.values():
        elsewhere, place = np.full(38, 7, dtype), y.copy()
        slopes(kind, y, elsewhere[:37])
        slopes(kind, place, place)
        np.testing.assert_array_equal(place, elsewhere[:37])
        assert elsewhere[37] == 7


def test_every_activation_with_a_compiled_twin_is_one_of_ours():
    """No other stands in the table."""
    assert set(KINDS) == {*ACTIVATIONS.values(), rational_gate}
    assert sorted(KINDS.values()) == list(range(len(KINDS)))
