"""A modern layer by PyTorch's and JAX's adapters: a Function, a custom_vjp, kernels of Pallas and Triton."""

from dataclasses import replace
from functools import partial

import jax.numpy as jnp
import numpy as np
import pytest

import verification.jax
import verification.torch
from tests.peers.attention import Attention, BySuffixSums, Forgetful, attention, by_suffix_sums, in_pallas
from tests.peers.attention_in_triton import InTriton, ShortTiles
from tests.peers.checked import judged, wrong
from verification import Scope
from verification.models import scalar_gated_linear_attention as model
from verification.models.case import random_case
from verification.models.stored import STORED
from verification.properties.findings import findings, truth_of

# Compilers that are asked new shapes take their time.
pytestmark = pytest.mark.slow

ARGUMENTS = ("q", "k", "v", "g", "S0")
SCOPE = Scope(records=(1, 3), steps=(1, 4))


def of_class(kind):
    """A Function before the verifier."""
    return verification.torch.function(kind, model=model, arguments=ARGUMENTS, scope=SCOPE)


RIGHT = {
    "a Function": lambda: of_class(Attention),
    "a custom_vjp": lambda: verification.jax.layer(attention, model=model, scope=SCOPE),
    "kernels of Triton": lambda: of_class(InTriton),
    "a kernel of Pallas": lambda: verification.jax.layer(in_pallas, model=model, scope=SCOPE),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_holds_in_every_property(name):
    """In float64."""
    assert wrong(RIGHT[name](), steps=3) == {}


FORMS = {"g": ("q", "k", "S0")}
FLOAT32 = replace(SCOPE, dtypes=("float32",))


def applied(kind, params, xs, state):
    """A Function as a function of tensors."""
    outputs, S = kind.apply(*(xs[name] for name in "qkvg"), state[0])
    return outputs, (S,)


@pytest.mark.parametrize(
    "door",
    [
        lambda **said: verification.torch.layer(partial(applied, BySuffixSums), **said),
        lambda **said: verification.torch.function(BySuffixSums, arguments=ARGUMENTS, **said),
        lambda **said: verification.jax.layer(by_suffix_sums, **said),
    ],
    ids=["a function of tensors", "a Function", "a custom_vjp"],
)
def test_what_is_made_by_suffix_sums_is_declared_at_every_door(door):
    """Where the gate leaves little, what is small is the difference of what is large."""

    def refuted(engine):
        sizes = {"A": 1, "K": 3, "V": 3}
        case = random_case(engine.model, np.random.default_rng(0), sizes, 2, 4, np.dtype("float32"))
        case = replace(case, blocks={**case.blocks, "g": np.full_like(case.blocks["g"], -5)})
        return {each.part for each in findings(engine, truth_of(case)) if each.wrong}

    declared = door(model=model, scope=FLOAT32, forms=FORMS)
    assert refuted(declared) == set()
    assert refuted(door(model=model, scope=FLOAT32)) == {"g"}
    assert declared.claim.departures == ("the gradient of g is made by suffix sums of q, k, S0",)
    assert "forms={'g': ('q', 'k', 'S0')}" in declared.source.code(declared.claim).body


def kept_by_torch(params, xs, state):
    """Computes in float32, and rounds what it answers once."""
    outputs, S = Attention.apply(*(xs[name].float() for name in "qkvg"), state[0].float())
    return outputs.to(state[0].dtype), (S.to(state[0].dtype),)


def kept_by_jax(params, xs, state):
    """The same."""
    xs = {name: array.astype(jnp.float32) for name, array in xs.items()}
    outputs, (S,) = attention(params, xs, (state[0].astype(jnp.float32),))
    return outputs.astype(state[0].dtype), (S.astype(state[0].dtype),)


@pytest.mark.parametrize("dtype", STORED)
@pytest.mark.parametrize(
    ("adapter", "right", "rounds"),
    [
        (verification.torch.layer, kept_by_torch, partial(applied, Attention)),
        (verification.jax.layer, kept_by_jax, attention),
    ],
    ids=["PyTorch", "JAX"],
)
def test_who_rounds_an_answer_once_is_right(adapter, right, rounds, dtype):
    """And who computes in the type is not."""
    scope = replace(SCOPE, dtypes=(dtype,))
    assert wrong(adapter(right, model=model, scope=scope), steps=3) == {}
    assert wrong(adapter(rounds, model=model, scope=scope), steps=3) != {}


def test_a_function_that_forgets_the_last_state_s_cotangent_is_reported():
    """By the sentence of its kind."""
    found = judged(of_class(Forgetful))
    assert found.verdict == "refuted"
    assert "final S0" in found.diagnosis.sentence


def test_a_kernel_whose_tile_is_too_small_is_refuted():
    """Of three keys the third has no gradient; of two all is right."""
    assert {"q", "k", "S0"} <= {part for _, part in wrong(of_class(ShortTiles), steps=3)}
