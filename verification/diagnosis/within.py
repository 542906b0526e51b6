"""Values of gates, and sizes of states, from which on an engine is wrong.

Large inputs and weights saturate gates and leave tiny states. So healthy cases are run in which one number
differs: the bias of one part, which moves one gate of one unit, or an initial state. If the engine is wrong
for some parts, and not for all of them, the size of the bias itself is not the reason.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from verification.diagnosis.coded import Coded
from verification.models.arrays import Array
from verification.models.case import Case, in_domains
from verification.models.functions import Arithmetic, Function
from verification.models.model import Block, Use
from verification.truth.unroll import walk

# What a gate's argument is made: what is lost of a slope there is seen in the widest type, or is nothing.
ARGUMENTS = (12.0, 24.0)

# What a number of a state is made.
TINY, LARGE = (1e-4, 1e-9), (1e2,)

# What healthy numbers are, from which it is bisected, and how often: to two digits in a range of many orders.
HEALTHY = 0.5
HALVINGS = 11

# From where on a gate's value is seen by its distance from an end.
NEAR = 0.1

Wrong = Callable[[Case], bool]


def from_within(wrong: Wrong, healthy: Case) -> Iterator[tuple[Coded, Case]]:
    """Values of gates or states at which it is wrong, in words, with a case; nothing if it stays right."""
    biases = [each for each in healthy.model.of(Use.STEP) if len(each.axes) == 1 and len(each.parts) > 1]
    states = [each for each in healthy.model.of(Use.STATE) if healthy.blocks[each.name].any()]
    # A closed gate leaves tiny states, and large states drive gates to their ends.
    yield from (
        [found for block in states for found in _of_state(wrong, healthy, block, TINY)]
        or [found for block in biases for found in _of_parts(wrong, healthy, block)]
        or [found for block in states for found in _of_state(wrong, healthy, block, LARGE)]
    )


def _of_parts(wrong: Wrong, healthy: Case, block: Block) -> Iterator[tuple[Coded, Case]]:
    """The parts of a bias that are wrong with a large number, by what their gates then are."""
    found: dict[str, float] = {}
    for part in block.parts:
        for argument in (sign * size for size in ARGUMENTS for sign in (1, -1)):
            if wrong(_moved(healthy, block, part, argument)):
                found[part] = argument
                break
    if len(found) < len(block.parts):
        for part, argument in found.items():

            def at(argument: float, part: str = part) -> bool:
                return wrong(_moved(healthy, block, part, argument))

            edge = bisected(at, np.sign(argument) * HEALTHY, argument, lambda a, b: (a + b) / 2)
            words = Coded(_gate_in_words(healthy, block, part, edge), f"gate:{part}")
            yield words, _moved(healthy, block, part, argument)


def _of_state(
    wrong: Wrong, healthy: Case, block: Block, sizes: Sequence[float]
) -> Iterator[tuple[Coded, Case]]:
    """From which size of one of its numbers on a state is wrong, if with some of these it is."""

    def having(size: float) -> Case:
        array = healthy.blocks[block.name].copy()
        array.flat[0] = size
        return in_domains(replace(healthy, blocks={**healthy.blocks, block.name: array}))

    def at(size: float) -> bool:
        return wrong(having(size))

    size = next(filter(at, sizes), None)
    if size is not None:
        edge = bisected(at, HEALTHY, size, geometric_mean)
        where = "below" if size < 1 else "above"
        words = f"where a number of the state of {block.name} is {where} {edge:.2g}"
        yield Coded(words, f"magnitude:{block.name}"), having(size)


def geometric_mean(a: float, b: float) -> float:
    """Half-way in orders of magnitude."""
    return float(np.sqrt(a * b))


def bisected(
    wrong: Callable[[float], bool], right: float, other: float, middle_of: Callable[[float, float], float]
) -> float:
    """The number at which right turns to wrong, between one that is right and one that is wrong."""
    for _ in range(HALVINGS):
        middle = middle_of(right, other)
        if wrong(middle):
            other = middle
        else:
            right = middle
    return middle_of(right, other)


def _moved(case: Case, block: Block, part: str, argument: float) -> Case:
    """The case with that number in the first unit of a part."""
    array = case.blocks[block.name].copy()
    array[block.parts.index(part) * (len(array) // len(block.parts))] = argument
    return in_domains(replace(case, blocks={**case.blocks, block.name: array}))


def _gate_in_words(healthy: Case, block: Block, part: str, argument: float) -> str:
    """What the function is whose argument moves as the bias does, where it begins to be wrong."""
    at_edge, further = (_calls(_moved(healthy, block, part, each)) for each in (argument, argument + 1))
    for (a, value), (moved, _) in zip(at_edge, further, strict=True):
        if np.isclose(np.max((moved - a)[0]), 1, atol=1e-3):
            reached = float(np.max(value) if argument > 0 else np.min(value))
            for end in (1, -1, 0):
                off = abs(reached - end)
                if off < NEAR:
                    return f"where some {part} is within {off:.1g} of {'−1' if end < 0 else end}"
    return f"where the argument of {part} is {'above' if argument > 0 else 'below'} {argument:.2g}"


class _Noting(Arithmetic):
    """Notes the argument and the value of each call of a function."""

    def __init__(self) -> None:
        self.calls: list[tuple[Array, Array]] = []

    def apply(self, function: Function, a: Any) -> Any:
        value = super().apply(function, a)
        self.calls.append((a, value))
        return value


def _calls(case: Case) -> list[tuple[Array, Array]]:
    """Of each call of a function in a step its arguments and its values, over all steps."""
    noting, steps = _Noting(), []
    for _ in walk(case, noting):
        steps.append(noting.calls)
        noting.calls = []
    # Before step 0 nothing has been called.
    calls = zip(*steps[1:], strict=True)
    return [(np.stack([a for a, _ in call]), np.stack([y for _, y in call])) for call in calls]
