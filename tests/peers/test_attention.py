"""A modern layer through PyTorch's and JAX's adapters: a Function, a custom_vjp, a kernel of Pallas."""

import pytest

import verification.jax
import verification.torch
from tests.peers.asked import judged, wrong
from tests.peers.attention import Attention, Forgetful, attention, in_pallas
from verification import Scope
from verification.models import scalar_gated_linear_attention as model

# Compilers that are asked new shapes take their time.
pytestmark = pytest.mark.slow

ARGUMENTS = ("q", "k", "v", "g", "S0")
SCOPE = Scope(records=(1, 3), steps=(1, 4))

RIGHT = {
    "a Function": lambda: verification.torch.function(
        Attention, model=model, arguments=ARGUMENTS, scope=SCOPE
    ),
    "a custom_vjp": lambda: verification.jax.layer(attention, model=model, scope=SCOPE),
    "a kernel of Pallas": lambda: verification.jax.layer(in_pallas, model=model, scope=SCOPE),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_holds_in_every_property(name):
    """In float64."""
    assert wrong(RIGHT[name](), steps=3) == {}


def test_a_function_that_forgets_the_last_state_s_cotangent_is_told():
    """By the sentence of its kind."""
    engine = verification.torch.function(Forgetful, model=model, arguments=ARGUMENTS, scope=SCOPE)
    found = judged(engine)
    assert found.verdict == "refuted"
    assert "final S0" in found.diagnosis.sentence
