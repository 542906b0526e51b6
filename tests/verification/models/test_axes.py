"""Axes: how long they are, what they stack, and the sizes that they tell."""

import pytest

from verification.models.axes import is_axis, length, measured, read, unstacked

SIZES = {"A": 2, "G": 3, "H": 5}


@pytest.mark.parametrize(
    ("axis", "long", "one"),
    [("H", 5, "H"), ("4 H", 20, "H"), ("4H", 20, "H"), ("A G", 6, "A G"), ("2 A G", 12, "A G"), (7, 7, 7)],
)
def test_an_axis_has_a_length_and_stacks_some_of_one(axis, long, one):
    """Of a dimension, of a product, and of a fixed size, which stacks nothing."""
    assert is_axis(axis)
    assert length(axis, SIZES) == long
    assert unstacked(axis) == one


@pytest.mark.parametrize("given", ["", "3", "0 H", "H H", "H 4", "4", 0, -1, True, 2.0, None])
def test_what_is_none_is_known(given):
    """A number is a size by itself, and no product is of one dimension twice."""
    assert not is_axis(given)


def test_sizes_are_told_by_axes():
    """First by those that have one dimension, and then by products."""
    lengths = [("A G", 6), ("2 A G", 12), (7, 7), ("4 H", 20), ("A", 2)]
    assert measured(lengths) == SIZES
    assert measured([("A G", 6)]) == {}
    assert read("2 A G") == (2, ("A", "G"))
