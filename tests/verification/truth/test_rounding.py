"""Noises of draws: none in the truth, of the unit's size elsewhere, and told again."""

import numpy as np

from verification.models import complex_scan, vanilla
from verification.models.case import random_case
from verification.models.tolerance import DRAWS, PERTURBATION, least_normal, unit
from verification.truth.rounding import POOL, Copies, Rounding, copies_of


def some(model=vanilla, dtype=np.float32, records=2, units=3):
    """A case."""
    return random_case(model, np.random.default_rng(0), {"H": units, "D": 2}, records, dtype=dtype)


(TOGETHER,) = copies_of(some())


def test_draws_of_double_precision_are_computed_apart_from_the_truth():
    """In its own type, where products are large; of single precision all are in double."""
    assert Copies(np.dtype(np.float64), True, DRAWS) == TOGETHER
    assert len(copies_of(some(dtype=np.float64, records=2_000 // 18))) == 1
    case = some(dtype=np.float64, records=1 + 2_000 // 18)
    truth, draws = copies_of(case)
    assert truth == Copies(np.dtype(np.longdouble), True, 0)
    assert draws == Copies(np.dtype(np.float64), False, DRAWS)
    assert (truth.count, draws.count) == (1, DRAWS)
    array = case.blocks["W"]
    np.testing.assert_array_equal(Rounding(case, truth, 0).of_array(array), array[None])
    assert np.all(Rounding(case, draws, 0).noise((DRAWS, 3)) != 0)


def test_small_cases_are_computed_together_and_large_states_need_fewer_draws():
    """U, W and b have 18 numbers; a state of sixteen units is large."""
    assert copies_of(some(dtype=np.float64)) == (Copies(np.dtype(np.longdouble), True, DRAWS),)
    for dtype in (np.float32, np.float64):
        few, many = (copies_of(some(dtype=dtype, units=n))[-1].draws for n in (16, 15))
        assert (few, many) == (4, DRAWS)


def test_a_place_tells_the_same_again_and_another_does_not():
    """In the order in which it is asked."""
    one, again, other = (Rounding(some(), TOGETHER, 1, s) for s in (2, 2, 3))
    first = one.noise((9, 4))
    np.testing.assert_array_equal(first, again.noise((9, 4)))
    assert np.all(first[1:] != other.noise((9, 4))[1:])
    second = one.noise((9, 4))
    assert np.all(first[1:] != second[1:])
    np.testing.assert_array_equal(second, again.noise((9, 4)))
    np.testing.assert_array_equal(first, other.at(1, 2).noise((9, 4)))


def test_complex_numbers_are_rounded_in_both_parts():
    """The real part and the imaginary one."""
    (complex_,) = copies_of(some(complex_scan, np.complex64))
    noise = Rounding(some(complex_scan, np.complex64), complex_, 0).noise((9, 2))
    assert np.iscomplexobj(noise)
    assert np.all(noise[1:].real != 0)
    assert np.all(noise[1:].imag != 0)


def test_what_is_scattered_is_off_by_a_size_and_not_by_its_own():
    """In draws alone; many numbers more than the pool has are told as well."""
    rounding = Rounding(some(), TOGETHER, 0)
    size = np.array([1.0, 0.0, 100.0])
    off = rounding.scattered(np.full((1, 3), 5.0), size) - 5.0
    assert off.shape == (9, 3)
    assert not off[0].any()
    assert not off[:, 1].any()
    most = PERTURBATION * unit(np.dtype(np.float32))
    assert np.all((off[1:, [0, 2]] != 0) & (np.abs(off[1:, [0, 2]]) <= most * size[[0, 2]] * 1.001))
    many = rounding.noise((9, 3, POOL))
    assert many.shape == (9, 3, POOL)
    assert np.all(np.ptp(many[1:], axis=(1, 2)) > most)


def test_a_number_below_the_least_normal_one_is_rounded_as_that_is():
    """A denormal number is off by far more than a part of itself."""
    rounding = Rounding(some(), TOGETHER, 0)
    off = rounding.rounded(np.zeros((9, 50)))
    assert not off[0].any()
    assert np.any(np.abs(off[1:]) > unit(np.dtype(np.float32)) * least_normal(np.dtype(np.float32)))
