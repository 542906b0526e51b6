"""Noises of draws: none in the truth, of the unit's size elsewhere, and told again."""

import numpy as np
import pytest

from verification.models import complex_scan, vanilla
from verification.models.case import random_case
from verification.models.tolerance import DRAWS, PERTURBATION, unit
from verification.truth.rounding import FEW, SMALL, UNITS, Copies, Rounding, copies_of


def some(model=vanilla, dtype=np.float32, records=2, units=3):
    """A case."""
    return random_case(model, np.random.default_rng(0), {"H": units, "D": 2}, records, dtype=dtype)


(TOGETHER,) = copies_of(some())


def test_draws_of_double_precision_are_computed_apart_from_the_truth():
    """In its own type, where products are large; of single precision all are in double."""
    assert Copies(np.dtype(np.float64), True, DRAWS) == TOGETHER
    case = some(dtype=np.float64, records=1 + SMALL // 18)
    truth, draws = copies_of(case)
    assert truth == Copies(np.dtype(np.longdouble), True, 0)
    assert draws == Copies(np.dtype(np.float64), False, DRAWS)
    assert (truth.count, draws.count) == (1, DRAWS)
    array = case.blocks["W"]
    np.testing.assert_array_equal(Rounding(case, truth, 0).of_array(array), array[None])
    assert np.all(Rounding(case, draws, 0).noise((3,)) != 0)


def test_small_cases_are_computed_together_and_large_states_need_fewer_draws():
    """U, W and b have 18 numbers; a state of sixteen units is large."""
    assert copies_of(some(dtype=np.float64)) == (Copies(np.dtype(np.longdouble), True, DRAWS),)
    for dtype in (np.float32, np.float64):
        few, many = (copies_of(some(dtype=dtype, units=n))[-1].draws for n in (UNITS, UNITS - 1))
        assert (few, many) == (FEW, DRAWS)


def test_the_first_copy_is_the_number_itself_and_the_others_are_near():
    """Within 2u, and not all alike."""
    array = some().blocks["W"]
    copies = Rounding(some(), TOGETHER, 0).of_array(array)
    assert copies.shape == (9, *array.shape)
    assert copies.dtype == np.float64
    np.testing.assert_array_equal(copies[0], array)
    off = np.abs(copies[1:] / array - 1)
    assert 0 < off.max() <= PERTURBATION * unit(np.dtype(np.float32)) * 1.001
    assert len(np.unique(off)) == off.size


def test_a_place_tells_the_same_again_and_another_does_not():
    """In the order in which it is asked."""
    one, again, other = (Rounding(some(), TOGETHER, 1, s).noise((4,)) for s in (2, 2, 3))
    np.testing.assert_array_equal(one, again)
    assert np.all(one[1:] != other[1:])


def test_complex_numbers_are_rounded_in_both_parts():
    """The real part and the imaginary one."""
    (complex_,) = copies_of(some(complex_scan, np.complex64))
    noise = Rounding(some(complex_scan, np.complex64), complex_, 0).noise((2,))
    assert np.iscomplexobj(noise)
    assert np.all(noise[1:].real != 0)
    assert np.all(noise[1:].imag != 0)


@pytest.mark.parametrize("shapes", [[], [(2, 3), (3,)]])
def test_calls_have_noises_of_their_arguments_shapes(shapes):
    """At each step, for the value and for the slope, which differ."""
    calls = Rounding(some(), TOGETHER, 0).of_calls(shapes, 4)
    assert [call.noise.shape for call in calls] == [(9, 4, *shape) for shape in shapes]
    assert [call.shape for call in calls] == shapes
    assert all(np.all(call.noise[1:] != call.shift[1:]) for call in calls)
