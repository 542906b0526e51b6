"""Noises of draws: none in the truth, of the unit's size elsewhere, and told again."""

import numpy as np
import pytest

from verification.asked.case import random_case
from verification.models import complex_scan, vanilla
from verification.tolerance import PERTURBATION, unit
from verification.truth.rounding import COPIES, Rounding


def some(model=vanilla, dtype=np.float32):
    """A case."""
    return random_case(model, np.random.default_rng(0), {"H": 3, "D": 2}, dtype=dtype)


def test_the_first_copy_is_the_number_itself_and_the_others_are_near():
    """Within 2u, and not all alike."""
    array = some().blocks["W"]
    copies = Rounding(some(), 0).of_array(array)
    assert copies.shape == (COPIES, *array.shape)
    assert copies.dtype == np.float64
    np.testing.assert_array_equal(copies[0], array)
    off = np.abs(copies[1:] / array - 1)
    assert 0 < off.max() <= PERTURBATION * unit(np.dtype(np.float32)) * 1.001
    assert len(np.unique(off)) == off.size


def test_a_place_tells_the_same_again_and_another_does_not():
    """In the order in which it is asked."""
    one, again, other = (Rounding(some(), 1, s).noise((4,)) for s in (2, 2, 3))
    np.testing.assert_array_equal(one, again)
    assert np.all(one[1:] != other[1:])


def test_complex_numbers_are_rounded_in_both_parts():
    """The real part and the imaginary one."""
    noise = Rounding(some(complex_scan, np.complex64), 0).noise((2,))
    assert np.iscomplexobj(noise)
    assert np.all(noise[1:].real != 0)
    assert np.all(noise[1:].imag != 0)


@pytest.mark.parametrize("shapes", [[], [(2, 3), (3,)]])
def test_calls_have_noises_of_their_arguments_shapes(shapes):
    """For the value and for the slope, which differ."""
    calls = Rounding(some(), 0).of_calls(shapes)
    assert [call.noise.shape for call in calls] == [(COPIES, *shape) for shape in shapes]
    assert all(np.all(call.noise[1:] != call.shift[1:]) for call in calls)
