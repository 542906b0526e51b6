"""The one home of Hypothesis strategies: problems of every shape, scale and truncation.

Everything shrinks towards one record, one step, one input, one unit, one output, arrays of ones, and no
truncation, so that a counterexample can be checked by hand.
"""

from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from rnn import ACTIVATIONS, Chunked, Full, Tail, Truncation, Window
from rnn.arrays import Array
from verification.problem import Problem

POLICIES = ("Full", "Window", "Chunked", "Tail")

# Weights on which a gradient lives, vanishes, and saturates or explodes.
SCALES = (1.0, 0.5, 0.1, 3.0, 10.0)


@st.composite
def steps(draw: st.DrawFn, most: int = 64) -> int:
    """T: seven of eight at most 6, nearly all at most 12, for a lag table costs T² networks."""
    kind = draw(st.integers(0, 63))
    limit = 6 if kind < 56 else 12 if kind < 63 else most
    return draw(st.integers(1, min(limit, most)))


@st.composite
def truncations(draw: st.DrawFn, steps: int, policy: str | None = None) -> Truncation:
    """Every policy, with k from 0 to beyond T."""
    policy = policy or draw(st.sampled_from(POLICIES))
    beyond = st.integers(0, steps + 2)
    match policy:
        case "Window":
            return Window(draw(beyond))
        case "Tail":
            return Tail(draw(beyond))
        case "Chunked":
            return Chunked(draw(st.integers(1, steps + 2)), draw(st.none() | beyond))
        case _:
            return Full()


@st.composite
def problems(
    draw: st.DrawFn,
    *,
    policy: str | None = None,
    activations: tuple[str, ...] = tuple(ACTIVATIONS),
    most_steps: int = 64,
) -> Problem:
    """A problem; ``policy`` fixes the kind of truncation."""
    T = draw(steps(most_steps))
    N, D, H, K = (draw(st.integers(1, 4 if T <= 12 else 2)) for _ in range(4))
    fill = draw(fills())
    scale = draw(st.sampled_from(SCALES))
    params = {
        "U": fill((H, D), scale),
        "W": fill((H, H), scale),
        "b": fill((H,), scale),
        "V": fill((K, H), scale),
        "c": fill((K,), scale),
    }
    xs = fill((N, T, D), 1.0)
    targets = fill((N, K) if draw(st.booleans()) else (N, T, K), 1.0)
    h0 = fill((N, H), draw(st.sampled_from((1.0, 0.0))))
    activation = draw(st.sampled_from(activations))
    return Problem(activation, params, xs, targets, h0, draw(truncations(T, policy)))


@st.composite
def fills(draw: st.DrawFn) -> Any:
    """How the arrays of a problem are filled: ``fill(shape, scale)`` makes one.

    With small integers, drawn one by one so that they shrink one by one, or with normal numbers from a drawn
    seed, which cost nothing to draw and have every bit of their significand set at random.
    """
    dtype = np.dtype(draw(st.sampled_from(("float64", "float32"))))
    if draw(st.integers(0, 3)) == 0:
        small = st.sampled_from((1, 2, -1, 0, 3, -2, -3))

        def integers(shape: tuple[int, ...], scale: float) -> Array:
            array = draw(npst.arrays(np.int64, shape, elements=small, fill=st.nothing()))
            return (array * (scale != 0)).astype(dtype)

        return integers
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))

    def normal(shape: tuple[int, ...], scale: float) -> Array:
        return (scale * rng.standard_normal(shape)).astype(dtype)

    return normal
