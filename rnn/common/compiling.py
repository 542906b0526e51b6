"""A notice before loops are compiled, which takes seconds; they are kept on disk for the next time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

# The callbacks in force, the innermost last; each list is empty once its callback has been called.
_WAITING: list[list[Callable[[], object]]] = []


@contextmanager
def on_compiling(notify: Callable[[], object]) -> Iterator[None]:
    """While it lasts ``notify()`` is called before a loop is compiled, once; not for one that is on disk."""
    _WAITING.append([notify])
    try:
        yield
    finally:
        _WAITING.pop()


def notify_of_compiling() -> None:
    """Call the innermost callback, if there is one and it has not been called."""
    if _WAITING and _WAITING[-1]:
        _WAITING[-1].pop()()
