"""JAX: ``lax.scan``, differentiated and compiled as one function before the clock starts.

Truncation stops the gradient of the state where a segment starts. Segments of one length are a scan of scans,
so that what is compiled does not grow with their number. float64 needs ``jax_enable_x64``.
"""

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax.lax import scan, stop_gradient

from benchmarks.contenders import Ready
from benchmarks.contenders.steps import STEPS, State
from benchmarks.segments import DetachedSegment, segments
from benchmarks.task import Task
from rnn.common.arrays import Array

# Untyped, in JAX.
_configure: Callable[[str, bool], None] = jax.config.update
_done: Callable[[Any], Any] = jax.block_until_ready

_configure("jax_enable_x64", True)


def prepare(task: Task) -> Ready | None:
    """The compiled gradient by every block, of arrays that are on the device already."""
    parts = segments(task.truncation, task.shape.T, task.first_loss)
    if parts is None:
        return None
    last, initial = task.loss == "last", tuple(task.initial())

    def loss(leaves: dict[str, Any], targets: Any) -> Any:
        state = tuple(leaves[name] for name in initial)
        hs = _states(task.cell, leaves, state, parts)
        hs = hs[-1] if last else hs.swapaxes(0, 1)
        outputs = hs @ leaves["V"].T + leaves["c"]
        return jnp.square(outputs - targets).sum() / 2

    leaves = {name: jnp.asarray(array) for name, array in task.arrays().items()}
    targets = jnp.asarray(task.targets)
    gradient = jax.jit(jax.grad(loss)).lower(leaves, targets).compile()
    return Ready(lambda: _done(gradient(leaves, targets)), _by_name)


def _states(cell: str, leaves: dict[str, Any], state: State, parts: tuple[DetachedSegment, ...]) -> Any:
    """h_1 … h_T, (T, N, H)."""
    U, b, after = leaves["U"], leaves["b"], STEPS[cell](jnp, jax.nn.sigmoid, leaves)

    def step(state: State, x: Any) -> tuple[State, Any]:
        state = after(x @ U.T + b, state)
        return state, state[0]

    def chunk(state: State, xs: Any) -> Any:
        return scan(step, stop_gradient(state), xs)

    xs = leaves["xs"].swapaxes(0, 1)
    first, *rest = parts
    state, hs = scan(step, state, xs[: first.stop])
    if not first.learns:
        state, hs = stop_gradient((state, hs))
    found = [hs]
    # All but the first and the last segment have one length.
    length = first.stop - first.start
    even = [part for part in rest if part.stop - part.start == length]
    if len(even) > 1:
        stacked = xs[even[0].start : even[-1].stop].reshape(len(even), length, *xs.shape[1:])
        state, hs = scan(chunk, state, stacked)
        found.append(hs.reshape(-1, *hs.shape[2:]))
        rest = rest[len(even) :]
    for part in rest:
        state, hs = chunk(state, xs[part.start : part.stop])
        found.append(hs)
    return found[0] if len(found) == 1 else jnp.concatenate(found)


def _by_name(grads: dict[str, Any]) -> dict[str, Array]:
    return {name: np.asarray(grad) for name, grad in grads.items()}
