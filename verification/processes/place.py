"""Where the functions of an engine run: in this process, or in one of their own (``hosts``)."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol, TypeVar

import numpy as np

from verification.processes import leaks
from verification.processes.belongings import Belongings
from verification.processes.elsewhere import in_a_thread
from verification.processes.guarding import NOTHING, guarded
from verification.processes.leaks import Reading

Given = TypeVar("Given")
Returned = TypeVar("Returned")
Read = TypeVar("Read")


class CallWatch(AbstractContextManager[None], Protocol):
    """A ``with`` block; ``found``: what the engine's calls in it have done beside their answers, in words."""

    found: list[str]


@dataclass(frozen=True, eq=False)
class Passes:
    """An engine's functions, as they are made where they run: ``make(*functions, *given)``, in a tuple.

    ``make``: of a module that a host knows (``hosts.SHIPPED``). ``functions``: the user's. ``given``: values
    that can be pickled. ``keeps``: for each that is made, the place in its result of what stays where it
    runs, as what a forward saves; None: nothing stays.
    """

    make: Callable[..., tuple[Callable[..., Any], ...]]
    functions: tuple[Any, ...]
    given: tuple[Any, ...] = ()
    keeps: Sequence[int | None] = (2, None)

    def of(self, *given: Any) -> "Passes":
        """The same with other values."""
        return replace(self, given=given)


class Place(Protocol):
    """Where an engine's functions run."""

    def made(self, recipe: Passes) -> tuple[Callable[..., Any], ...]:
        """The recipe's functions, to be called from here."""

    def run(
        self,
        call: Callable[[Given], Returned],
        given: Given,
        read: Callable[[Returned], Read],
        seconds: float,
        around: AbstractContextManager[None] = NOTHING,
    ) -> Read:
        """Calls an adapter, which calls these functions, and reads the answer; as ``guarding.guarded``."""

    def ahead(self, function: Callable[..., Any], *rest: Any) -> None:
        """The next call will be followed by one of this function, of what that call saves and these."""

    def belongings(self) -> CallWatch:
        """What calls change that belongs to their caller."""

    def libraries(self) -> CallWatch:
        """Which libraries that differentiate are called."""

    def elsewhere(self, call: Callable[[Given], Returned]) -> Callable[[Given], Returned]:
        """The same, whose functions run in another thread than those of other calls."""

    def look(self) -> None:
        """Arrays that were given or returned have the numbers here that they have there."""

    def repeat(self, engine: Any, case: Any, known: list[bytes], most: int, moment: float) -> tuple[int, Any]:
        """The engine's answer to the case again and again, so many times or for so many seconds.

        Returns how many were made, and the last if its numbers are others than those ``known``, the bytes of
        the first answer, or empty before it; or None.
        """

    def counted(self) -> AbstractContextManager[None]:
        """A ``with`` block in which the readings of leaks are quick."""

    def reading(self, calls: int) -> Reading:
        """What the process that makes the calls holds, after so many of them."""


class Unwatched(AbstractContextManager[None]):
    """A block of which nothing is found."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def __exit__(self, *raised: object) -> None:
        """Nothing to do."""


class Here:
    """This process."""

    def made(self, recipe: Passes) -> tuple[Callable[..., Any], ...]:
        """The functions themselves."""
        return recipe.make(*recipe.functions, *recipe.given)

    def run(
        self,
        call: Callable[[Given], Returned],
        given: Given,
        read: Callable[[Returned], Read],
        seconds: float,
        around: AbstractContextManager[None] = NOTHING,
    ) -> Read:
        """Calls it, with what keeps this process as it is."""
        return guarded(call, given, read, seconds, around)

    def ahead(self, function: Callable[..., Any], *rest: Any) -> None:
        """Nothing is gained here."""

    def belongings(self) -> Belongings:
        """What is changed here."""
        return Belongings()

    def libraries(self) -> "Unwatched":
        """Nothing is told: calls of ours are among those of the engine."""
        return Unwatched()

    def elsewhere(self, call: Callable[[Given], Returned]) -> Callable[[Given], Returned]:
        """In a thread of its own."""
        return partial(in_a_thread, call)

    def look(self) -> None:
        """They are the same."""

    def repeat(self, engine: Any, case: Any, known: list[bytes], most: int, moment: float) -> tuple[int, Any]:
        """By the engine's own loop."""
        made, alike, until = 0, True, time.monotonic() + moment

        def goes_on(returned: Any) -> bool:
            nonlocal made, alike
            made, alike = made + 1, same(returned, known)
            return alike and made < most and time.monotonic() < until

        answer = engine.repeat(case, goes_on)
        return made, None if alike else answer

    def counted(self) -> AbstractContextManager[None]:
        """As ``leaks.counted``."""
        return leaks.counted()

    def reading(self, calls: int) -> Reading:
        """What this process holds."""
        return leaks.reading(calls)


HERE = Here()


def same(returned: Any, known: list[bytes]) -> bool:
    """Has what was returned the bytes that are known? They are its own, if none are."""
    now = bytes_of(returned)
    known.extend(() if known else now)
    return now == known


def bytes_of(returned: Any) -> list[bytes]:
    """Those of every array, in dicts and tuples."""
    if isinstance(returned, np.ndarray):
        return [returned.tobytes()]
    if isinstance(returned, dict):
        returned = tuple(returned.values())
    parts = returned if isinstance(returned, tuple | list) else ()
    return [each for part in parts for each in bytes_of(part)]
