"""The promises of docs/verification.md are kept by the adapters for PyTorch and JAX, in kept hosts."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import torch

from tests.peers.decay import Decay
from tests.promises import PROMISES, held, is_alone
from verification import Scope
from verification.jax import cell
from verification.jax import layer as jax_layer
from verification.models import linear
from verification.torch import function, module
from verification.torch import layer as torch_layer

# Libraries are loaded, and compile, in processes of each test's own.
pytestmark = pytest.mark.slow

SMALL = Scope(records=(1, 2), steps=(1, 3))
ORDER = ("xs", "h0", "lam", "B")


def decay(conduct):
    """A Function whose backward calls the conduct."""

    class Conducted(Decay):
        @staticmethod
        def backward(ctx, *cotangents):
            found = Decay.backward(ctx, *cotangents)
            conduct(cotangents)
            return found

    return Conducted


def of_function(conduct):
    """A Function by its class."""
    return function(decay(conduct), model=linear, arguments=ORDER, scope=SMALL)


def of_torch_layer(conduct):
    """A function of tensors that calls it."""
    made = decay(conduct)

    def apply(params, xs, state):
        outputs, final = made.apply(xs, state[0], params["lam"], params["B"])
        return outputs, (final,)

    return torch_layer(apply, model=linear, scope=SMALL)


def of_module(conduct):
    """A module with a hook on the way back, which is given what it is to read."""

    class Conducted(torch.nn.RNN):
        def forward(self, *given):
            outputs, final = super().forward(*given)
            return Touch.apply(outputs), final

    class Touch(torch.autograd.Function):
        @staticmethod
        def forward(ctx, outputs):
            return outputs.clone()

        @staticmethod
        def backward(ctx, d_outputs):
            flowing = d_outputs.clone()
            conduct((d_outputs,))
            return flowing

    return module(Conducted, scope=SMALL)


def back(conduct):
    """The identity of JAX, whose backward calls the conduct when it is traced."""

    @jax.custom_vjp
    def same(x):
        return x

    def backward(saved, d):
        conduct(())
        return (d,)

    same.defvjp(lambda x: (x, None), backward)
    return same


def step_of(conduct):
    """One step of the decay."""
    same = back(conduct)

    def step(params, x, state):
        return (same(params["lam"] * state[0] + x @ params["B"].T),)

    return step


def of_cell(conduct):
    """A step that is scanned."""
    return cell(step_of(conduct), model=linear, scope=SMALL)


def of_jax_layer(conduct):
    """A loop over the same step."""
    step = step_of(conduct)

    def apply(params, xs, state):
        outputs = []
        for t in range(xs.shape[1]):
            state = step(params, xs[:, t], state)
            outputs.append(state[0])
        return jnp.stack(outputs, axis=1), state

    return jax_layer(apply, model=linear, scope=SMALL)


ADAPTERS = {
    "torch.function": of_function,
    "torch.layer": of_torch_layer,
    "torch.module": of_module,
    "jax.cell": of_cell,
    "jax.layer": of_jax_layer,
}
# JAX's arrays cannot be changed, and a copy of a process in which it has threads hangs where it would return.
NOT_OF_JAX = ("arguments", "a copy")
KEPT = [
    pytest.param(adapter, promise, id=f"{name}-{conduct}")
    for name, adapter in ADAPTERS.items()
    for conduct, promise in PROMISES.items()
    if not (name.startswith("jax") and conduct in NOT_OF_JAX)
]


@pytest.mark.parametrize(("adapter", "promise"), KEPT)
def test_a_promise_is_kept_at_every_adapter(adapter, promise):
    """The verdict, what is said, and this process as it was."""
    held(adapter, promise)


def test_arrays_that_nobody_can_change_are_the_engines_own():
    """What JAX is given is a copy, so nothing that it does reaches the caller's."""
    given = np.ones(3)
    copy = jnp.array(given)
    assert not np.shares_memory(np.asarray(copy), given)


@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)
def test_nothing_of_the_verifier_is_where_an_engine_runs(adapter):
    """Whichever adapter it has."""
    is_alone(adapter)
