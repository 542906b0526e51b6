"""An adapter's engine at one point, as other checkers want it: arrays to arrays, and cotangents back.

A layer and a step give their outputs and final states; a function of a whole problem its loss.
"""

import importlib
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchmarks.field_study.places import ADAPTERS
from verification.models.case import Case, Cotangents, random_case
from verification.models.model import Use
from verification.properties.calling import afresh
from verification.truth.parts import OUTPUTS, VALUE, final_of

# Of four steps no adapter's truncation leaves anything out; of eight each does.
RECORDS, STEPS, MORE_STEPS, UNITS = 2, 4, 8, 3


@dataclass(frozen=True, eq=False)
class WrappedLayer:
    """The engine with a case; ``names`` of the blocks whose gradients it claims.

    ``by_torch(blocks, cotangents)``: gradients by name, where the adapter has PyTorch's.
    """

    engine: Any
    case: Case
    names: tuple[str, ...]
    by_torch: Callable[[Mapping[str, Any], Sequence[Any]], dict[str, Any]] | None = None

    @property
    def point(self) -> list[np.ndarray]:
        """The blocks."""
        return [self.case.blocks[name] for name in self.names]

    def _asked(self, arrays: Sequence[Any], cotangents: Sequence[Any] | None = None) -> Any:
        blocks = {**self.case.blocks, **dict(zip(self.names, map(np.array, arrays), strict=True))}
        case = replace(self.case, blocks=blocks)
        if cotangents is not None and isinstance(case.objective, Cotangents):
            outputs, *given = map(np.array, cotangents)
            # Nothing flows back through a final state that is not claimed.
            by_name = dict(zip(self._finals, given, strict=True))
            states = zip(case.model.of(Use.STATE), case.state, strict=True)
            state = tuple(by_name.get(block.name, 0 * array) for block, array in states)
            case = replace(case, objective=Cotangents(outputs, state))
        return self.engine.answer(afresh(case))

    @property
    def _finals(self) -> tuple[str, ...]:
        """The states whose final one has a cotangent."""
        claim = self.engine.claim
        return tuple(claim.finals) if claim.ends else ()

    def forward(self, *arrays: Any) -> list[np.ndarray]:
        """What it computes, as far as its cotangents are claimed."""
        values, _ = self._asked(arrays)
        if VALUE in values:
            return [np.asarray(values[VALUE])]
        states = [block for block in self.case.model.of(Use.STATE) if block.name in self._finals]
        return [values[OUTPUTS], *(values[final_of(block)] for block in states)]

    def backward(self, arrays: Sequence[Any], cotangents: Sequence[Any]) -> list[np.ndarray]:
        """The gradients that it answers; of a bias that is kept in two, the first's."""
        values, blocks = self._asked(arrays, cotangents)
        scale = np.asarray(cotangents[0]) if VALUE in values else 1
        return [np.array(scale * blocks[name][0], self.case.dtype) for name in self.names]


def truncated(engine: Any) -> bool:
    """Has the engine a truncation of its own?"""
    claim = getattr(engine, "claim", None)
    return claim is not None and not isinstance(claim.truncations[0], str)


def wrapped(name: str, steps: int = STEPS) -> WrappedLayer:
    """The adapter's engine, at numbers between −1 and 1; raises ImportError where its source is missing."""
    if str(ADAPTERS) not in sys.path:
        # Adapters import what they share by its own name, as when the command loads one.
        sys.path.insert(0, str(ADAPTERS))
    module = importlib.import_module(name)
    made = at_a_point(module.engine, steps, getattr(module, "by_torch", None))
    return replace(made, case=replace(made.case, layouts=getattr(module, "LAYOUTS", {})))


def at_a_point(engine: Any, steps: int = STEPS, by_torch: Any = None) -> WrappedLayer:
    """An engine at numbers between −1 and 1."""
    rng, claim, model = np.random.default_rng(0), engine.claim, engine.model
    records = min(max(RECORDS, claim.records[0]), claim.records[1])
    dtype = max(map(np.dtype, claim.dtypes), key=lambda each: each.itemsize)
    functions = {role: choices[0] for role, choices in claim.functions.items()}
    sizes = {name: UNITS - (name == "D") for name in model.dimensions} | claim.least
    case = random_case(model, rng, sizes, records, steps, dtype, functions, claim.losses[-1])
    still = {name: 0 * case.blocks[name] for name, how in claim.states.items() if how == "zero"}
    case = replace(case, blocks={**case.blocks, **still})
    if truncated(engine):
        case = replace(case, truncation=claim.truncations[0])
    return WrappedLayer(engine, case, tuple(claim.blocks), by_torch)
