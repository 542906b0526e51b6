"""A problem in other memory layouts: all of its arrays in each, and one array alone in one."""

import zlib
from collections.abc import Iterator

from verification.layouts import LAYOUTS
from verification.problem import Problem


def relaid(problem: Problem) -> Iterator[tuple[str, Problem]]:
    """The problem with all arrays in each layout, and one array alone in one; each with what was done."""
    arrays = problem.arrays()
    for how, lay_out in LAYOUTS.items():
        yield f"all {how}", problem.replaced(**{name: lay_out(array) for name, array in arrays.items()})
    name, how = alone(problem)
    yield f"{name} alone {how}", problem.replaced(**{name: LAYOUTS[how](arrays[name])})


def alone(problem: Problem) -> tuple[str, str]:
    """Whose turn it is, and which layout's, of those that change strides: a layout first, then an array.

    It is told by sizes and truncation, so that many problems have every turn, and one that only has other
    numbers the same one.
    """
    arrays = problem.arrays()
    changed = {
        how: [name for name, array in arrays.items() if lay_out(array).strides != array.strides]
        for how, lay_out in LAYOUTS.items()
    }
    turns = [how for how, names in changed.items() if names]
    number = zlib.crc32(repr((problem.sizes, problem.policy)).encode())
    how = turns[number % len(turns)]
    names = changed[how]
    return names[number // len(turns) % len(names)], how
