"""Arrays that differ from the model's, there and back."""

import numpy as np
import pytest

from verification.adapters.layout import BlockLayout, layout_of
from verification.models import lstm, scan, vanilla


def test_a_block_as_the_model_has_it():
    """By its own name, untouched."""
    place = layout_of(lstm, None).places["W"]
    W = np.arange(6.0).reshape(2, 3)
    assert place.given(W)["W"] is W
    assert place.read({"W": W})[0] is W
    assert place.read({}) == [None]


def test_another_name_orientation_and_order_of_gates():
    """ifog for ifgo, and a transposed matrix: what is read back is the model's again."""
    layout = layout_of(lstm, {"W": ("Wh", "T"), "gates": "ifog"})
    W = np.arange(4.0)[:, None]
    (given,) = layout.places["W"].given(W).values()
    assert given.tolist() == [[0.0, 1.0, 3.0, 2.0]]
    assert given.flags.c_contiguous
    assert layout.places["W"].read({"Wh": given})[0].tolist() == W.tolist()
    assert layout.places["b"].given(np.arange(4.0))["b"].tolist() == [0.0, 1.0, 3.0, 2.0]


def test_two_biases_sum_to_the_model_s():
    """Each is owed the same gradient, and each is read."""
    place = layout_of(lstm, {"b": ("b_ih", "b_hh")}).places["b"]
    b = np.array([1.0, -2.0, 0.1, 3.0])
    given = place.given(b)
    assert (given["b_ih"] + given["b_hh"]).tolist() == b.tolist()
    assert given["b_hh"].all()
    first, second = place.read({"b_ih": b, "b_hh": 2 * b})
    assert (first is b, second.tolist()) == (True, (2 * b).tolist())


def test_steps_before_records():
    """(N, T, …) and back."""
    layout = layout_of(scan, {"axes": "TN"})
    assert layout.by_record(np.zeros((2, 3, 4))).shape == (3, 2, 4)
    assert layout_of(scan, {"axes": "NT"}).by_record(np.zeros((2, 3, 4))).shape == (2, 3, 4)


def test_heads_before_steps():
    """(N, T, A, …) and back; an input without axes of its own stays as it is."""
    layout = layout_of(scan, {"axes": "NAT"})
    assert layout.by_record(np.zeros((2, 3, 4, 5))).shape == (2, 4, 3, 5)
    assert layout.by_record(np.zeros((2, 3))).shape == (2, 3)
    assert layout.axis_of_steps == 2


def test_what_does_not_divide_into_gates_is_read_as_it_is():
    """That its shape is wrong is told later."""
    place = BlockLayout(("b",), order=(1, 0))
    assert place.read({"b": np.zeros(3)})[0].shape == (3,)


@pytest.mark.parametrize(
    ("model", "arrays", "message"),
    [
        (lstm, {"Q": "q"}, "'Q', needed some of U, W, b, xs, gates, axes"),
        (lstm, {"W": 3}, r"W: 3, needed a name, \(name, 'T'\) for a matrix, or two names for a bias"),
        (lstm, {"b": ("b", "T")}, "b: .*, needed a name"),
        (lstm, {"W": ("W1", "W2")}, "W: .*, needed a name"),
        (lstm, {"gates": "ifg"}, "gates: 'ifg', needed each of i, f, g, o once"),
        (vanilla, {"gates": "if"}, "gates: 'if', needed none: no block of vanilla has parts"),
        (lstm, {"axes": "NTD"}, "axes: 'NTD', needed 'NT', 'TN' or 'NAT'"),
        (lstm, {"W": "U"}, "'U' stands for 2 arrays, needed one"),
    ],
)
def test_misuse_is_told_in_a_line(model, arrays, message):
    """What was given, and what is needed."""
    with pytest.raises(ValueError, match=f"^arrays: {message}"):
        layout_of(model, arrays)
