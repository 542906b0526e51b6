"""Other computations with the same forward: other carries, and functions of another slope."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from itertools import count
from typing import Any

import autograd
import autograd.numpy as anp
import numpy as np

from verification.arrays import Array
from verification.asked.case import Case, Cotangents
from verification.asked.functions import Arithmetic, Function, Namespace
from verification.asked.model import Block, Named, Use
from verification.judging.properties import final_cotangents, outputs_cotangent
from verification.truth import replay


def without_carry(case: Case, states: tuple[int, ...]) -> Case:
    """The case with states, by number, through which nothing flows back."""
    step = case.model.step

    def stopped(f: Any, p: Any, x: Any, *state: Any) -> Any:
        return step(f, p, x, *(f.stop(a) if i in states else a for i, a in enumerate(state)))

    return replace(case, model=replace(case.model, step=stopped))


def overwritten(case: Case, state: int) -> Case:
    """The case with a state, by number, whose gradient from later on is lost where others arrive."""
    step, calls = case.model.step, count()

    def stopped(f: Any, p: Any, x: Any, *states: Any) -> Any:
        # At step 0 the initial state is owed what arrives.
        held = (f.stop(a) if i == state else a for i, a in enumerate(states)) if next(calls) else states
        return step(f, p, x, *held)

    final = (0 * array if i == state else array for i, array in enumerate(final_cotangents(case)))
    objective = Cotangents(outputs_cotangent(case), tuple(final))
    return replace(case, model=replace(case.model, step=stopped), objective=objective)


def never_updated(case: Case) -> dict[str, dict[str, Array]]:
    """Gradients, by words, if at each step the final state's cotangent came back and nothing else.

    Every step of every record is then a record of one step. The initial state's gradient is that of step 0,
    or the final state's cotangent.
    """
    model, steps = case.model, case.steps
    before: list[list[Array]] = [list(case.state)]
    f = Namespace(case.cast, Arithmetic())
    p = Named({block.name: case.blocks[block.name] for block in model.of(Use.STEP)})
    for s in range(steps - 1):
        inputs = {name: array[:, s] for name, array in case.inputs.items()}
        before.append(list(model.advance(f, p, inputs, tuple(before[-1]))))
    # Step by step, all records of each.
    blocks = dict(case.blocks)
    for i, block in enumerate(model.of(Use.STATE)):
        blocks[block.name] = np.concatenate([state[i] for state in before])
    for name, array in case.inputs.items():
        blocks[name] = np.concatenate([array[:, s] for s in range(steps)])[:, None]
    outputs = outputs_cotangent(case)
    objective = Cotangents(
        np.concatenate([outputs[:, s] for s in range(steps)])[:, None],
        tuple(np.concatenate([array] * steps) for array in final_cotangents(case)),
    )
    made = replay.gradient(replace(case, blocks=blocks, objective=objective))
    for name in case.inputs:
        made[name] = np.concatenate(np.split(made[name], steps), axis=1)
    for block in model.of(Use.STATE):
        made[block.name] = made[block.name][: case.records]
    untouched = {
        block.name: array for block, array in zip(model.of(Use.STATE), final_cotangents(case), strict=True)
    }
    return {
        "what flows back were the same at every step": made,
        "what flows back were never updated": {**made, **untouched},
    }


def with_slopes(case: Case) -> Iterator[tuple[str, Case]]:
    """The case with another slope in one call of a step, in all of a role, or in all; in words."""
    roles = _roles_of_calls(case)
    chosen: list[tuple[int, ...]] = [(number,) for number in range(len(roles))]
    chosen += [tuple(n for n, role in enumerate(roles) if role == each) for each in dict.fromkeys(roles)]
    chosen.append(tuple(range(len(roles))))
    for calls in dict.fromkeys(chosen):
        named = " and ".join(dict.fromkeys(case.cast[roles[number]].name for number in calls))
        for words, slope in SLOPES.items():
            if calls:
                yield words.format(named), _sloped(case, calls, slope)


def with_carries(case: Case) -> Iterator[tuple[str, Case]]:
    """The case in which what is carried from step to step alone is made otherwise; in words."""
    for block in case.model.of(Use.STEP):
        if turned(block, case.blocks[block.name]) is not None:
            yield f"what is carried went through {block.name} transposed", _carried(case, block, _slope)
    for function in dict.fromkeys(function.name for function in case.cast.values()):
        if function in {case.cast[role].name for role in _roles_of_calls(case)}:
            words = f"the slope of {function} were left out of what is carried"
            yield words, _carried(case, None, partial(_left_out, function))


def turned(block: Block, array: Any) -> Any:
    """Each part of a block transposed, where parts are square; None where they are not."""
    parts = anp.split(array, len(block.parts) or 1) if np.ndim(array) == 2 else []
    if not parts or parts[0].shape[0] != parts[0].shape[1]:
        return None
    return anp.concatenate([part.T for part in parts])


def _left_out(name: str, function: Function, a: Array) -> Array:
    return np.ones_like(a) if function.name == name else _slope(function, a)


def _carried(case: Case, turn: Block | None, slope: Callable[[Function, Array], Array]) -> Case:
    """The gradient of a step's state by its state through a block transposed, or by other slopes.

    The step is taken twice: with a constant state, for its value and the gradients of all else, and with all
    else constant, for the gradient of the state.
    """

    def other(step: _Step, p: Any, x: Any, state: tuple[Any, ...]) -> tuple[Any, ...]:
        made = step.noted(p, x, map(step.stop, state))
        held = Named({name: step.stop(array) for name, array in p.items()})
        if turn is not None:
            held[turn.name] = turned(turn, held[turn.name])
        return step.sum(made, step.again(held, step.held(x), state, slope))

    return _twice(case, other)


def with_states_after(case: Case) -> Iterator[tuple[str, Case]]:
    """The case in which what is made of a state is made of the one after the step; in words."""
    for i, block in enumerate(case.model.of(Use.STATE)):

        def other(step: _Step, p: Any, x: Any, state: tuple[Any, ...], i: int = i) -> tuple[Any, ...]:
            held = Named({name: step.stop(array) for name, array in p.items()})
            made = step.noted(held, step.held(x), state)
            after = [step.stop(a) for a in state]
            after[i] = step.stop(made[i])
            return step.sum(made, step.again(p, x, after, _slope))

        words = f"the state of {block.name} after each step stood for the one before it"
        yield words, _twice(case, other)


class _Step:
    """A step that is taken twice: the second time its functions have the slopes of the first."""

    def __init__(self, case: Case, f: Any) -> None:
        self._step, self._cast, self._f, self.stop = case.model.step, case.cast, f, f.stop
        self._arguments: list[Any] = []

    def noted(self, p: Any, x: Any, state: Iterable[Any]) -> tuple[Any, ...]:
        """The step, whose arguments of functions are noted."""

        def noted(number: int, role: str, a: Any) -> Any:
            self._arguments.append(self.stop(a))
            return getattr(self._f, role)(a)

        return _tuple(self._step(_Calls(self._f, noted), p, x, *state))

    def again(
        self, p: Any, x: Any, state: Iterable[Any], slope: Callable[[Function, Array], Array]
    ) -> tuple[Any, ...]:
        """The step with the functions' values and slopes where they were."""

        def answered(number: int, role: str, a: Any) -> Any:
            at, function = self._arguments[number], self._cast[role]
            return self._f.surrogate(function.value(at), slope(function, at) * a)

        return _tuple(self._step(_Calls(self._f, answered), p, x, *state))

    def held(self, x: Any) -> Any:
        """The inputs as constants."""
        return Named({name: self.stop(a) for name, a in x.items()}) if isinstance(x, dict) else self.stop(x)

    def sum(self, made: tuple[Any, ...], flow: tuple[Any, ...]) -> tuple[Any, ...]:
        """The values of the one, with the derivatives of both."""
        return tuple(value + (other - self.stop(other)) for value, other in zip(made, flow, strict=True))


def _twice(case: Case, taken: Callable[..., tuple[Any, ...]]) -> Case:
    def step(f: Any, p: Any, x: Any, *state: Any) -> tuple[Any, ...]:
        return taken(_Step(case, f), p, x, state)

    return replace(case, model=replace(case.model, step=step))


def _tuple(state: Any) -> tuple[Any, ...]:
    return tuple(state) if isinstance(state, tuple | list) else (state,)


# What a slope is instead: of a function, its argument a and its value y.
SLOPES: dict[str, Callable[[Function, Array, Array], Array]] = {
    "the slope of {} were taken at its value": lambda function, a, y: _slope(function, y),
    "the slope of {} were left out": lambda function, a, y: np.ones_like(a),
    "nothing flowed back through {}": lambda function, a, y: np.zeros_like(a),
    "the slope of {} were y (1 − y)": lambda function, a, y: y * (1 - y),
    "the slope of {} were 1 − y²": lambda function, a, y: 1 - y * y,
    "the slope of {} were 1 − y": lambda function, a, y: 1 - y,
    "the slope of {} were y": lambda function, a, y: y,
}


def _slope(function: Function, a: Array) -> Array:
    if function.slope is not None:
        declared: Array = function.slope(a)
        return declared
    slope: Array = autograd.elementwise_grad(function.value)(a)
    return slope


class _Calls:
    """A namespace that numbers the calls of a step, and says what each gives."""

    def __init__(self, f: Namespace, answer: Callable[[int, str, Any], Any]) -> None:
        self._f, self._answer, self._number = f, answer, -1
        self.stop, self.surrogate = f.stop, f.surrogate

    def __getattr__(self, role: str) -> Callable[[Any], Any]:
        def called(a: Any) -> Any:
            self._number += 1
            return self._answer(self._number, role, a)

        return called


def _roles_of_calls(case: Case) -> list[str]:
    """The role of each call that a step makes."""
    roles: list[str] = []
    f = Namespace(case.cast, Arithmetic())

    def noted(number: int, role: str, a: Any) -> Any:
        roles.append(role)
        return getattr(f, role)(a)

    p = Named({block.name: case.blocks[block.name] for block in case.model.of(Use.STEP)})
    inputs = {name: array[:, 0] for name, array in case.inputs.items()}
    case.model.advance(_Calls(f, noted), p, inputs, case.state)
    return roles


def _sloped(case: Case, calls: tuple[int, ...], slope: Callable[[Function, Array, Array], Array]) -> Case:
    step, cast = case.model.step, case.cast

    def other(f: Any, p: Any, x: Any, *state: Any) -> Any:
        def answered(number: int, role: str, a: Any) -> Any:
            if number not in calls:
                return getattr(f, role)(a)
            constant = f.stop(a)
            value = cast[role].value(constant)
            return f.surrogate(value, slope(cast[role], constant, value) * a)

        return step(_Calls(f, answered), p, x, *state)

    return replace(case, model=replace(case.model, step=other))
