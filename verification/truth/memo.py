"""Values that follow from a case alone, each computed once and remembered."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from verification.models.case import Case

Value = TypeVar("Value")


@dataclass(frozen=True, eq=False)
class Memo:
    """Values by name, all of which follow from the case alone."""

    values: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], Value]) -> Value:
        """The value of that name; ``make`` computes it if it is not there yet."""
        if name not in self.values:
            self.values[name] = make()
        made: Value = self.values[name]
        return made


# Looks up what is remembered of a case; more may be added to it.
Memory: TypeAlias = Callable[[Case], Memo]


def nothing(case: Case) -> Memo:
    """A memory that remembers nothing."""
    return Memo()
