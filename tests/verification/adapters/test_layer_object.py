"""A layer that is an object: it is used again and again, and each of several forwards has its own."""

from types import SimpleNamespace

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers import lstm
from tests.verification.properties.refuting import refuted_by
from verification import Scope, layer_object, models
from verification.diagnosis.probe import healthy_case


class WithItsTape:
    """An LSTM with its tape."""

    made = 0

    def __init__(self, D, H):
        type(self).made += 1
        self.sizes = D, H

    def forward(self, params, xs, state):
        """By the plain layer."""
        assert (xs.shape[2], state[0].shape[1]) == self.sizes
        outputs, final, self.tape = lstm.forward(params, xs, state)
        return outputs, final

    def backward(self, d_outputs, d_state):
        """Of the last forward."""
        return lstm.backward(self.tape, d_outputs, d_state)


class LeftOver(WithItsTape):
    """Each backward begins with what the last has left (pjreddie/darknet, lstm_layer.c)."""

    left = 0.0

    def backward(self, d_outputs, d_state):
        """The cell's gradient is never cleared."""
        found = super().backward(d_outputs, (d_state[0], d_state[1] + self.left))
        self.left = np.sum(found[2][1]) * 0.5
        return found


class Summed(WithItsTape):
    """Gradients are added up over all backwards of an object."""

    total = 0.0

    def backward(self, d_outputs, d_state):
        """The bias's gradient goes on from the last one."""
        d_params, *others = super().backward(d_outputs, d_state)
        self.total = self.total + d_params["b"]
        return {**d_params, "b": self.total.astype(d_params["b"].dtype)}, *others


def wrong(kind, **said):
    """What is wrong with objects of this kind on a case."""
    engine = layer_object(kind, model=models.lstm, **said)
    return refuted_by(engine, healthy_case(engine))


def test_right_objects_are_right():
    """One for a call after another, and one for each forward where these come first."""
    WithItsTape.made = 0
    assert wrong(WithItsTape) == {}
    # The first, one for each of the records alone, one for each of several forwards.
    assert 2 < WithItsTape.made < 40


@pytest.mark.parametrize("kind", [LeftOver, Summed])
def test_what_an_object_keeps_from_call_to_call_is_seen(kind):
    """One call is right; the next of the same object is not."""
    found = wrong(kind)
    assert "second call" in found
    assert "autograd" not in found


def test_a_fresh_object_for_each_forward_would_hide_it():
    """So is one that a layer of two functions makes."""
    from verification import layer

    def forward(params, xs, state):
        made = LeftOver(xs.shape[2], state[0].shape[1])
        return *made.forward(params, xs, state), made

    engine = layer(
        forward,
        lambda saved, *given: saved.backward(*given),
        model=models.lstm,
        scope=Scope(declines=("second backward",)),
    )
    assert refuted_by(engine, healthy_case(engine)) == {}


def test_an_object_is_made_for_sizes_and_a_type():
    """And for no number of records or steps."""
    engine, made = layer_object(WithItsTape, model=models.lstm), []
    for case in (a_case(models.lstm, n, t, dtype) for n in (1, 2) for t in (1, 3) for dtype in ("f4", "f8")):
        WithItsTape.made = 0
        engine.answer(case)
        engine.answer(case)
        made.append(WithItsTape.made)
    assert made == [1] * 8
    WithItsTape.made = 0
    for case in (a_case(models.lstm, n, t, "f8") for n in (1, 2) for t in (1, 3)):
        engine.answer(case)
    assert WithItsTape.made == 0


def test_names_and_axes_are_as_for_a_layer():
    """Sizes are found beneath them."""

    class Turned(WithItsTape):
        """Steps first, and U transposed."""

        def forward(self, params, xs, state):
            """In the plain layer's form."""
            params = {"U": params["Wx"].T, "W": params["W"], "b": params["b"]}
            outputs, final = super().forward(params, xs.swapaxes(0, 1), state)
            return outputs.swapaxes(0, 1), final

        def backward(self, d_outputs, d_state):
            """And back."""
            d_params, d_xs, d_initial = super().backward(d_outputs.swapaxes(0, 1), d_state)
            d_params = {"Wx": d_params["U"].T, "W": d_params["W"], "b": d_params["b"]}
            return d_params, d_xs.swapaxes(0, 1), d_initial

    assert wrong(Turned, arrays={"U": ("Wx", "T"), "axes": "TN"}) == {}


def test_other_arrays_are_tried_as_of_a_layer():
    """A diagnosis does that: here U is transposed, and nobody has said so."""

    class Transposed(WithItsTape):
        """Its U is (D, 4 H)."""

        def forward(self, params, xs, state):
            """By the plain layer."""
            return super().forward({**params, "U": params["U"].T}, xs, state)

        def backward(self, d_outputs, d_state):
            """And back."""
            d_params, *others = super().backward(d_outputs, d_state)
            return {**d_params, "U": d_params["U"].T}, *others

    engine = layer_object(Transposed, model=models.lstm)
    assert refuted_by(engine, healthy_case(engine))
    other = engine.otherwise(models.lstm, {"U": ("U", "T")})
    assert refuted_by(other, healthy_case(other)) == {}


def test_what_is_no_function_is_refused():
    """In one line."""
    with pytest.raises(TypeError, match="make: 3, needed a function"):
        layer_object(3, model=models.lstm)
    assert layer_object(SimpleNamespace, model=models.lstm).model is models.lstm
