"""Other carries: what goes on from a step to the one before it, made in another way than by the step.

A state reaches the next one through blocks, as h through W, or *directly*, as c through f ⊙ c: what is left
of the derivative where the square blocks are zero is its direct path.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias

import autograd
import autograd.numpy as anp
import numpy as np

from verification.diagnosis.two_pass_step import Step, roles_of_calls, slope_of, twice
from verification.models.arrays import Array
from verification.models.case import Case
from verification.models.functions import Function
from verification.models.model import Block, Named, Use
from verification.truth import replay


def with_carries(case: Case) -> Iterator[tuple[str, Case]]:
    """The case in which what is carried from step to step alone is made otherwise; in words."""
    for block in case.model.of(Use.STEP):
        if turned(block, case.blocks[block.name]) is not None:
            yield f"{block.name} were transposed on the way back", _carried(case, block, slope_of)
    for function in dict.fromkeys(function.name for function in case.chosen.values()):
        if function in {case.chosen[role].name for role in roles_of_calls(case)}:
            words = f"the slope of {function} were left out of what is carried"
            yield words, _carried(case, None, partial(_left_out, function))
    yield from _with_direct_paths(case)


def turned(block: Block, array: Any) -> Any:
    """Each part of a block transposed, where parts are square; None where they are not."""
    parts = anp.split(array, len(block.parts) or 1) if np.ndim(array) == 2 else []
    if not parts or parts[0].shape[0] != parts[0].shape[1]:
        return None
    return anp.concatenate([part.T for part in parts])


def _left_out(name: str, function: Function, a: Array) -> Array:
    return np.ones_like(a) if function.name == name else slope_of(function, a)


def _carried(case: Case, turn: Block | None, slope: Callable[[Function, Array], Array]) -> Case:
    """The gradient of a step's state by its state through a block transposed, or by other slopes.

    The step is taken twice: with a constant state, for its value and the gradients of all else, and with all
    else constant, for the gradient of the state.
    """

    def other(step: Step, p: Any, x: Any, state: tuple[Any, ...]) -> tuple[Any, ...]:
        made = step.noted(p, x, map(step.stop, state))
        held = Named({name: step.stop(array) for name, array in p.items()})
        if turn is not None:
            held[turn.name] = turned(turn, held[turn.name])
        return step.sum(made, step.again(held, step.held(x), state, slope))

    return twice(case, other)


# What stands for the direct path, by words: how often the path itself, by the factor of a state on it.
DIRECT: dict[str, Callable[[Array], Array]] = {
    "the direct path from state to state were left out": np.zeros_like,
    "the factor of the direct path from state to state were left out": lambda factor: 1 / factor,
    "one minus its factor stood on the direct path from state to state, as 1 − z for z": (
        lambda factor: (1 - factor) / factor
    ),
}
ALONE = "the direct path from state to state were all that is carried"
ADDED = "what flowed back to each step were kept, and added to what goes on to the one before"


def _with_direct_paths(case: Case) -> Iterator[tuple[str, Case]]:
    """The carry with another direct path, or with none."""
    square = [b.name for b in case.model.of(Use.STEP) if turned(b, case.blocks[b.name]) is not None]
    states = _states_with_direct_paths(case, square)
    for words, times in DIRECT.items() if states else ():
        yield words, _directly(case, square, states, times)
    if states:
        yield ALONE, _straight(case, square)
    yield ADDED, _added(case)


def _states_with_direct_paths(case: Case, square: Sequence[str]) -> tuple[int, ...]:
    """By number, those whose gradient is not only what the square blocks bring; none where there are none."""
    if not square:
        return ()
    alone = replay.gradient(_straight(case, square))
    return tuple(i for i, block in enumerate(case.model.of(Use.STATE)) if alone[block.name].any())


# What is made with the state held, all else held, and that with the square blocks zero.
_Parted: TypeAlias = tuple[tuple[Any, ...], Named, Named]


def _parted(step: Step, p: Any, x: Any, state: tuple[Any, ...], square: Sequence[str]) -> _Parted:
    """The step with the state held, and what it is made with, held, for a second time."""
    made = step.noted(p, x, map(step.stop, state))
    held = Named({name: step.stop(array) for name, array in p.items()})
    none = Named({name: 0 * array if name in square else array for name, array in held.items()})
    return made, held, none


def _straight(case: Case, square: Sequence[str]) -> Case:
    """By the direct path alone."""

    def other(step: Step, p: Any, x: Any, state: tuple[Any, ...]) -> tuple[Any, ...]:
        made, _, none = _parted(step, p, x, state, square)
        return step.sum(made, step.again(none, step.held(x), state, slope_of))

    return twice(case, other)


def _added(case: Case) -> Case:
    """With what flowed back to the step as well."""

    def other(step: Step, p: Any, x: Any, state: tuple[Any, ...]) -> tuple[Any, ...]:
        return step.sum(step.noted(p, x, state), state)

    return twice(case, other)


def _directly(
    case: Case, square: Sequence[str], states: tuple[int, ...], times: Callable[[Array], Array]
) -> Case:
    """With the direct path of these states as many times as their factors on it say."""

    def other(step: Step, p: Any, x: Any, state: tuple[Any, ...]) -> tuple[Any, ...]:
        made, held, none = _parted(step, p, x, state, square)
        x = step.held(x)
        factors = _factors(step, none, x, tuple(map(step.stop, state)))
        some = [array if i in states else step.stop(array) for i, array in enumerate(state)]
        # Where nothing goes on directly the way is none, and what it would be by another factor is nothing.
        with np.errstate(all="ignore"):
            scaled = [
                array
                if i not in states
                else step.stop(array) + (array - step.stop(array)) * times(factors[i])
                for i, array in enumerate(some)
            ]
        made = step.sum(made, step.again(held, x, state, slope_of))
        made = step.less(made, step.again(none, x, some, slope_of))
        return step.sum(made, step.again(none, x, scaled, slope_of))

    return twice(case, other)


def _factors(step: Step, p: Named, x: Any, state: tuple[Any, ...]) -> list[Array]:
    """Of each state, the derivative of its own next value on the direct path, which is entry by entry."""

    def following(i: int, array: Any) -> Any:
        other = (*state[:i], array, *state[i + 1 :])
        return anp.sum(step.again(p, x, other, slope_of)[i])

    return [autograd.grad(partial(following, i))(array) for i, array in enumerate(state)]
