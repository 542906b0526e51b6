"""Noises of draws: none in the truth, of the unit's size elsewhere, and the same again."""

import numpy as np

from verification.models import vanilla
from verification.models.case import random_case
from verification.models.tolerance import DRAWS, least_normal, unit
from verification.truth.rounding import Copies, Rounding, copies_of


def some(model=vanilla, dtype=np.float32, records=2, units=3):
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
        assert (few, many) == (4, 8)


def test_a_place_tells_the_same_again_and_another_does_not():
    """In the order of the calls."""
    one, again, other = (Rounding(some(), TOGETHER, 1, s) for s in (2, 2, 3))
    first = one.noise((9, 4))
    np.testing.assert_array_equal(first, again.noise((9, 4)))
    assert np.all(first[1:] != other.noise((9, 4))[1:])
    second = one.noise((9, 4))
    assert np.all(first[1:] != second[1:])
    np.testing.assert_array_equal(second, again.noise((9, 4)))
    np.testing.assert_array_equal(first, other.at(1, 2).noise((9, 4)))


def test_a_number_below_the_least_normal_one_is_rounded_as_that_is():
    """A denormal number is off by far more than a part of itself."""
    rounding = Rounding(some(), TOGETHER, 0)
    off = rounding.rounded(np.zeros((9, 50)))
    assert not off[0].any()
    assert np.any(np.abs(off[1:]) > unit(np.dtype(np.float32)) * least_normal(np.dtype(np.float32)))
