"""The one home of Hypothesis strategies: problems of every shape, scale and truncation.

Everything shrinks towards one record, one step, one input, one unit, one output, arrays of ones, and no
truncation, so that a counterexample can be checked by hand.
"""

import math
from collections.abc import Callable
from fractions import Fraction
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

# As they shrink: to 1.
WHOLE = (1, 2, -1, 0, 3, -2, -3)

# Weights on which a gradient lives, vanishes, and saturates or explodes.
SCALES = (1.0, 0.5, 0.1, 3.0, 10.0)


@st.composite
def steps(draw: st.DrawFn, most: int = 100) -> int:
    """T: most at most 6, nearly all at most 12, for a lag table costs T² networks; a few are long."""
    kind = draw(st.integers(0, 49))
    limit = most if kind in (13, 26) else 12 if kind > 40 else 6
    # From 1 whatever the limit, so that a length shrinks by itself, and then the kind does.
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

    def fill(shape: tuple[int, ...], scale: float) -> Array:
        # Ones with some entries changed. Drawn so, a smaller array is also the simpler one to Hypothesis.
        size = math.prod(shape)
        entries = st.tuples(st.integers(0, size - 1), st.sampled_from(WHOLE))
        array = np.ones(size, np.int64)
        for index, value in draw(st.lists(entries, max_size=2 * size)):
            array[index] = value
        return np.asarray(array.reshape(shape) * (scale != 0), dtype=dtype)

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
    most_steps: int = 100,
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


# As they shrink: whole numbers first, then halves, then thirds.
SMALL_FRACTIONS = tuple(dict.fromkeys(Fraction(n, d) for d in (1, 2, 3) for n in WHOLE))

# What keeps a softsign's Fractions short: for H units, the most of N, D and K, and of T. The digits of a
# state grow about H-fold a step, and those of a sum with the number of its terms.
SOFTSIGN_SIZES = {1: (2, 20), 2: (2, 5), 3: (1, 4)}


@st.composite
def exact_problems(draw: st.DrawFn, *, policy: str | None = None, most_steps: int = 100) -> Problem:
    """A problem of small Fractions, which its activation keeps rational, for ``oracles.exact``."""
    activation = draw(st.sampled_from(("identity", "relu", "softsign")))
    H = draw(st.integers(1, 3))
    most, longest = SOFTSIGN_SIZES[H] if activation == "softsign" else (2, 64)
    longest = min(longest, most_steps)
    # Exact arithmetic sees a fault at any lag, however small its part, so one in sixteen is long.
    T = draw(st.integers(1 + longest // 2, longest) if draw(st.integers(0, 15)) == 15 else steps(longest))
    N, D, K = (draw(st.integers(1, most if T <= 12 else 1)) for _ in range(3))
    numbers = st.sampled_from(SMALL_FRACTIONS)

    def fill(shape: tuple[int, ...]) -> Array:
        return np.asarray(draw(npst.arrays(object, shape, elements=numbers, fill=st.nothing())))

    return _problem(draw, activation, fill, (N, T, D, H, K), policy)


@st.composite
def integer_problems(draw: st.DrawFn, *, policy: str | None = None, most_steps: int = 100) -> Problem:
    """A problem of whole numbers, with relu or identity, for the most part exact in floating point."""
    dtype = draw(DTYPES)
    T = draw(steps(most_steps))
    # A long sequence keeps its numbers small by few units with weights of at most 1.
    N, D, H, K = (draw(st.integers(1, 3 if T <= 6 else 2)) for _ in range(4))
    small = st.sampled_from(WHOLE if T <= 6 else (1, -1, 0))

    def fill(shape: tuple[int, ...]) -> Array:
        return np.asarray(draw(npst.arrays(np.int64, shape, elements=small, fill=st.nothing())), dtype=dtype)

    return _problem(draw, draw(st.sampled_from(("identity", "relu"))), fill, (N, T, D, H, K), policy)


def _problem(
    draw: st.DrawFn,
    activation: str,
    fill: Callable[[tuple[int, ...]], Array],
    sizes: tuple[int, int, int, int, int],
    policy: str | None,
) -> Problem:
    """The problem of the sizes N, T, D, H, K whose arrays are filled by ``fill``."""
    N, T, D, H, K = sizes
    params = {"U": fill((H, D)), "W": fill((H, H)), "b": fill((H,)), "V": fill((K, H)), "c": fill((K,))}
    targets = fill((N, K) if draw(st.booleans()) else (N, T, K))
    xs, h0 = fill((N, T, D)), fill((N, H))
    return Problem(activation, params, xs, targets, h0, draw(truncations(T, policy)))
