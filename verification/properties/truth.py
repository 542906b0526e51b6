"""The truth of a case, computed when it is first used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case
from verification.models.tolerance import Expected
from verification.properties.calling import is_large
from verification.properties.property import Property
from verification.truth import replay
from verification.truth.lag_table import grouped_table
from verification.truth.memo import Memo, Memory, nothing
from verification.truth.perturbed_replays import replayed
from verification.truth.substitute_types import holds


@dataclass(frozen=True, eq=False)
class Expectations:
    """What ``Truth`` needs of a lag table or of replays, without their draws."""

    determined: bool
    blocks: dict[str, Expected]
    forward: dict[str, Expected]


def _expectations(case: Case) -> Expectations:
    """From the lag table, in groups; for a large case from replays."""
    draws = replayed(case) if is_large(case) else grouped_table(case)
    # Where the truth is not determined, numbers may overflow.
    with np.errstate(all="ignore"):
        blocks, forward = draws.expected(), draws.forward()
        determined = draws.determined and holds(case, (*blocks.values(), *forward.values()))
        return Expectations(determined, blocks, forward)


@dataclass(frozen=True, eq=False)
class Truth:
    """The truth of a case whose numbers round; ``memory``: may have some of it already.

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


class Equal(Expected):
    """An expectation without rounding, which has to be met exactly and is always determined."""

    bound = 0.0
    determined = True

    @property
    def size(self) -> float:
        """1.0 if it is not zero, else 0.0: a Fraction's size may be too small for a float."""
        return float((self.truth != 0).any())


Computed: TypeAlias = Callable[[Case], dict[str, Array]]


@dataclass(frozen=True, eq=False)
class EqualTruth:
    """The truth of a case in which nothing rounds, computed when it is first used.

    ``only``: the property that is checked on it, and no other. ``setting``: begins the message if there is no
    answer.
    """

    case: Case
    only: Property[Any]
    setting: str
    large: bool
    of_forward: Computed
    of_gradient: Computed
    memo: Memo = field(default_factory=Memo)
    determined = True

    @cached_property
    def forward(self) -> dict[str, Expected]:
        """What the forward computes, by name."""
        return _equal(self.of_forward(self.case))

    @cached_property
    def blocks(self) -> dict[str, Expected]:
        """Every block's gradient."""
        return _equal(self.of_gradient(self.case))

    @property
    def autograd(self) -> dict[str, Array]:
        """The same gradient: no second oracle takes such a case."""
        return {name: each.truth for name, each in self.blocks.items()}

    def informative(self, names: tuple[str, ...]) -> bool:
        """Is the gradient of one of these blocks not zero?"""
        return any(self.blocks[name].size > 0 for name in names)


def _equal(truths: Mapping[str, Array]) -> dict[str, Expected]:
    """Each expectation, to be met exactly."""
    return {name: Equal(truth, 0.0, 0.0, truth.dtype) for name, truth in truths.items()}
