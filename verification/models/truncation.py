"""Truncations as data: how far back a loss may reach, by definitions that are the verifier's own.

==========================  ==================================================================
``Standard("Full")``         every loss reaches every earlier step
``Standard("Window", k)``   a loss reaches k steps back from its own
``Standard("Chunked", …)``  (k1, k2): losses of a chunk of k1 steps reach k2 back together, from its end
``Standard("Tail", k)``     every loss reaches the last k steps alone
==========================  ==================================================================

Source: ``rnn.truncation``, and the works that it names, say where each is in use.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Protocol

# How many numbers each kind has.
KINDS = {"Full": 0, "Window": 1, "Chunked": 2, "Tail": 1}


class TruncationRule(Protocol):
    """How far back a loss may reach: one of ``KINDS``, or an object of the user's own."""

    def first(self, t: int, steps: int) -> int:
        """The earliest step that the loss at step t of ``steps`` steps may reach; after t: none."""


@dataclass(frozen=True)
class Standard:
    """One of ``KINDS``, with its numbers.

    >>> [Standard("Window", (1,)).first(t, 4) for t in range(4)]
    [0, 0, 1, 2]
    """

    kind: str
    numbers: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        if self.kind not in KINDS or len(self.numbers) != KINDS[self.kind]:
            raise ValueError(f"truncation: {self.kind!r} of {self.numbers}, needed one of {', '.join(KINDS)}")

    def first(self, t: int, steps: int) -> int:
        """The earliest step that the loss at step t of ``steps`` steps may reach; after t: none."""
        return _FIRST[self.kind](t, steps, *self.numbers)

    def __str__(self) -> str:
        return f"{self.kind}({', '.join(map(str, self.numbers))})"


def _chunked(t: int, steps: int, k1: int, k2: int) -> int:
    start = t - t % k1
    end = min(start + k1, steps)
    # With fewer steps than the chunk has, they are counted from its end; the others are before its start.
    return max(start, end - k2) if k2 < k1 else max(0, start - (k2 - k1))


_FIRST: dict[str, Callable[..., int]] = {
    "Full": lambda t, steps: 0,
    "Window": lambda t, steps, k: max(0, t - k),
    "Chunked": _chunked,
    "Tail": lambda t, steps, k: max(0, steps - k),
}

FULL = Standard("Full")


def window(k: int) -> Standard:
    """Each loss reaches k steps back from its own."""
    return Standard("Window", (k,))


def chunks(k1: int, k2: int) -> Standard:
    """Losses of a chunk of k1 steps reach back together, k2 steps from its end."""
    return Standard("Chunked", (k1, k2))


def tail(k: int) -> Standard:
    """Every loss reaches the last k steps only."""
    return Standard("Tail", (k,))


@dataclass(frozen=True)
class Tabled:
    """first(t) for every step, as a table."""

    table: tuple[int, ...]

    def first(self, t: int, steps: int) -> int:
        """The table's entry."""
        return self.table[t]

    def __str__(self) -> str:
        return f"firsts {', '.join(map(str, self.table))}"


def kind_of(truncation: TruncationRule) -> str:
    """One of ``KINDS``, or "own"."""
    return truncation.kind if isinstance(truncation, Standard) else "own"


def truncation_of(truncation: Any) -> TruncationRule | None:
    """The truncation that an object stands for, by the name of its class and its fields, or by its ``first``.

    So ``rnn.Window(3)`` is ``Standard("Window", (3,))``. None for an object that is no truncation.
    """
    if isinstance(truncation, Standard):
        return truncation
    kind, numbers = type(truncation).__name__, tuple(getattr(truncation, "__dict__", {}).values())
    if kind == "Chunked" and len(numbers) == 2 and numbers[1] is None:
        numbers = numbers[0], numbers[0]
    if kind in KINDS and len(numbers) == KINDS[kind] and all(isinstance(n, int) for n in numbers):
        return Standard(kind, numbers)
    return truncation if callable(getattr(truncation, "first", None)) else None


def equivalents(truncation: Standard, steps: int, last_only: bool) -> Iterator[Standard]:
    """Truncations with the same mask on ``steps`` steps, with a loss on the last step only or on every step.

    >>> [str(each) for each in equivalents(Standard("Window", (1,)), 4, last_only=True)]
    ['Chunked(1, 2)', 'Tail(2)']
    """
    full = (
        FULL,
        Standard("Chunked", (steps, steps)),
        Standard("Window", (steps - 1,)),
        Standard("Tail", (steps,)),
    )
    match truncation.kind, truncation.numbers:
        case "Full", _:
            yield from full[1:]
        case "Window", (k,):
            yield Standard("Chunked", (1, k + 1))
            if k >= steps - 1:
                yield FULL
            elif last_only:
                yield Standard("Tail", (k + 1,))
        case "Tail", (k,):
            if k >= steps:
                yield FULL
            elif last_only and k:
                yield Standard("Window", (k - 1,))
            k1 = max(steps, k + 1)
            yield Standard("Chunked", (k1, k))
        case _, (k1, k2):
            if k1 == 1 and k2 >= 1:
                yield Standard("Window", (k2 - 1,))
            if k1 >= steps:
                yield Standard("Tail", (k2,)) if k2 < k1 else FULL
