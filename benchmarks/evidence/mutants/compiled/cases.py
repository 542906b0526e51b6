"""Cases for the compiled code of each cell: few, each for what only it shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from verification.adapters.rnn.cells import CELLS, LOOPS, layer_of, network_of
from verification.models.case import Case, random_case
from verification.models.truncation import FULL, TruncationRule, chunks, window
from verification.properties.engine import Engine
from verification.properties.findings import truth_of
from verification.properties.trial import CaseTruth
from verification.sampling.factors import dimensions
from verification.sampling.scope import Scope

# Each cell's functions, without which its layer is not one.
FUNCTIONS: Mapping[str, Mapping[str, str]] = {
    name: {role: function.name for role, function in model.chosen({}).items()}
    for name, (_, model) in CELLS.items()
}

# The cell whose cases check the code that all cells share: only it has every function, and for products
# of so many rows and columns that they take every path.
SHARED = "vanilla"


@dataclass(frozen=True, eq=False)
class CompiledCase:
    """A case with its truth, and the engine that runs it."""

    truth: CaseTruth
    engine: Engine


@lru_cache(maxsize=len(CELLS))
def cases_of(name: str) -> tuple[CompiledCase, ...]:
    """The cases of a cell; always the same, and their truths are computed when they are first used."""
    network = network_of(name, LOOPS["compiled"])
    layer = layer_of(name, FUNCTIONS[name], Scope(lengths=True), loops=LOOPS["compiled"])
    return (
        *(CompiledCase(truth_of(case), network) for case in _of_networks(name)),
        *(CompiledCase(truth_of(case), layer) for case in _of_layers(name)),
    )


def computed(name: str) -> tuple[CompiledCase, ...]:
    """The same with every truth, for the processes that follow."""
    for each in cases_of(name):
        # Properties are kept with the truth that they are of.
        each.truth.informative(each.engine.claim.blocks)
    return cases_of(name)


def _of_networks(name: str) -> Iterator[Case]:
    """Every kind of route: one sweep, batches that share steps or do not, and what crosses a border."""
    yield _case(name, 3, 3, "every")
    yield _case(name, 2, 6, "every", window(2))
    yield _case(name, 2, 7, "every", chunks(3, 3))
    yield replace(_case(name, 2, 5, "last"), checkpoints=2)
    yield replace(_case(name, 2, 7, "every", window(1)), checkpoints=3)
    if name == SHARED:
        for function in ("sigmoid", "relu", "softsign", "identity"):
            yield replace(_case(name, 2, 3, "every"), functions={"activation": function})
        # Of several blocks; of such rows as leave a part of a tile, and of a panel, in every way; then of
        # few rows and several panels.
        for records, units in ((130, 3), (11, 46), (9, 25), (12, 20), (7, 40), (1, 150)):
            yield _case(name, records, 2, "last", sizes={"D": 1, "H": units, "K": 1})
        yield _case(name, 130, 5, "every", chunks(2, 2), {"D": 1, "H": 3, "K": 1})
    if name == "gru":
        # Of products over all steps that are too large for BLAS to make them by itself.
        yield _case(name, 130, 2, "last", sizes={"D": 20, "H": 20, "K": 1})


def _of_layers(name: str) -> Iterator[Case]:
    """Cotangents of last states, records that end early, and a gradient that fades."""
    yield _case(name, 3, 3, "cotangents")
    yield replace(_case(name, 4, 4, "cotangents"), lengths=(4, 1, 3, 3))
    # Of nine rows, which go by tiles, then six, three and one.
    yield replace(_case(name, 9, 4, "cotangents"), lengths=(4, 3, 3, 2, 2, 2, 1, 1, 1))
    fading = _case(name, 1, 26, "cotangents")
    yield replace(fading, blocks={**fading.blocks, "W": fading.blocks["W"] / 4})


def _case(
    name: str,
    records: int,
    steps: int,
    losses: str,
    truncation: TruncationRule = FULL,
    sizes: Mapping[str, int] | None = None,
) -> Case:
    model = CELLS[name][1]
    sizes = sizes or {letter: 2 + i for i, letter in enumerate(dimensions(model, losses != "cotangents"))}
    rng = np.random.default_rng(0)
    case = random_case(model, rng, sizes, records, steps, np.float64, FUNCTIONS[name], losses)
    return replace(case, truncation=truncation)
