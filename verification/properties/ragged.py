"""Records that end early: a record with a length equals that record alone, cut off at its end.

Its losses, its truncation and its final state are those of its own steps. Everything after its end is
padding: arbitrary numbers that change nothing and have a gradient of exactly zero. The truth is joined from
those of the records of each length; with targets it is that of all records, with weight zero after each end.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, Cotangents
from verification.models.model import PARAMETERS, Use
from verification.models.tolerance import Expected
from verification.models.weighted import ended
from verification.properties.truth import Expectations, Truth
from verification.truth.memo import Memo, Memory, nothing
from verification.truth.parts import OUTPUTS, VALUE


def in_parts(case: Case) -> Iterator[tuple[Array, Case]]:
    """Cases without lengths that together are equivalent, and the records of each."""
    if isinstance(case.objective, Cotangents):
        yield from by_length(case)
    else:
        yield np.arange(case.records), ended(case)


def by_length(case: Case) -> Iterator[tuple[Array, Case]]:
    """The records of each length, and their case, cut off at their end."""
    lengths = np.asarray(case.lengths)
    for length in np.unique(lengths):
        records = np.flatnonzero(lengths == length)
        yield records, replace(case.of_records(records).of_steps(slice(length)), lengths=None)


@dataclass(frozen=True, eq=False)
class RaggedTruth(Truth):
    """The truth of a case whose records end early."""

    @cached_property
    def memo(self) -> Memo:
        """An empty memo: the parts are remembered, each by itself."""
        return Memo()

    @cached_property
    def _each(self) -> list[tuple[Array, Truth]]:
        return [(records, Truth(case, self.memory)) for records, case in in_parts(self.case)]

    @cached_property
    def autograd(self) -> dict[str, Array]:
        """The gradient by replays."""
        return self._joined([truth.autograd for _, truth in self._each])

    @cached_property
    def expectations(self) -> Expectations:
        """Those of the parts, joined: of each record its outputs, zero after its end, and its final state."""
        each = [truth.expectations for _, truth in self._each]
        # Where the truth is not determined, numbers may overflow.
        with np.errstate(all="ignore"):
            return Expectations(
                all(part.determined for part in each),
                self._expected([part.blocks for part in each]),
                self._expected([part.forward for part in each]),
            )

    @property
    def large(self) -> bool:
        """Is one of its parts large?"""
        return any(truth.large for _, truth in self._each)

    def informative(self, names: tuple[str, ...]) -> bool:
        """Is agreement on it evidence for one of these blocks?"""
        return any(truth.informative(names) for _, truth in self._each)

    def _expected(self, parts: list[dict[str, Expected]]) -> dict[str, Expected]:
        """The expectation of each block; the errors that the parts allow are added."""
        truths = self._joined([{name: each.truth for name, each in part.items()} for part in parts])
        return {
            name: Expected(
                truth,
                spread=sum(part[name].spread for part in parts),
                terms=sum(part[name].terms for part in parts),
                dtype=parts[0][name].dtype,
                lost=sum(part[name].lost for part in parts),
                kept=parts[0][name].kept,
            )
            for name, truth in truths.items()
        }

    def _joined(self, parts: list[dict[str, Array]]) -> dict[str, Array]:
        """The parts joined: shared blocks are added, others placed at their records, with zeros after the
        ends.
        """
        case, joined = self.case, {}
        shared = {VALUE, *(block.name for block in case.model.of(*PARAMETERS))}
        outputs = (*case.model.outputs, OUTPUTS)
        by_step = {*outputs, *(block.name for block in case.model.of(Use.INPUT))}
        for name, first in parts[0].items():
            if name in shared:
                joined[name] = np.sum([part[name] for part in parts], axis=0)
                continue
            rest = first.shape[2:] if name in by_step else first.shape[1:]
            lead = (case.records, case.steps) if name in by_step else (case.records,)
            whole = np.zeros((*lead, *rest), first.dtype)
            for (records, truth), part in zip(self._each, parts, strict=True):
                place = (records, slice(truth.case.steps)) if name in by_step else records
                whole[place] = part[name]
            if name in outputs:
                whole = case.to_ends(whole)
            joined[name] = whole
        return joined


def rounded_truth(case: Case, memory: Memory = nothing) -> Truth:
    """The truth of a case whose numbers round; ``memory``: may have some of it already."""
    return Truth(case, memory) if case.lengths is None else RaggedTruth(case, memory)
