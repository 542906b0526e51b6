"""Names of the blocks and of the state's arrays of several cells, and the NamedTuples of such blocks.

A block of level l has ``_l`` and its number behind its letter, and the one that goes backward in time has
``_reverse`` at its end, as in ``torch.nn``: U_l0, W_l1, bn_l1_reverse.
"""

from collections import namedtuple
from functools import cache
from typing import Any


def level_named(name: str, level: int) -> str:
    """The name of what is called so in its own cell, in a stack's level.

    >>> level_named("U", 1)
    'U_l1'
    """
    letter, *others = name.split("_")
    return "_".join([letter, f"l{level}", *others])


def reverse_named(name: str) -> str:
    """The name of what is called so in a cell, in the same cell the other way round.

    >>> reverse_named("U_l1")
    'U_l1_reverse'
    """
    return f"{name}_reverse"


def initial_named(name: str, mark: str) -> str:
    """The name of a state's array with a mark behind its letter: of h_l1 and 0 it is h0_l1."""
    letter, *others = name.split("_")
    return "_".join([f"{letter}{mark}", *others])


def blocks(owner: str, names: tuple[str, ...]) -> tuple[type[Any], type[Any]]:
    """NamedTuples of weights of these names, and of a network's parameters: those, V and c."""
    return _blocks_of(f"{owner}Weights", names), _blocks_of(f"{owner}Params", (*names, "V", "c"))


@cache
def _blocks_of(kind: str, names: tuple[str, ...]) -> type[Any]:
    """Made once for the same names, and pickled by what makes it, since no module holds it."""

    class Blocks(namedtuple(kind, names)):  # type: ignore[misc]  # the names are known when it is made
        __slots__ = ()

        def __reduce__(self) -> tuple[Any, ...]:
            return _remade, (kind, names, *self)

    Blocks.__name__ = Blocks.__qualname__ = kind
    return Blocks


def _remade(kind: str, names: tuple[str, ...], *arrays: Any) -> Any:
    return _blocks_of(kind, names)(*arrays)
