"""Any truncation at all."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """The first step that each loss may reach."""

    firsts: tuple[int, ...]

    def first(self, t, steps):
        """The entry of the loss."""
        return self.firsts[t]
