"""Other backwards for the same forward: another slope, another carry, another order of the steps.

A state reaches the next one through blocks, as h through W, or *directly*, as c through f ⊙ c. The direct
path is what remains of the derivative if the square blocks are zero.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, TypeAlias

import numpy as np

from verification.diagnosis.coded import Coded, mistake
from verification.diagnosis.going_back import (
    Carry,
    Flows,
    Gradients,
    Otherwise,
    Ruled,
    Rules,
    StepBack,
    Steps,
    named,
    nothing,
)
from verification.models.arrays import Array
from verification.models.case import Case
from verification.models.functions import Arithmetic, Function, Namespace
from verification.models.model import Block, Use
from verification.truth.reverse import Trace
from verification.truth.steps import called, way_back

# In words, behind "as if", and the gradients, by block.
Alternative: TypeAlias = tuple[Coded, Callable[[], Gradients]]

# What a slope is instead: of a function, its argument a and its value y.
Slope: TypeAlias = Callable[[Function, Array, Array], Any]
SLOPES: dict[str, Slope] = {
    "the slope of {} were taken at its value": lambda function, a, y: way_back(function, y)(np.ones_like(y)),
    "the slope of {} were left out": lambda function, a, y: 1,
    "nothing flowed back through {}": lambda function, a, y: 0,
    "the slope of {} were y (1 − y)": lambda function, a, y: y * (1 - y),
    "the slope of {} were 1 − y²": lambda function, a, y: 1 - y * y,
    "the slope of {} were 1 − y": lambda function, a, y: 1 - y,
    "the slope of {} were y": lambda function, a, y: y,
    "the slope of {0} were {0} of its value": lambda function, a, y: function.value(y),
}


def with_slopes(steps: Steps) -> Iterator[Alternative]:
    """Gradients with another slope in one call of a function, in all calls of one role, or in all calls."""
    roles, functions = _roles_of_calls(steps.given), steps.given.chosen
    chosen: list[tuple[int, ...]] = [(number,) for number in range(len(roles))]
    chosen += [tuple(n for n, role in enumerate(roles) if role == each) for each in dict.fromkeys(roles)]
    chosen.append(tuple(range(len(roles))))
    for calls in dict.fromkeys(chosen):
        named = " and ".join(dict.fromkeys(functions[roles[number]].name for number in calls))
        for words, slope in SLOPES.items() if calls else ():
            yield mistake("slope", words.format(named)), partial(steps.gradient, _sloped(calls, slope))


class _Roles(Namespace):
    """The functions of a step, with the role of each call that it makes."""

    def __init__(self, case: Case) -> None:
        super().__init__(case.chosen, Arithmetic())
        self.called: list[str] = []

    def __getattr__(self, role: str) -> Callable[[Any], Any]:
        function = super().__getattr__(role)

        def called(a: Any) -> Any:
            self.called.append(role)
            return function(a)

        return called


def _roles_of_calls(case: Case) -> list[str]:
    f = _Roles(case)
    case.model.advance(f, case.params(Use.STEP), case.inputs_at(0), case.state)
    return f.called


def _sloped(calls: Sequence[int], slope: Slope) -> Ruled:
    """Rules that use another slope in these calls."""

    def parts(at: StepBack, number: int, args: Sequence[Any], flow: Any) -> Sequence[Any]:
        a, function, *_ = args
        return (slope(function, a, at.value(number)) * flow,)

    def ruled(tape: Trace[str]) -> Rules:
        some = (i for i, entry in tape.numbered(called).items() if entry.args[2] in calls)
        return {i: Otherwise(i, parts) for i in some}

    return ruled


def with_held(steps: Steps) -> Iterator[Alternative]:
    """Gradients with a named value of the model held constant.

    Public code does so with normalisers, stabilisers and what a delta rule reads, sometimes on purpose.
    """
    for name in dict.fromkeys(entry.args[1] for entry in steps.tape.numbered(named).values()):
        words = mistake("held constant", f"the {name} were held constant")
        yield words, partial(steps.gradient, partial(_held, name))


def _held(name: str, tape: Trace[str]) -> Rules:
    """Rules that hold the values of this name constant."""
    values = tape.numbered(named).items()
    return {i: Otherwise(i, nothing) for i, entry in values if entry.args[1] == name}


def without_carry(steps: Steps) -> Iterator[Alternative]:
    """Gradients without the flow from step to step through one state, or through any state."""
    for name in steps.own if len(steps.own) > 1 else ():
        words = f"nothing flowed back from step to step through the state of {name}"
        yield mistake("not carried", words), partial(steps.gradient, carry=_without(name))
    words = "nothing flowed back from step to step"
    yield mistake("not carried", words), partial(steps.gradient, carry=_without(*steps.own))


def _without(*names: str) -> Carry:
    """A carry without these states, but for outputs that are read from the state before a step."""
    return lambda at, flows: {**flows, **{name: at.put_out()[0][name] for name in names}}


def with_carries(steps: Steps) -> Iterator[Alternative]:
    """Gradients in which only the flow from step to step is wrong."""
    case = steps.given
    turns = {b.name: turned(b, case.blocks[b.name]) for b in case.model.of(Use.STEP)}
    square = {name: other for name, other in turns.items() if other is not None}
    for name, other in square.items():
        words = f"{name} were transposed on the way back"
        yield mistake("carried otherwise", words), _carried(steps, instead={name: other})
    roles = _roles_of_calls(case)
    for function in dict.fromkeys(function.name for function in case.chosen.values()):
        calls = [number for number, role in enumerate(roles) if case.chosen[role].name == function]
        if calls:
            words = f"the slope of {function} were left out of what is carried"
            left_out = _sloped(calls, SLOPES["the slope of {} were left out"])
            yield mistake("carried otherwise", words), _carried(steps, ruled=left_out)
    if square:
        yield from _with_direct_paths(steps, {name: 0 * array for name, array in square.items()})
    words = "what flowed back to each step were kept, and added to what goes on to the one before"
    yield mistake("carried otherwise", words), partial(steps.gradient, carry=_added)


def _added(at: StepBack, flows: Flows) -> Flows:
    _, after = at.put_out()
    return {**flows, **{name: flows[name] + at.flows[name] + d for name, d in after.items()}}


def turned(block: Block, array: Array) -> Array | None:
    """Each part of a block transposed, where parts are square; None where they are not."""
    parts = np.split(array, len(block.parts) or 1) if array.ndim == 2 else []
    if not parts or parts[0].shape[0] != parts[0].shape[1]:
        return None
    return np.concatenate([part.T for part in parts])


def _carried(steps: Steps, **other: Any) -> Callable[[], Gradients]:
    """The gradient with this change in the carry, and everything else right."""
    return partial(steps.gradient, carry=lambda at, flows: at.to_states(**other))


# What replaces the direct path, in words: the power of the path itself, by the factor of a state on it.
DIRECT: dict[str, Callable[[Any], Any]] = {
    "the direct path from state to state were left out": lambda factor: 0,
    "the factor of the direct path from state to state were left out": lambda factor: 1 / factor,
    "one minus its factor stood on the direct path from state to state, as 1 − z for z": (
        lambda factor: (1 - factor) / factor
    ),
}
ALONE = "the direct path from state to state were all that is carried"


def _with_direct_paths(steps: Steps, none: Gradients) -> Iterator[Alternative]:
    """The carry with another direct path, or with none; ``none``: the square blocks, of zeros."""
    alone = _carried(steps, instead=none)
    made = alone()
    states = [name for name in steps.own if made[name].any()]
    for words, times in DIRECT.items() if states else ():
        other = partial(steps.gradient, carry=partial(_directly, none, states, times))
        yield mistake("carried otherwise", words), other
    if states:
        yield mistake("carried otherwise", ALONE), alone


def _directly(
    none: Gradients, states: Sequence[str], times: Callable[[Any], Any], at: StepBack, flows: Flows
) -> Flows:
    """The carry with the direct path of these states multiplied by ``times`` of their factors on it."""
    direct, handed = at.to_states(instead=none), dict(flows)
    for name in states:
        # The derivative of the state's own next value on the direct path, which is entry by entry.
        one = {other: np.ones_like(d) if other == name else 0 * d for other, d in at.flows.items()}
        factor = at.to_states(instead=none, flows=one)[name]
        handed[name] = flows[name] + (times(factor) - 1) * direct[name]
    return handed


def overwritten(steps: Steps) -> Iterator[Alternative]:
    """Gradients in which a state's gradient is overwritten at each step, where it should be added to."""
    for name in steps.own:
        other = replace(steps, final={n: 0 * d if n == name else d for n, d in steps.final.items()})
        words = f"the gradient of the state of {name} were overwritten at every step"
        carry = partial(_but_at_step_0, _without(name))
        yield mistake("overwritten", words), partial(other.gradient, carry=carry)


def _but_at_step_0(carry: Carry, at: StepBack, flows: Flows) -> Flows:
    """This carry, except at step 0, where all that arrives goes to the initial state."""
    return carry(at, flows) if at.step else flows


def never_updated(steps: Steps) -> Iterator[Alternative]:
    """Gradients in which every step receives the final state's cotangent and nothing else.

    The initial state's gradient is that of step 0, or the final state's cotangent.
    """
    made = partial(steps.gradient, carry=lambda at, flows: steps.final if at.step else flows)
    yield mistake("never updated", "what flows back were the same at every step"), made
    untouched = partial(steps.gradient, carry=lambda at, flows: steps.final)
    yield mistake("never updated", "what flows back were never updated"), untouched


def with_loops(steps: Steps) -> Iterator[Alternative]:
    """Gradients by a backward loop over other steps, or in another order, or with a neighbour's cotangent."""
    count = steps.given.steps
    if count < 2:
        return
    orders: Mapping[str, Sequence[int]] = {
        "step 0 were left out on the way back": range(count - 1, 0, -1),
        "the last step were left out on the way back": range(count - 2, -1, -1),
        "steps were gone through forwards on the way back": range(count),
    }
    for words, order in orders.items():
        yield mistake("order of steps", words), partial(steps.gradient, order=order)
    for words, seeds in (
        ("next", (*steps.seeds[1:], {})),
        ("previous", ({}, *steps.seeds[:-1])),
    ):
        moved = replace(steps, seeds=seeds)
        taken = f"each step took the cotangent of the {words} one's output"
        yield mistake("other cotangents", taken), moved.gradient
