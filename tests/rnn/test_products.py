"""Products of the size of one step: how rows are parted, and where matrices lie."""

import numpy as np
import pytest

from rnn.products import SMALL_PRODUCT, aligned, halves, lined_up, product


@pytest.mark.parametrize(
    ("rows", "each", "parts"),
    [
        (8, SMALL_PRODUCT // 8, 1),
        (8, SMALL_PRODUCT // 8 + 1, 2),
        (8, 2 * SMALL_PRODUCT // 8, 2),
        (9, 2 * SMALL_PRODUCT // 9, 2),
        (8, SMALL_PRODUCT // 4 + 1, 1),
        (7, SMALL_PRODUCT // 7 + 1, 1),
        (1, SMALL_PRODUCT + 1, 1),
    ],
)
def test_rows_are_halved_where_both_halves_are_small(rows, each, parts):
    """They are all there, in their order; few rows, and a product small or too large, make one part."""
    found = halves(rows, np.broadcast_to(0.0, (1, each)))
    assert len(found) == parts
    assert [n for part in found for n in range(rows)[part]] == list(range(rows))
    assert all(range(rows)[part] for part in found)


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
