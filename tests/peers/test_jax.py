"""JAX's functions, scans and cells before the verifier, and what is said where they do not fit."""

from functools import partial

import equinox as eqx
import jax
import jax.numpy as jnp
import pytest
from flax import linen

from tests.examples import of_kind
from tests.layers.own import embedding, two_outputs
from tests.peers.checked import judged, wrong
from verification import Scope
from verification import layer as plain
from verification.diagnosis.probe import healthy_case
from verification.jax import cell, equinox, flax, layer
from verification.models import complex_linear, complex_scan, linear, lstm, scan
from verification.processes.invalid import InvalidAnswer
from verification.properties.calling import run_case

# Libraries are loaded, and compile, in processes of each test's own.
pytestmark = pytest.mark.slow


def step(params, x, state):
    """A decay, complex or not."""
    return (params["lam"] * state[0] + x @ params["B"].T,)


def associative(params, xs, state):
    """The scan as JAX has it, by pairs; complex or not."""

    def joined(left, right):
        return left[0] * right[0], left[1] * right[0] + right[1]

    a, x = xs["a"], xs["x"].at[:, 0].add(xs["a"][:, 0] * state[0])
    outputs = jax.lax.associative_scan(joined, (a, x), axis=1)[1]
    return outputs, (outputs[:, -1],)


def h_alone(params, xs, state):
    """An LSTM whose cell state begins at zero, and is not returned."""

    def one(carry, x):
        h, c = carry
        i, f, g, o = jnp.split(x @ params["U"].T + h @ params["W"].T + params["b"], 4, axis=1)
        c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
        h = jax.nn.sigmoid(o) * jnp.tanh(c)
        return (h, c), h

    (h, _), outputs = jax.lax.scan(one, (state[0], jnp.zeros_like(state[0])), xs.swapaxes(0, 1))
    return outputs.swapaxes(0, 1), (h, None)


def two(params, xs, state):
    """Two outputs, by name."""

    def one(h, x):
        h = jnp.tanh(x @ params["U"].T + h @ params["W"].T + params["b"])
        return h, h

    final, states = jax.lax.scan(one, state[0], xs.swapaxes(0, 1))
    states = states.swapaxes(0, 1)
    return {"y": states @ params["V"].T, "energy": (states * states).sum(axis=-1) / 2}, (final,)


def token(params, x, state):
    """One that is embedded, and a mask."""
    after = jnp.tanh(params["E"][x["token"]] + state[0] @ params["W"].T + params["b"])
    return (jnp.where(x["mask"][:, None] > 0, after, state[0]),)


def embedded(params, xs, state):
    """A sequence of them."""
    outputs = []
    for t in range(xs["token"].shape[1]):
        state = token(params, {name: array[:, t] for name, array in xs.items()}, state)
        outputs.append(state[0])
    return jnp.stack(outputs, axis=1), state


H_ALONE = Scope(states={"c0": "zero"}, finals=("h0",), blocks=("U", "W", "b", "xs", "h0"))

RIGHT = {
    "scanned": partial(cell, step, model=linear),
    "scanned, complex": partial(cell, step, model=complex_linear),
    "associative": partial(layer, associative, model=scan),
    "associative, complex": partial(layer, associative, model=complex_scan),
    "no final state": partial(
        layer, lambda *given: (associative(*given)[0], None), model=scan, scope=Scope(finals=())
    ),
    "one state of two": partial(layer, h_alone, model=lstm, scope=H_ALONE),
    "two outputs": partial(layer, two, model=two_outputs.MODEL),
    "whole numbers": partial(layer, embedded, model=embedding.MODEL),
    "whole numbers, step by step": partial(cell, token, model=embedding.MODEL),
    "flax SimpleCell": partial(flax, linen.SimpleCell),
    "flax LSTMCell": partial(flax, linen.LSTMCell),
    "flax OptimizedLSTMCell": partial(flax, linen.OptimizedLSTMCell),
    "flax GRUCell": partial(flax, linen.GRUCell),
    "equinox LSTMCell": partial(equinox, eqx.nn.LSTMCell),
    "equinox GRUCell": partial(equinox, eqx.nn.GRUCell),
}


@pytest.mark.parametrize("made", RIGHT.values(), ids=RIGHT)
def test_what_is_right_holds_in_every_property(made):
    """In float64, or complex128: JAX's own setting is float32."""
    assert wrong(made(), steps=3) == {}
    assert not jax.config.jax_enable_x64


def test_float32_holds_as_well():
    """Of one of them."""
    assert wrong(cell(step, model=linear), "float32", steps=3) == {}


def from_zeros(params, xs, state):
    """The same as ``associative``, step by step, in arrays that are made without a type."""
    outputs, h = jnp.zeros(xs["x"].shape), jnp.zeros(state[0].shape) + state[0]
    for t in range(outputs.shape[1]):
        h = xs["a"][:, t] * h + xs["x"][:, t]
        outputs = outputs.at[:, t].set(h)
    return outputs, (h,)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_an_array_without_a_type_has_that_of_the_case(dtype):
    """JAX's own setting would make it float32, and its switch float64."""
    assert wrong(layer(from_zeros, model=scan), dtype, steps=3) == {}


def page_s(model):
    """The custom_vjp of docs/judge/jax.md."""
    made = {}
    exec(of_kind("jax", "python")[0], made)
    return layer(made["decay"], model=model, scope=Scope(records=(1, 3), steps=(1, 3)))


def test_a_custom_vjp_of_complex_numbers_is_written_as_jax_wants_it():
    """Both sides are conjugated on the way."""
    assert wrong(page_s(complex_linear), steps=3) == {}


def test_a_warm_engine_is_verified_in_a_process_of_its_own():
    """JAX has been called in this process, in whose forks it would hang: they do not call it."""
    engine = page_s(linear)
    run_case(engine, healthy_case(engine))
    found = judged(engine)
    assert (found.diagnosis, found.verdict == "refuted") == (None, False)
    assert found.informative > 10


def negated(params, xs, state):
    """The right values, and a wrong gradient of the inputs."""
    turned = jax.tree.map(lambda a: jax.lax.stop_gradient(2 * a) - a, xs)
    return associative(params, turned, state)


def test_a_wrong_engine_has_its_sentence_and_a_program_that_makes_it_again():
    """By its adapter."""
    found = judged(layer(negated, model=scan, scope=Scope(records=(1, 3), steps=(1, 3))))
    assert found.verdict == "refuted"
    assert "a, x are wrong" in found.diagnosis.sentence
    assert "from verification.models import scan as model\n" in found.example.code
    assert "engine = layer(made, model=model, scope=Scope(records=(1, 3)))\n" in found.example.code


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda outputs, h: (outputs.astype(jnp.float32), h), "outputs has dtype float32, needed float64"),
        (lambda outputs, h: outputs, r"apply returned a .*, needed \(outputs, state\)"),
    ],
)
def test_an_answer_of_another_form_is_reported(change, words):
    """By the name of what is wrong."""
    engine = layer(lambda *given: change(*associative(*given)), model=scan)
    with pytest.raises(InvalidAnswer, match=words):
        run_case(engine, healthy_case(engine))


def test_a_plain_layer_that_calls_jax_is_not_forked_either(monkeypatch):
    """Whoever wrote the passes."""
    engine = page_s(linear)
    monkeypatch.delattr("verification.processes.workers._fork")
    scope = Scope(records=(1, 3), steps=(1, 3), compiled=True)
    found = judged(plain(engine.forward, engine.backward, model=linear, scope=scope))
    assert found.verdict != "refuted"
