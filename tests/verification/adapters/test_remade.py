"""Statements that make an engine again, by the door that has made it."""

from dataclasses import replace

from verification import models
from verification.adapters.remade import remade
from verification.models.variants import gru_two_biases

own = replace(models.linear, name="own")


def apply(params, xs, state):
    """What an engine is made of."""


def test_what_was_said_is_said_again():
    """And what was not is not."""
    code = remade("verification.jax", "layer", apply, models.lstm, device=None, arrays={"U": "k"})
    assert code.splitlines() == [
        f"from {__name__} import apply as made",
        "from verification.models import lstm as model",
        "from verification.jax import layer",
        "",
        "engine = layer(made, model=model, arrays={'U': 'k'})",
        "forward, backward = engine.forward, engine.backward",
    ]


def test_a_model_is_imported_from_where_it_is():
    """A variant, one of the user's own, and one without a name."""
    said = [remade("m", "d", apply, model).splitlines()[1] for model in (gru_two_biases, own, replace(own))]
    assert said == [
        "from verification.models.variants import gru_two_biases as model",
        f"from {__name__} import own as model",
        "from engine import model  # define it in engine.py, beside this program",
    ]
