"""Work of our own on many tasks, over the cores: no engine of somebody else's is asked in it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import Any, TypeVar

from verification.processes import workers
from verification.processes.channel import Channel
from verification.processes.fresh import Spread, afresh
from verification.processes.workers import Lost

Task = TypeVar("Task")
Result = TypeVar("Result")


def each(work: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Result]:
    """The work on every task, in order. Raises RuntimeError where the work on one does not come back."""
    return _each(workers.spread, work, tasks)


def each_afresh(work: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Result]:
    """The same in fresh processes, whose matrix products take one thread each.

    Raises ``verification.processes.sending.Unsendable`` for work or a task that cannot be sent there.
    """
    with afresh() as spread:
        yield from _each(spread, work, tasks)


def _each(spread: Spread, work: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Result]:
    with closing(spread(partial(_untold, work), tasks)) as results:
        for task, result in zip(tasks, results, strict=True):
            yield _came_back(task, result)


def _untold(work: Callable[[Task], Result], task: Task, channel: Channel) -> Result:
    """The work, which has nothing to tell while it lasts."""
    return work(task)


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
