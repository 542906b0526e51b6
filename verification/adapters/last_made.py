"""What was made last, to be used again as long as it is made for the same."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, eq=False)
class LastMade:
    """An object by its key. One is enough: what calls have in common are those on one case."""

    last: dict[Hashable, Any] = field(default_factory=dict)

    def made(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """The object of the call before, if that had this key: what it keeps, the next call meets."""
        if key not in self.last:
            self.last.clear()
            self.last[key] = make()
        return self.last[key]
