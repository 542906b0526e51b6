"""What the checks of arguments refuse, and what they say of it: the name, what was given, what is needed."""

import sys
from fractions import Fraction
from functools import partial

import numpy as np

from rnn.common.arrays import FLOATS, checked, refuse_mask
from rnn.common.checks import (
    check_encodable,
    checked_count,
    checked_dtype,
    checked_flag,
    checked_number,
    in_memory,
    shown,
)
from tests.rnn.refusals import of, refuse, table

SEVERAL = "needed (N, T, 5) or (N, 3) or (7,), each of N, T at least 1$"
NO_COUNTS = [True, 2.0, "2", None, np.True_, Fraction(2)]
NO_NUMBERS = [True, np.True_, "2", None, 2j, Fraction(2), np.timedelta64(2, "D"), [2.0]]
NO_FLAGS = [0, 1, "no", None, np.int8(1), [True]]
TIMES = [np.timedelta64(3, "D"), np.timedelta64(3, "s"), np.datetime64(3, "s")]


def beside_large(bad):
    """An array of large numbers, and from (1, 1) on of this one."""
    array = np.full((2, 3), np.finfo(bad.dtype).max ** 0.25, bad.dtype)
    array[1, 1:] = bad
    return array


def sized(shape):
    """As many entries as no memory holds."""
    with in_memory("steps: many", "fewer"):
        np.empty(shape)


def checked_shape(given):
    """An array of this shape, where these axes are needed."""
    shape, axes, dtype = given
    checked("xs", np.full(shape, Fraction(1)).astype(dtype), axes)


@table(
    *of(
        lambda bad: checked("xs", beside_large(bad), ("N", 3)),
        *(
            (kind(bad), ValueError, f"xs: {bad} at (1, 1), needed finite numbers")
            for kind in (np.float32, np.float64, np.longdouble)
            for bad in (np.nan, np.inf, -np.inf)
        ),
    ),
    *of(
        lambda array: checked("xs", array, ("N",)),
        (np.array([np.inf, -np.inf, 0.0, np.nan]), ValueError, "xs: inf at (0,), needed finite numbers"),
        (np.ones(2, np.float16), TypeError, "xs: dtype float16, needed float32, float64, longdouble or Frac"),
        (np.ones(2, np.int64), TypeError, "xs: dtype int64, needed float32, float64, longdouble or Frac"),
        ([True, False], TypeError, "xs: dtype bool, needed float32, float64, longdouble or Fractions"),
        (["1", "2"], TypeError, "xs: dtype <U1, needed float32, float64, longdouble or Fractions"),
    ),
    *of(
        lambda dtype: checked("h0", np.full(2, Fraction(1)).astype(dtype), ("N",), np.dtype(float)),
        (np.float32, TypeError, "h0: dtype float32, needed float64"),
        (object, TypeError, "h0: dtype object, needed float64"),
    ),
    *of(
        lambda entry: checked("W", np.array([[Fraction(1)] * 2, [Fraction(3), entry]], object), (2, 2)),
        *(
            (entry, TypeError, f"W: {type(entry).__name__} at (1, 1), needed a Fraction")
            for entry in (1, 0.5, True, 1j, None)
        ),
    ),
    *of(
        checked_shape,
        (((2, 3), ("N", 4), float), ValueError, "xs: shape (2, 3), needed (N, 4), each of N at least 1$"),
        (((2, 3), ("N",), object), ValueError, "xs: shape (2, 3), needed (N,), each of N at least 1$"),
        (((2, 3), ("N", "T", 3), float), ValueError, "xs: shape (2, 3), needed (N, T, 3), each of N, T at"),
        (((), ("N",), object), ValueError, "xs: shape (), needed (N,), each of N at least 1$"),
        (((0, 3), ("N", 3), float), ValueError, "xs: shape (0, 3), needed (N, 3), each of N at least 1$"),
        (((2, 0, 3), ("N", "T", 3), object), ValueError, "xs: shape (2, 0, 3), needed (N, T, 3), each of N,"),
        (((3, 2), (2, 3), float), ValueError, "xs: shape (3, 2), needed (2, 3)$"),
        (((2, 1), (2,), object), ValueError, "xs: shape (2, 1), needed (2,)$"),
    ),
    *of(
        lambda shape: checked("xs", np.ones(shape), ("N", "T", 5), also=(("N", 3), (7,))),
        *(
            (shape, ValueError, f"xs: shape {shape}, {SEVERAL}")
            for shape in ((2, 4), (0, 3), (2, 4, 6), (6,))
        ),
    ),
    *of(
        lambda value: checked_count("k", value, 0),
        *((value, TypeError, f"k: {value!r}, needed an integer of at least 0") for value in NO_COUNTS),
        *((value, TypeError, "k: …, needed an integer of at least 0$") for value in TIMES),
        *((value, ValueError, f"k: …, needed at most {sys.maxsize}$") for value in (2**63, 10**400)),
        (np.uint64(2**64 - 1), ValueError, f"k: …, needed at most {sys.maxsize}$"),
        (10**5000, ValueError, f"k: int, needed at most {sys.maxsize}$"),
        (-1, ValueError, "k: -1, needed at least 0$"),
    ),
    (lambda: refuse_mask("X", [[0], [np.ma.ones(1)]], 2), TypeError, "X: a masked array, needed one without"),
    (lambda: checked_count("k", 0, 1), ValueError, "k: 0, needed at least 1$"),
    (lambda: checked_count("k", np.int64(2), 3), ValueError, "k: 2, needed at least 3$"),
    *of(
        lambda value: checked_number("rate", value),
        *((value, TypeError, f"rate: {shown(value)}, needed a number$") for value in NO_NUMBERS),
        (10**400, ValueError, "rate: 1000…000, needed a number that a float holds$"),
    ),
    *of(
        lambda value: checked_flag("states", value),
        *((value, TypeError, f"states: {value!r}, needed True or False$") for value in NO_FLAGS),
    ),
    *of(
        lambda dtype: checked_dtype(dtype, FLOATS, "a float"),
        (np.int64, TypeError, "dtype: int64…, needed a float$"),
        ("halves", TypeError, "dtype: 'halves'…, needed a float$"),
        (3, TypeError, "dtype: 3…, needed a float$"),
        ({"names": ["a"]}, TypeError, "dtype: {'names…, needed a float$"),
    ),
    (partial(check_encodable, "name", "a\ud800"), ValueError, r"name: 'a\ud800', needed a text in UTF-8 ("),
    *of(
        sized,
        ((10**15,), MemoryError, "steps: many, needed fewer: it does not fit in memory$"),
        ((2**70,), MemoryError, "steps: many, needed fewer: it does not fit in memory$"),
    ),
)
def test_what_is_no_such_argument_is_refused(call, error, said):
    """By its name, with what was given and what is needed."""
    refuse(call, error, said)
