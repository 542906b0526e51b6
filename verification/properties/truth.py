"""What is true of a case whose numbers round, computed when it is first asked for."""

from dataclasses import dataclass
from functools import cached_property

from verification.models.arrays import Array
from verification.models.case import Case
from verification.models.tolerance import Expected
from verification.properties.asking import is_large
from verification.truth import replay
from verification.truth.replayed import Replayed, replayed
from verification.truth.table import LagTable, grouped_table


@dataclass(frozen=True, eq=False)
class Truth:
    """The truth of a case."""

    case: Case
    only = None
    setting = ""

    @cached_property
    def told(self) -> LagTable | Replayed:
        """The lag table, in groups; of a large case what replays tell."""
        return replayed(self.case) if self.large else grouped_table(self.case)

    @property
    def large(self) -> bool:
        """Is the case asked what one call tells, and no more?"""
        return is_large(self.case)

    @cached_property
    def autograd(self) -> dict[str, Array]:
        """The gradient by replays, in one pass or step by step."""
        if self.large:
            return {name: expected.truth for name, expected in self.blocks.items()}
        return replay.gradient(self.case)

    @cached_property
    def blocks(self) -> dict[str, Expected]:
        """Every block's gradient, and how closely it must be met."""
        return self.told.expected()

    @cached_property
    def forward(self) -> dict[str, Expected]:
        """Outputs and final states."""
        return self.told.forward()

    @property
    def determined(self) -> bool:
        """Is there a truth at this precision?"""
        return self.told.determined

    def informative(self, names: tuple[str, ...]) -> bool:
        """Does agreement on it say anything of one of these blocks?"""
        return self.determined and any(
            self.blocks[name].size > 0 and self.blocks[name].determined for name in names
        )
