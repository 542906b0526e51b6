"""Work of our own on many tasks, over the cores: no engine of somebody else's is asked in it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from typing import TypeVar

from verification.workers import Lost, spread

Task = TypeVar("Task")
Result = TypeVar("Result")


def each(work: Callable[[Task], Result], tasks: Sequence[Task]) -> Iterator[Result]:
    """The work on every task, in order. Raises RuntimeError where the work on one does not come back."""
    with closing(spread(lambda task, channel: work(task), tasks)) as results:
        for task, result in zip(tasks, results, strict=True):
            if isinstance(result, Lost):
                raise RuntimeError(f"{task}: {result.how}")
            yield result
