"""The expected values and their bounds, from draws and from sums of absolute terms."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np

from verification.models.arrays import Array
from verification.models.case import WIDER, Case, Cotangents, real_of
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import Block, NamedArrays, State, Use
from verification.models.tolerance import Expected, least_healthy, many
from verification.truth.parts import OUTPUTS, VALUE, final_of
from verification.truth.substitute_types import as_known
from verification.truth.unroll import read_out, term


def judged(case: Case, draws: Array, terms: Array, lost: float = 0.0, more: Array | float = 0.0) -> Expected:
    """From draws (M, …), the first of which is the truth, and Σ |terms|; ``more`` is added to Y (…)."""
    spread = float(np.max(np.max(np.abs(draws[1:] - draws[0]), axis=0) + more))
    # A copy, or the expectation would keep all draws in memory.
    return Expected(draws[0].copy(), spread, float(np.max(terms)), real_of(case.dtype), lost)


def addends(case: Case, block: Block) -> int:
    """How many terms, which may be equal, an engine sums for an entry of a block's gradient.

    An entry that belongs to one record has no terms of other records.
    """
    return case.steps * (1 if block.use in (Use.INPUT, Use.STATE) else case.records)


# For a step: the READOUT blocks, and the objective's data where the step has a loss, each in M draws.
Drawn: TypeAlias = Callable[[int], tuple[NamedArrays, dict[str, Array]]]


def forward_parts(case: Case, states: Sequence[State], drawn: Drawn) -> dict[str, Array]:
    """What the forward computes, by name, in M draws, from the states before step 0 and after each."""
    model, objective = case.model, case.objective
    if isinstance(objective, Cotangents):
        final = zip(model.of(Use.STATE), states[-1], strict=True)
        outputs = np.stack([state[0] for state in states[1:]], axis=2)
        return {OUTPUTS: outputs, **{final_of(block): array for block, array in final}}
    copies, f = states[0][0].shape[:1], Namespace(case.chosen, Arithmetic())
    read, value = [], np.zeros(copies, real_of(WIDER[case.dtype]))
    for t, state in enumerate(states[1:]):
        p, data = drawn(t)
        read.append(read_out(model, f, p, state, copies))
        if t in case.losses:
            value = value + term(model, objective, f, p, data, state, copies).sum(axis=-1)
    return {OUTPUTS: np.stack(read, axis=2), VALUE: value}


def expected_forward(case: Case, parts: Mapping[str, Array]) -> dict[str, Expected]:
    """The truth of what the forward computes, by name, from M draws of it."""
    least = least_healthy(real_of(case.dtype))
    # The loss has one addend for every record and step.
    addends = {VALUE: case.records * len(case.losses)}
    return {
        name: judged(case, array, many(np.abs(array[0]) + least, addends.get(name, 1)))
        for name, array in parts.items()
    }


def fits(case: Case, arrays: Iterable[Array]) -> bool:
    """Are all of these numbers in the range of the case's type?"""
    largest = np.finfo(case.dtype).max
    return all(bool(np.all(np.abs(array) < largest)) for array in arrays)


@dataclass(frozen=True, eq=False)
class Draws:
    """A case's gradient in M draws, and bounds of Σ |terms| and of what the type may lose, by block.

    ``parts``: what the forward computes, by name (M, …). ``kinked``: an argument of a function is too near a
    kink to have a slope at this precision.
    """

    case: Case
    grads: Mapping[str, Array]
    terms: Mapping[str, Array]
    lost: Mapping[str, Array]
    parts: Mapping[str, Array]
    kinked: bool

    @cached_property
    def determined(self) -> bool:
        """Is everything finite, and away from kinks?"""
        return not self.kinked and fits(self._double, (*self.grads.values(), *self.parts.values()))

    @cached_property
    def _double(self) -> Case:
        """The case that it is computed from."""
        return as_known(self.case)
