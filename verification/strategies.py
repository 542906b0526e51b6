"""The one home of Hypothesis strategies: problems of every shape, scale and truncation.

Everything shrinks towards one record, one step, one input, one unit, one output, arrays of ones, and no
truncation, so that a counterexample can be checked by hand.
"""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from rnn import Chunked, Full, Tail, Truncation, Window
from rnn.arrays import Array
from verification.problem import Problem

POLICIES = ("Full", "Window", "Chunked", "Tail")

# As they shrink: an example with the identity needs no calculator.
SIMPLEST_FIRST = ("identity", "relu", "softsign", "tanh", "sigmoid")

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


Fill: TypeAlias = Callable[[tuple[int, ...], float], Array]
"""How the arrays of a problem are filled: ``fill(shape, scale)`` makes one."""

DTYPES = st.sampled_from(("float64", "float32")).map(np.dtype)


@st.composite
def whole_numbers(draw: st.DrawFn) -> Fill:
    """Integers from −3 to 3 whatever the scale (none at scale 0), each shrunk to 1 by itself."""
    dtype = draw(DTYPES)
    small = st.sampled_from((1, 2, -1, 0, 3, -2, -3))

    def fill(shape: tuple[int, ...], scale: float) -> Array:
        drawn = draw(npst.arrays(np.int64, shape, elements=small, fill=st.just(1)))
        return np.asarray(drawn * (scale != 0), dtype=dtype)

    return fill


@st.composite
def normal_numbers(draw: st.DrawFn) -> Fill:
    """Normal numbers from a drawn seed: nothing to draw one by one, and every bit of each is random."""
    dtype = draw(DTYPES)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    return lambda shape, scale: np.asarray(scale * rng.standard_normal(shape), dtype=dtype)


# Three of four problems have numbers that do not round to themselves, which most faults need.
NUMBERS = st.one_of(whole_numbers(), normal_numbers(), normal_numbers(), normal_numbers())


@st.composite
def problems(
    draw: st.DrawFn,
    *,
    policy: str | None = None,
    numbers: st.SearchStrategy[Fill] = NUMBERS,
    activations: tuple[str, ...] = SIMPLEST_FIRST,
    most_steps: int = 64,
) -> Problem:
    """A problem; ``policy`` fixes the kind of truncation, ``numbers`` how its arrays are filled."""
    T = draw(steps(most_steps))
    N, D, H, K = (draw(st.integers(1, 4 if T <= 12 else 2)) for _ in range(4))
    fill = draw(numbers)
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
