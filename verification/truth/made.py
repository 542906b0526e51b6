"""What has been made of a case's truth, each thing once: afresh, or as somebody remembers it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

from verification.models.case import Case

Made_ = TypeVar("Made_")


@dataclass(frozen=True, eq=False)
class Made:
    """Values by name, all of which follow from the case alone."""

    values: dict[str, Any] = field(default_factory=dict)

    def once(self, name: str, make: Callable[[], Made_]) -> Made_:
        """The value of that name, made if it is not there."""
        if name not in self.values:
            self.values[name] = make()
        made: Made_ = self.values[name]
        return made


# What is remembered of a case, to which more may be added.
Memory: TypeAlias = Callable[[Case], Made]


def nothing(case: Case) -> Made:
    """The memory of who remembers nothing."""
    return Made()
