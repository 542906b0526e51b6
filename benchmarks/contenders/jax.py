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
from benchmarks.segments import Segment, segments
from benchmarks.task import Task
from rnn.arrays import Array

# Untyped, in JAX.
_configure: Callable[[str, bool], None] = jax.config.update
_done: Callable[[Any], Any] = jax.block_until_ready

_configure("jax_enable_x64", True)


def prepare(task: Task) -> Ready | None:
    """The compiled gradient by every block, of arrays that are on the device already."""
    parts = segments(task.truncation, task.shape.T, task.first_loss)
    if parts is None:
        return None
    last = task.loss == "last"

    def loss(leaves: dict[str, Any], targets: Any) -> Any:
        hs = _states(leaves, parts)
        hs = hs[-1] if last else hs.swapaxes(0, 1)
        outputs = hs @ leaves["V"].T + leaves["c"]
        return jnp.square(outputs - targets).sum() / 2

    leaves = {name: jnp.asarray(array) for name, array in task.arrays().items()}
    targets = jnp.asarray(task.targets)
    gradient = jax.jit(jax.grad(loss)).lower(leaves, targets).compile()
    return Ready(lambda: _done(gradient(leaves, targets)), _by_name)


def _states(leaves: dict[str, Any], parts: tuple[Segment, ...]) -> Any:
    """h_1 … h_T, (T, N, H)."""
    U, W, b = leaves["U"], leaves["W"], leaves["b"]

    def step(h: Any, x: Any) -> tuple[Any, Any]:
        h = jnp.tanh(x @ U.T + h @ W.T + b)
        return h, h

    def chunk(h: Any, xs: Any) -> Any:
        return scan(step, stop_gradient(h), xs)

    xs = leaves["xs"].swapaxes(0, 1)
    first, *rest = parts
    h, hs = scan(step, leaves["h0"], xs[: first.stop])
    if not first.learns:
        h, hs = stop_gradient((h, hs))
    found = [hs]
    # All but the first and the last segment have one length.
    length = first.stop - first.start
    even = [part for part in rest if part.stop - part.start == length]
    if len(even) > 1:
        stacked = xs[even[0].start : even[-1].stop].reshape(len(even), length, *xs.shape[1:])
        h, hs = scan(chunk, h, stacked)
        found.append(hs.reshape(-1, *hs.shape[2:]))
        rest = rest[len(even) :]
    for part in rest:
        h, hs = chunk(h, xs[part.start : part.stop])
        found.append(hs)
    return found[0] if len(found) == 1 else jnp.concatenate(found)


def _by_name(grads: dict[str, Any]) -> dict[str, Array]:
    return {name: np.asarray(grad) for name, grad in grads.items()}
