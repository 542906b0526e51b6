"""Parameters of a module beside those of a model: names, shapes, and gates that are kept apart."""

import numpy as np
import pytest

from verification import models
from verification.adapters.layout import layout_of
from verification.adapters.parameters import made_with, matched, needed, shapes_of
from verification.models.model import Block, Model, Use

FLAX = {"U": ("i{}.kernel", "T"), "W": ("h{}.kernel", "T"), "b": "h{}.bias"}


@pytest.mark.parametrize("arrays", [None, {"U": ("Wx", "T"), "W": ("Wh", "T")}, FLAX])
def test_sizes_are_read_off_the_arrays(arrays):
    layout = layout_of(models.lstm, arrays)
    sizes = {"D": 2, "H": 3}
    params = {}
    for name in ("U", "W", "b"):
        params |= layout.places[name].given(np.zeros(models.lstm.block(name).shape(sizes)))
    xs, state = np.zeros((4, 5, 2)), (np.zeros((4, 3)), np.zeros((4, 3)))
    assert shapes_of(models.lstm, layout).sizes(params, xs, state) == [2, 3]


def test_fixed_sizes_and_products_are_those_of_the_arrays():
    """A module is made with what is left: its dimensions."""
    model, layout = grouped_convolution(), layout_of(grouped_convolution(), None)
    assert made_with(model) == ("A", "G")
    assert needed(model, layout) == {"w": (6, 4)}
    xs, state = {"x": np.zeros((1, 6, 10)), "a": np.zeros((1, 6, 2))}, (np.zeros((1, 10, 3)),)
    assert shapes_of(model, layout).sizes({"w": np.zeros((10, 4))}, xs, state) == [2, 5]


def grouped_convolution():
    """Of a width of four, over G units for each of A gates."""
    blocks = (
        Block("w", ("A G", 4), Use.STEP),
        *(Block("x", ("A G",), Use.INPUT), Block("a", ("A",), Use.INPUT)),
        Block("past", ("A G", 3), Use.STATE),
    )
    return Model("own", blocks, lambda f, p, x, past: past)


def test_what_a_model_needs_is_reported_by_their_names():
    """Two biases, and one parameter a gate."""
    two = layout_of(models.lstm, {"b": ("b_ih", "b_hh")})
    assert needed(models.lstm, two) == {"U": (12, 2), "W": (12, 3), "b_ih": (12,), "b_hh": (12,)}
    flax = needed(models.lstm, layout_of(models.lstm, FLAX))
    assert flax.items() >= {"ii.kernel": (2, 3), "ho.kernel": (3, 3), "hf.bias": (3,)}.items()
    assert len(flax) == 12


@pytest.mark.parametrize("gates", [None, "ifog"])
def test_gates_are_told_apart_in_their_order(gates):
    """Each has the rows of its part, transposed or not."""
    arrays = {**FLAX, "W": "h{}", **({"gates": gates} if gates else {})}
    layout = layout_of(models.lstm, arrays)
    U, W, b = np.arange(24.0).reshape(12, 2), np.arange(36.0).reshape(12, 3), np.arange(12.0)
    given = {}
    for name, array in (("U", U), ("W", W), ("b", b)):
        given |= layout.places[name].given(array)
    found = shapes_of(models.lstm, layout).apart(given)
    for i, gate in enumerate("ifgo"):
        rows = slice(3 * i, 3 * i + 3)
        np.testing.assert_array_equal(found[f"i{gate}.kernel"], U[rows].T)
        np.testing.assert_array_equal(found[f"h{gate}"], W[rows])
        np.testing.assert_array_equal(found[f"h{gate}.bias"], b[rows])


def test_what_does_not_match_is_reported_with_both_names():
    layout = layout_of(models.vanilla, {"U": "read"})
    found = {"read": (3, 2), "W": (3, 3), "b": (3,)}
    matched(found, models.vanilla, layout)
    with pytest.raises(ValueError, match=r"^module: made with D 2, H 3 it has") as raised:
        matched({**found, "b": (4,), "bias": (3,)}, models.vanilla, layout)
    needs = "b (4,), bias (3,); model vanilla needs b (3,): say arrays={...}, or another model"
    assert str(raised.value).endswith(f" it has {needs}")
    with pytest.raises(ValueError, match=r"it has nothing more; model vanilla needs read \(3, 2\): say"):
        matched({"W": (3, 3), "b": (3,)}, models.vanilla, layout)
