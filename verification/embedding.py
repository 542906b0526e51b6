"""An engine's own lag table, recovered through its public door.

An engine answers with sums over loss steps t and steps of use s. Here a problem is *embedded* in a larger
one that computes the same outputs and whose gradients keep the parts of the sums apart:

- One loss at a time: its residual is made ``LOUD`` times as large, and the answer to the problem as it is
  is taken off; both are exact up to rounding, the first being so much larger. A loss on the last step
  alone is alone already.
- H more inputs, all zero, with the identity as their columns of U: grads.xs there is da_s.
- T more inputs, 1 at a step of their own and 0 else, with zero columns of U: dU there is b's part of each
  step. The inputs times these, T · D more, give U's.
- T more units, each on for one step, that feed nothing: dW in their columns, in the rows of the old units,
  is Σ_records da_s of the one step at which W reads that unit, times what a unit shows that is on.

The forward of the old units, and so every gradient, stays what it was.
"""

import numpy as np

from rnn.arrays import Array
from verification.problem import Gradients, Problem
from verification.reference.activations import ACTIVATIONS
from verification.tolerance import WIDER

# A power of two, so that scaling by it is exact, and its square is far from overflow in float32.
LOUD = 2.0**40

# The pre-activations of a probe unit, off and on: 0 and 1 where f(0) = 0; the sigmoid is off only where it
# has saturated, and is on at 0, which is the sum of two equal numbers.
_SATURATED = 1000.0


def embed(problem: Problem) -> Problem:
    """The larger problem; its truncation and its targets are the problem's own."""
    records, steps, inputs = problem.xs.shape
    units = problem.h0.shape[1]
    dtype = problem.dtype
    one_hot = np.broadcast_to(np.eye(steps, dtype=dtype), (records, steps, steps))
    times = (one_hot[..., None] * problem.xs[:, :, None, :]).reshape(records, steps, steps * inputs)
    silent = np.zeros((records, steps, units), dtype)
    xs = np.concatenate((problem.xs, silent, one_hot, times), axis=2)

    sigmoid = problem.activation == "sigmoid"
    # Unit s is on in h_s alone, which step s reads: unit 0 is given so, each other is put on by step s − 1.
    put_on = np.eye(steps, k=-1, dtype=dtype) * (_SATURATED if sigmoid else 1)
    U = np.zeros((units + steps, xs.shape[2]), dtype)
    U[:units, :inputs] = problem.params["U"]
    U[:units, inputs : inputs + units] = np.eye(units)
    U[units:, inputs + units : inputs + units + steps] = put_on
    W = np.zeros((units + steps, units + steps), dtype)
    W[:units, :units] = problem.params["W"]
    off = np.full(steps, -_SATURATED if sigmoid else 0, dtype)
    V = np.pad(problem.params["V"], ((0, 0), (0, steps)))
    h0 = np.pad(problem.h0, ((0, 0), (0, steps)))
    h0[:, units] = shown(problem)
    b = np.concatenate((problem.params["b"], off))
    return problem.replaced(U=U, W=W, b=b, V=V, h0=h0, xs=xs)


def shown(problem: Problem) -> float:
    """What a probe unit shows when it is on: f(1), or the sigmoid's f(0)."""
    on = np.zeros(1) if problem.activation == "sigmoid" else np.ones(1)
    return float(ACTIVATIONS[problem.activation](on)[0])


def aloud(problem: Problem, outputs: Array, loss: int) -> Problem:
    """The problem with the residual of one loss, an index from the first loss on, ``LOUD`` times as large.

    ``outputs`` (N, T, K) in the wider type, as the oracle has them.
    """
    targets = problem.targets.astype(outputs.dtype)
    at = problem.first_loss + loss
    targets[:, at] = outputs[:, at] - LOUD * (outputs[:, at] - targets[:, at])
    return problem.replaced(targets=targets.astype(problem.dtype))


def read(problem: Problem, loud: Gradients, quiet: Gradients | None) -> dict[str, Array]:
    """One loss's G[·, s], from the answers to the embedded problem with that loss ``aloud`` and ``quiet``.

    Without a quiet answer the loss is the only one, and as it is. Arrays (T, …), by step of use: U (H, D),
    b (H,), xs (N, D), a (N, H), and W (H,), which is b's times what a probe unit shows; V, c and h0 as they
    are.
    """
    wide = WIDER[problem.dtype]
    blocks = {name: np.asarray(block, wide) for name, block in loud.blocks().items()}
    if quiet is not None:
        blocks = {
            name: (block - np.asarray(quiet.blocks()[name], wide)) / (LOUD - 1)
            for name, block in blocks.items()
        }
    _, steps, inputs = problem.xs.shape
    units = problem.h0.shape[1]
    dxs, dU = blocks["xs"].swapaxes(0, 1), blocks["U"][:units]
    _, _, hot, products = np.split(dU, np.cumsum((inputs, units, steps)), axis=1)
    return {
        "U": products.reshape(units, steps, inputs).swapaxes(0, 1),
        "W": blocks["W"][:units, units:].T,
        "b": hot.T,
        "xs": dxs[:, :, :inputs],
        "a": dxs[:, :, inputs : inputs + units],
        "V": blocks["V"][:, :units],
        "c": blocks["c"],
        "h0": blocks["h0"][:, :units],
    }
