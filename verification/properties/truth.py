"""The truth of a case whose numbers round, computed when it is first used."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case
from verification.models.tolerance import Expected
from verification.properties.calling import is_large
from verification.properties.property import Property
from verification.truth import replay
from verification.truth.lag_table import LagTable, grouped_table
from verification.truth.memo import Memo, Memory, nothing
from verification.truth.perturbed_replays import Replayed, replayed
from verification.truth.substitute_types import holds


@dataclass(frozen=True, eq=False)
class Expectations:
    """What ``Truth`` needs of a lag table or of replays, without their draws."""

    determined: bool
    blocks: dict[str, Expected]
    forward: dict[str, Expected]


def _expectations(case: Case) -> Expectations:
    """From the lag table, in groups; for a large case from replays."""
    table: LagTable | Replayed = replayed(case) if is_large(case) else grouped_table(case)
    # Where the truth is not determined, numbers may overflow.
    with np.errstate(all="ignore"):
        blocks, forward = table.expected(), table.forward()
        determined = table.determined and holds(case, (*blocks.values(), *forward.values()))
        return Expectations(determined, blocks, forward)


@dataclass(frozen=True, eq=False)
class Truth:
    """The truth of a case; ``memory``: may have some of it already.

    ``only``: the only property that is checked on it, for a case that is made for one.
    """

    case: Case
    memory: Memory = nothing
    only: Property[Any] | None = None
    setting = ""

    @cached_property
    def memo(self) -> Memo:
        """Results that follow from the case, by name."""
        return self.memory(self.case)

    @property
    def expectations(self) -> Expectations:
        """The results of one lag table, or of replays."""
        return self.memo.once("expectations", lambda: _expectations(self.case))

    @property
    def large(self) -> bool:
        """Does the case get only those properties that need a single call?"""
        return is_large(self.case)

    @property
    def autograd(self) -> dict[str, Array]:
        """The gradient by replays, in one pass or step by step."""
        if self.large:
            return {name: expected.truth for name, expected in self.blocks.items()}
        return self.memo.once("autograd", lambda: replay.gradient(self.case))

    @property
    def blocks(self) -> dict[str, Expected]:
        """Every block's gradient, and how closely it must be met."""
        return self.expectations.blocks

    @property
    def forward(self) -> dict[str, Expected]:
        """Outputs and final states."""
        return self.expectations.forward

    @property
    def determined(self) -> bool:
        """Is there a truth at this precision?"""
        return self.expectations.determined

    def informative(self, names: tuple[str, ...]) -> bool:
        """Is agreement on it evidence for one of these blocks?"""
        return self.determined and any(
            self.blocks[name].size > 0 and self.blocks[name].determined for name in names
        )
