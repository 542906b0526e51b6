"""Work of our own on many tasks, over the cores: no engine of somebody else's is asked in it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any, TypeVar

from verification.processes import workers
from verification.processes.workers import Lost, spread

Task = TypeVar("Task")
Result = TypeVar("Result")


def each(work: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Result]:
    """The work on every task, in order. Raises RuntimeError where the work on one does not come back."""
    with closing(spread(lambda task, channel: work(task), tasks)) as results:
        for task, result in zip(tasks, results, strict=True):
            yield _came_back(task, result)


@contextmanager
def beside(work: Callable[[], Result]) -> Iterator[Callable[[], Result]]:
    """The work, begun in a process of its own: what is yielded waits for it, once, and returns its result.

    Raises RuntimeError there where it does not come back.
    """
    with workers.beside(work) as outcome:
        yield lambda: _came_back(getattr(work, "__name__", work), outcome())


def _came_back(what: Any, result: Result | Lost) -> Result:
    if isinstance(result, Lost):
        raise RuntimeError(f"{what}: {result.how}")
    return result
