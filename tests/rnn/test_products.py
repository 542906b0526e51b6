"""Products of the size of one step: how their rows are parted, and where matrices lie."""

from itertools import repeat

import numpy as np
import pytest

from rnn.products import aligned, lined_up, product, products


@pytest.mark.parametrize(
    ("rows", "columns", "inner", "calls"),
    [
        (8, 125, 1000, 1),
        (8, 125, 1001, 2),
        (9, 125, 1000, 2),
        (20, 200, 401, 2),
        (20, 125, 1000, 3),
        (20, 125, 1001, 1),
        (7, 250, 1000, 2),
        (7, 250, 1001, 1),
        (1, 1000, 1001, 1),
    ],
)
def test_products_are_parted_where_all_parts_are_small(rows, columns, inner, calls):
    """Into parts of whole tiles of rows; few rows, and a product small or too large, are left whole."""
    rng = np.random.default_rng(0)
    M = rng.integers(-9, 9, (inner, columns)).astype(np.float32)
    # The later arrays may be shorter, even so short that the last parts have no rows.
    many = [rng.integers(-9, 9, (count, inner)).astype(np.float32) for count in (rows, rows, 1)]
    out = [np.full((len(each), columns), np.nan, np.float32) for each in many]
    made = products(many, M, out, rows)
    assert len(made) == calls
    for steps in made:
        assert len(list(steps)) == len(many)
    for each, result in zip(many, out, strict=True):
        assert (result == each @ M).all()


def test_one_array_may_be_written_to_at_each_step():
    """Its parts are found anew at each step, and a product of many rows is of all of them."""
    many = [np.full((8, 1000), float(step)) for step in range(3)]
    out, M = np.empty((8, 200)), np.ones((1000, 200))
    seen = []
    for _ in zip(*products(many, M, repeat(out), 8), strict=True):
        seen.append(out.copy())
    assert [np.unique(each).tolist() for each in seen] == [[0], [1000], [2000]]


def test_a_product_is_written_where_it_is_told_to():
    """Into its third argument."""
    out = np.empty((2, 2))
    product(np.array([[1.0, 2.0], [3.0, 4.0]]), np.array([[5.0, 6.0], [7.0, 8.0]]), out)
    assert out.tolist() == [[19, 22], [43, 50]]


# Rows of whole and of half cache lines, 16 KiB and more.
LARGE = [(np.float32, (64, 64)), (np.float32, (512, 8)), (np.float64, (33, 100)), (np.longdouble, (64, 32))]


def on_a_line(array):
    """Does its memory begin with a cache line?"""
    return array.ctypes.data % 64 == 0


@pytest.mark.parametrize(("dtype", "shape"), LARGE)
def test_large_matrices_begin_with_a_cache_line(dtype, shape):
    """Room has the shape and the kind asked for, in C order, and is its own, wherever it happens to lie."""
    rooms = [aligned(shape, np.zeros(1, dtype)) for _ in range(20)]
    for number, room in enumerate(rooms):
        room[...] = number
    for number, room in enumerate(rooms):
        assert (room.shape, room.dtype) == (shape, dtype)
        assert room.flags.c_contiguous
        assert on_a_line(room)
        assert (room == number).all()


@pytest.mark.parametrize(("dtype", "shape"), LARGE)
def test_a_large_matrix_is_lined_up(dtype, shape):
    """As a copy of any layout, which the original does not share."""
    matrix = np.arange(shape[0] * shape[1], dtype=dtype).reshape(shape)
    for layout in (matrix, np.asfortranarray(matrix)):
        found = lined_up(layout)
        assert on_a_line(found)
        np.testing.assert_array_equal(found, matrix, strict=True)
        assert not np.shares_memory(found, layout)


@pytest.mark.parametrize(
    ("dtype", "shape"),
    [(np.float32, (63, 64)), (np.float32, (200, 100)), (np.float64, (100, 99)), (object, (64, 64))],
)
def test_others_are_left_where_they_are(dtype, shape):
    """A small matrix, one whose rows are no halves of cache lines, and Fractions gain nothing by a copy."""
    matrix = np.zeros(shape, dtype)
    assert lined_up(matrix) is matrix
    assert lined_up(np.asfortranarray(matrix)).flags.c_contiguous
    room = aligned(shape, matrix)
    assert (room.shape, room.dtype) == (shape, dtype)
    assert room.base is None
