"""Who is told that loops are being compiled, which takes seconds; they are kept on disk for the next time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Of each that is to be told what to call, until it has been: the last of them alone is.
_WAITING: list[list[Callable[[], object]]] = []


@contextmanager
def compiling_is_told(told: Callable[[], object]) -> Iterator[None]:
    """While it lasts ``told()`` is called before a loop is compiled, once; not for one that is on disk."""
    _WAITING.append([told])
    try:
        yield
    finally:
        _WAITING.pop()


def tell_of_compiling() -> None:
    """Call who is to be told, if anybody is who has not been."""
    if _WAITING and _WAITING[-1]:
        _WAITING[-1].pop()()
