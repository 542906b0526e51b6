"""One fixed set of cases, whose truths are computed once and serve every mutant.

The first part is laid out by hand, so that every activation meets every kind of truncation wherever a fault
may hide; the second is drawn as any run's cases are, from a fixed seed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import cycle

import numpy as np

from verification.adapters.rnn.fixed_problems import INTEGERS, LARGER_PROBLEMS, OWN_TRUNCATIONS
from verification.adapters.rnn.larger import vanilla_case
from verification.adapters.rnn.manual import manual
from verification.adapters.rnn.scoping import as_rnn
from verification.models import vanilla
from verification.models.arrays import Array
from verification.models.case import Case
from verification.models.truncation import FULL, Standard, chunks, tail, window
from verification.properties.findings import truth_for, truth_of
from verification.properties.trial import CaseTruth
from verification.sampling.drawing import all_drawn
from verification.sampling.draws import cases, exact_cases

ACTIVATIONS = ("tanh", "sigmoid", "relu", "softsign", "identity")

# With T steps each: every kind of truncation, within T and beyond it, even and ragged.
TRUNCATIONS: tuple[tuple[int, Standard], ...] = (
    (4, FULL),
    (5, window(2)),
    (5, chunks(2, 2)),
    (6, chunks(3, 5)),
    (7, chunks(4, 2)),
    (5, tail(2)),
    (3, window(4)),
    (4, window(0)),
    (3, chunks(5, 5)),
    (4, chunks(6, 2)),
    (6, window(1)),
    (5, tail(0)),
)

# N, D, H, K: none the same as its neighbour for long, and each of them 1 somewhere.
SIZES = ((3, 2, 4, 2), (2, 3, 2, 1), (1, 1, 3, 3), (4, 4, 3, 2), (2, 1, 1, 1), (3, 3, 2, 3), (1, 2, 3, 2))

# Drawn besides: of any numbers, and of Fractions.
DRAWN = {cases: 25, exact_cases: 15}


@lru_cache(maxsize=1)
def fixed_truths() -> Mapping[str, tuple[CaseTruth, ...]]:
    """By property, the problems that nothing rounds."""
    made: dict[str, tuple[CaseTruth, ...]] = {}
    for each in (*INTEGERS, *LARGER_PROBLEMS, *OWN_TRUNCATIONS):
        assert each.property is not None  # as of all that nothing rounds
        name = each.property.name
        made[name] = (*made.get(name, ()), truth_for(each.property, each.make()))
    return made


@lru_cache(maxsize=1)
def all_cases() -> tuple[CaseTruth, ...]:
    """All cases; always the same, and their truths are computed when they are first used."""
    return tuple(truth_of(case) for case in (*laid_out(), *drawn()))


def laid_out() -> Iterator[Case]:
    """The problems laid out by hand."""
    rng = np.random.default_rng(0)
    sizes, scales, initial = cycle(SIZES), cycle((1.0, 0.5, 1.0, 3.0)), cycle((1.0, 1.0, 0.0))
    every_step = cycle((True, True, False))
    for activation in ACTIVATIONS:
        yield _problem(rng, activation, 1, (1, 1, 1, 1), FULL, last_only=True)
        for steps, truncation in TRUNCATIONS:
            yield _problem(
                rng,
                activation,
                steps,
                next(sizes),
                truncation,
                last_only=not next(every_step),
                scale=next(scales),
                h0=next(initial),
            )
    # A gradient that lives over 32 steps, and one that has vanished after 30, both in the initial state.
    yield _living(_problem(rng, "tanh", 32, (2, 2, 3, 1), FULL, last_only=True))
    yield _problem(rng, "identity", 30, (1, 1, 2, 1), FULL, last_only=True, scale=0.1)
    # Windows in long rows, whose carries are looked through for what has vanished.
    yield _problem(rng, "softsign", 20, (2, 1, 2, 1), window(18), scale=0.7)
    # So many records and units that the sweeps do not fit one batch.
    yield _problem(rng, "softsign", 13, (96, 1, 32, 1), window(2), scale=0.2, dtype="float32")
    # Chunks that travel as a batch, of which the last is shorter.
    yield _problem(rng, "softsign", 8, (2, 1, 2, 1), chunks(3, 3))


def _problem(
    rng: np.random.Generator,
    activation: str,
    steps: int,
    sizes: tuple[int, int, int, int],
    truncation: Standard,
    *,
    last_only: bool = False,
    scale: float = 1.0,
    h0: float = 1.0,
    dtype: str = "float64",
) -> Case:
    """A problem of normal numbers, of the sizes N, D, H, K."""
    N, D, H, K = sizes

    def normal(*shape: int, size: float = scale) -> Array:
        return np.asarray(size * rng.standard_normal(shape), dtype)

    arrays = {"U": normal(H, D), "W": normal(H, H), "b": normal(H), "V": normal(K, H), "c": normal(K)}
    targets = normal(N, K, size=1) if last_only else normal(N, steps, K, size=1)
    arrays |= {"xs": normal(N, steps, D, size=1), "targets": targets, "h0": normal(N, H, size=h0)}
    return vanilla_case(arrays, activation, truncation)


def _living(case: Case) -> Case:
    """The same with an orthogonal W and small inputs, so that what flows back neither fades nor grows."""
    W, _ = np.linalg.qr(case.blocks["W"])
    smaller = {name: case.blocks[name] / 16 for name in ("xs", "b")}
    return replace(case, blocks={**case.blocks, "W": W, **smaller})


def drawn() -> Iterator[Case]:
    """The cases that are drawn."""
    claim = as_rnn(manual).claim
    for strategy, count in DRAWN.items():
        yield from all_drawn(strategy(vanilla, claim), 0, count)
