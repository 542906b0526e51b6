"""The shapes of what a layer is given: sizes of a call, and parts of parameters."""

import numpy as np
import pytest

from verification.adapters.shapes import Parameter, Shapes, by_record


@pytest.mark.parametrize(
    ("axes", "shape", "moved"),
    [
        ("NT", (2, 3, 4), (2, 3, 4)),
        ("TN", (2, 3, 4), (3, 2, 4)),
        ("NAT", (2, 3, 4), (2, 4, 3)),
        ("NAT", (2, 3), (2, 3)),
    ],
)
def test_axes_are_exchanged_both_ways(axes, shape, moved):
    """An array without the further axis has none to exchange."""
    array = np.zeros(shape)
    assert by_record(array, axes).shape == moved
    assert by_record(by_record(array, axes), axes).shape == shape


@pytest.mark.parametrize("transposed", [False, True])
def test_parts_are_told_apart(transposed):
    """By the first axis, or the last one of what is transposed; one that is stored whole stays whole."""
    array = np.arange(12.0).reshape(4, 3)
    given = array.T if transposed else array
    found = Parameter("h{}", ("2 H", "H"), ("i", "f"), transposed).apart(given)
    assert [*found] == ["hi", "hf"]
    for part, rows in zip(found.values(), (array[:2], array[2:]), strict=True):
        np.testing.assert_array_equal(part.T if transposed else part, rows)
    assert Parameter("W", ("2 H", "H"), ("i", "f")).apart(array) == {"W": array}


@pytest.mark.parametrize(
    ("axes", "xs"),
    [("NT", np.zeros((2, 5, 7))), ("TN", np.zeros((5, 2, 7))), ("NT", {"x": np.zeros((2, 5, 7))})],
)
def test_sizes_are_those_of_a_call(axes, xs):
    """In the order in which a module is made, from parameters, inputs and states."""
    params = Parameter("W", ("4 H", "K"))
    shapes = Shapes(("D", "H", "K"), (("D",),), (("H",),), (params,), axes)
    assert shapes.sizes({"W": np.zeros((12, 9))}, xs, (np.zeros((2, 3)),)) == [7, 3, 9]
    assert shapes.sizes_of_steps({"W": np.zeros((12, 9))}, [(7,)], (np.zeros((2, 3)),)) == [7, 3, 9]
