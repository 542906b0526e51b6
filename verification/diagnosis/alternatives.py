"""Other computations with the same forward: states that carry nothing, and functions of another slope."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count, islice
from typing import Any

import numpy as np

from verification.diagnosis.two_pass_step import Calls, roles_of_calls, slope_of
from verification.models.arrays import Array
from verification.models.case import Case, Cotangents, final_cotangents, outputs_cotangent
from verification.models.functions import Function
from verification.models.model import Use
from verification.truth import replay
from verification.truth.unroll import walk


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
    before = list(islice(walk(case), steps))
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
    roles = roles_of_calls(case)
    chosen: list[tuple[int, ...]] = [(number,) for number in range(len(roles))]
    chosen += [tuple(n for n, role in enumerate(roles) if role == each) for each in dict.fromkeys(roles)]
    chosen.append(tuple(range(len(roles))))
    for calls in dict.fromkeys(chosen):
        named = " and ".join(dict.fromkeys(case.chosen[roles[number]].name for number in calls))
        for words, slope in SLOPES.items():
            if calls:
                yield words.format(named), _sloped(case, calls, slope)


# What a slope is instead: of a function, its argument a and its value y.
SLOPES: dict[str, Callable[[Function, Array, Array], Array]] = {
    "the slope of {} were taken at its value": lambda function, a, y: slope_of(function, y),
    "the slope of {} were left out": lambda function, a, y: np.ones_like(a),
    "nothing flowed back through {}": lambda function, a, y: np.zeros_like(a),
    "the slope of {} were y (1 − y)": lambda function, a, y: y * (1 - y),
    "the slope of {} were 1 − y²": lambda function, a, y: 1 - y * y,
    "the slope of {} were 1 − y": lambda function, a, y: 1 - y,
    "the slope of {} were y": lambda function, a, y: y,
    "the slope of {0} were {0} of its value": lambda function, a, y: function.value(y),
}


def _sloped(case: Case, calls: tuple[int, ...], slope: Callable[[Function, Array, Array], Array]) -> Case:
    step, chosen = case.model.step, case.chosen

    def other(f: Any, p: Any, x: Any, *state: Any) -> Any:
        def answered(number: int, role: str, a: Any) -> Any:
            if number not in calls:
                return getattr(f, role)(a)
            constant = f.stop(a)
            value = chosen[role].value(constant)
            return f.surrogate(value, slope(chosen[role], constant, value) * a)

        return step(Calls(f, answered), p, x, *state)

    return replace(case, model=replace(case.model, step=other))
