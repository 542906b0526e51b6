"""Values that follow from a case alone, each computed once and remembered."""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from functools import lru_cache
from hashlib import sha256
from typing import Any, TypeAlias, TypeVar

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, Objective
from verification.models.model import Model

# Up to how many numbers of a case its values are remembered in this process, and of how many cases: some MB.
SMALL, CASES = 2**10, 512

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


def remembered(case: Case) -> Memo:
    """A memory of this process, of small cases: the same few are looked at again and again in a diagnosis."""
    # Fractions are objects, whose bytes are places in memory.
    if case.dtype.hasobject or sum(array.size for array in case.blocks.values()) > SMALL:
        return Memo()
    return _of(case.model, digest_of(case, ""))


@lru_cache(CASES)
def _of(model: Model, digest: bytes) -> Memo:
    """The memo of all cases of a model with the same values."""
    return Memo()


def digest_of(case: Case, maker: str) -> bytes:
    """The digest of a case for its truth; memory layouts do not count, nor how an engine is to compute it."""
    objective = case.objective
    kind, reach = type(objective).__qualname__, (case.losses, case.reach, case.lengths, case.begins)
    about = (maker, kind, _said_by(objective), reach, sorted(case.coarse))
    least = sorted(case.least.items())
    chosen = sorted((role, function.name) for role, function in case.chosen.items())
    digest = sha256(repr((about, chosen, least)).encode())
    for name, array in (*case.blocks.items(), *objective.arrays().items()):
        digest.update(f"{name} {array.dtype} {array.shape}\n".encode())
        digest.update(_bytes(array))
    return digest.digest()


def _said_by(objective: Objective) -> list[tuple[str, Any]]:
    """What an objective holds beside its arrays, for instance that its targets are classes."""
    values = [(field.name, getattr(objective, field.name)) for field in fields(objective)]  # type: ignore[arg-type]
    return [(name, value) for name, value in values if isinstance(value, bool | int | str)]


def _bytes(array: Array) -> bytes:
    """The bytes of the numbers; a long double in two parts, because its padding is undefined."""
    if array.dtype != np.longdouble or array.dtype == np.float64:
        return array.tobytes()
    near = array.astype(np.float64)
    return near.tobytes() + (array - near).astype(np.float64).tobytes()
