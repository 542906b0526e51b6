"""Products of the size of one step: how their rows are parted, and where matrices lie."""

from itertools import repeat

import numpy as np
import pytest

from rnn.products import REPAYING, aligned, lined_up, product, products


@pytest.mark.parametrize(
    ("rows", "columns", "inner", "parts"),
    [
        (8, 125, 1000, [8]),
        (8, 125, 1001, [4, 4]),
        (10, 125, 800, [10]),
        (9, 125, 1000, [8, 1]),
        (20, 200, 401, [12, 8]),
        (20, 125, 1000, [8, 8, 4]),
        (20, 125, 1001, [20]),
        (7, 250, 1000, [4, 3]),
        (7, 250, 1001, [7]),
        (1, 1000, 1001, [1]),
    ],
)
def test_products_are_parted_where_all_parts_are_small(rows, columns, inner, parts):
    """Into parts of whole tiles of rows; few rows, and a product small or too large, are left whole."""
    rng = np.random.default_rng(0)
    M = rng.integers(-9, 9, (inner, columns)).astype(np.float32)
    # The later arrays may be shorter, even so short that the last parts have no rows.
    counts = (rows, rows, 1)
    many = [rng.integers(-9, 9, (count, inner)).astype(np.float32) for count in counts]
    out = [np.full((count, columns), np.nan, np.float32) for count in counts]
    done = 0
    for steps, part in zip(products(many, M, out, rows), parts, strict=True):
        assert len(list(steps)) == len(many)
        done += part
        for count, result in zip(counts, out, strict=True):
            assert np.isfinite(result).all(axis=1).tolist() == [n < done for n in range(count)]
    for each, result in zip(many, out, strict=True):
        assert (result == each @ M).all()


def test_no_row_is_made_twice():
    """What one part made the next leaves as it is."""
    many, M, out = [np.ones((20, 401))], np.ones((401, 200)), [np.empty((20, 200))]
    for steps in products(many, M, out, 20):
        out[0][...] = 7
        assert len(list(steps)) == 1
    assert (out[0][:12] == 7).all()
    assert (out[0][12:] == 401).all()


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
    rooms = [aligned(shape, np.dtype(dtype)) for _ in range(20)]
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
        found = lined_up(layout, REPAYING)
        assert on_a_line(found)
        np.testing.assert_array_equal(found, matrix, strict=True)
        assert not np.shares_memory(found, layout)


def test_a_copy_has_to_be_repaid():
    """For fewer rows a matrix stays where it is, in C order."""
    matrix = np.zeros((64, 64))
    assert lined_up(matrix, REPAYING - 1) is matrix
    assert lined_up(matrix.T, REPAYING - 1).flags.c_contiguous


@pytest.mark.parametrize(
    ("dtype", "shape"),
    [(np.float32, (63, 64)), (np.float32, (200, 100)), (np.float64, (100, 99)), (object, (64, 64))],
)
def test_others_are_left_where_they_are(dtype, shape):
    """A small matrix, one whose rows are no halves of cache lines, and Fractions gain nothing by a copy."""
    matrix = np.zeros(shape, dtype)
    assert lined_up(matrix, 10**6) is matrix
    assert lined_up(np.asfortranarray(matrix), 10**6).flags.c_contiguous
    room = aligned(shape, matrix.dtype)
    assert (room.shape, room.dtype) == (shape, dtype)
    assert room.base is None
