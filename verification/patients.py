"""The problems that a diagnosis looks at: fixed, and large enough to tell faults apart."""

from fractions import Fraction
from functools import lru_cache

import numpy as np

from rnn import Chunked, Full, Tail, Truncation, Window
from verification.problem import Problem
from verification.trial import Truth

# N, D, H, K: enough of each that none is special.
SIZES = (2, 2, 3, 2)

# T: lags 0 … 5 can be told apart.
STEPS = 6

POLICIES: tuple[Truncation, ...] = (
    Full(),
    Window(2),
    Chunked(2),
    Chunked(2, 3),
    Chunked(4, 2),
    Tail(4),
)


@lru_cache(maxsize=1)
def patients() -> tuple[Truth, ...]:
    """What a diagnosis looks at; their truths serve every engine.

    For each policy a problem with a loss on every step, and one on the last. Then each other activation, of
    more inputs than units; a sequence no longer than its window; and a long one on which gradients live.
    """
    problems = [patient("tanh", policy, every_step) for every_step in (True, False) for policy in POLICIES]
    for activation in ("sigmoid", "relu", "softsign", "identity"):
        problems.append(patient(activation, Full(), True, sizes=(2, 4, 3, 2)))
    problems.append(patient("tanh", Window(9), True))
    long = patient("identity", Full(), False, steps=30, sizes=(2, 1, 3, 1))
    problems.append(long.replaced(W=np.linalg.qr(long.params["W"])[0]))
    return tuple(map(Truth, problems))


def patient(
    activation: str,
    truncation: Truncation,
    every_step: bool,
    steps: int = STEPS,
    sizes: tuple[int, int, int, int] = SIZES,
) -> Problem:
    """A problem of normal numbers, always the same for the same arguments."""
    rng = np.random.default_rng(20)
    N, D, H, K = sizes
    shapes = {"U": (H, D), "W": (H, H), "b": (H,), "V": (K, H), "c": (K,)}
    params = {name: rng.standard_normal(shape) / 2 for name, shape in shapes.items()}
    xs, h0 = rng.standard_normal((N, steps, D)), rng.standard_normal((N, H))
    targets = rng.standard_normal((N, steps, K))
    return Problem(activation, params, xs, targets if every_step else targets[:, -1], h0, truncation)


def in_integers() -> Problem:
    """A patient of small integers, on which floating point does not round."""
    return _rounded(patient("relu", Window(1), True, steps=4))


def in_fractions() -> Problem:
    """A patient in Fractions."""
    halves = _rounded(patient("softsign", Window(1), True, steps=3))
    exact = {name: np.vectorize(Fraction, otypes=[object])(array) for name, array in halves.arrays().items()}
    return halves.replaced(**exact)


def _rounded(problem: Problem) -> Problem:
    return problem.replaced(**{name: np.round(2 * array) for name, array in problem.arrays().items()})
