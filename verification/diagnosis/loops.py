"""Other loops on the way back: a step that is left out, and steps in the wrong order."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, Cotangents, final_cotangents, outputs_cotangent
from verification.models.model import State, Use
from verification.truth import replay
from verification.truth.unroll import walk


def states_before(case: Case) -> list[State]:
    """The state before each step, in the case's own type."""
    before = islice(walk(case), case.steps)
    return [tuple(np.asarray(array, case.dtype) for array in state) for state in before]


def with_loops(case: Case) -> Iterator[tuple[str, Callable[[], Mapping[str, Array]]]]:
    """Gradients by other loops, of a case of cotangents and several steps; in words."""
    if case.steps < 2:
        return
    states = states_before(case)
    yield "step 0 were left out on the way back", partial(_some, case, states, slice(1, None))
    yield "the last step were left out on the way back", partial(_some, case, states, slice(0, -1))
    yield "steps were gone through forwards on the way back", partial(_forwards, case, states)
    outputs = outputs_cotangent(case)
    for words, step in (("next", -1), ("previous", 1)):
        moved = np.roll(outputs, step, axis=1)
        moved[:, -1 if step < 0 else 0] = 0
        other = replace(case, objective=Cotangents(moved, final_cotangents(case)))
        yield f"each step took the cotangent of the {words} one's output", partial(replay.gradient, other)


def _of_steps(case: Case, state: State, steps: slice, objective: Cotangents) -> dict[str, Array]:
    """The gradient of some steps, from the state before them."""
    states = zip(case.model.of(Use.STATE), state, strict=True)
    some = case.of_steps(steps)
    blocks = {**some.blocks, **{block.name: array for block, array in states}}
    return replay.gradient(replace(some, blocks=blocks, objective=objective))


def _some(case: Case, states: list[State], steps: slice) -> dict[str, Array]:
    """Those steps alone; what there is no step for is zero."""
    objective = Cotangents(outputs_cotangent(case)[:, steps], final_cotangents(case))
    made = _of_steps(case, states[steps][0], steps, objective)
    for name, array in case.inputs.items():
        whole = np.zeros(array.shape, made[name].dtype)
        whole[:, steps] = made[name]
        made[name] = whole
    return made


def _forwards(case: Case, states: list[State]) -> dict[str, Array]:
    """Each step's own derivative, of what the step before it handed on."""
    outputs, flow = outputs_cotangent(case), final_cotangents(case)
    made: dict[str, Array] = {}
    for s in range(case.steps):
        one = slice(s, s + 1)
        step = _of_steps(case, states[s], one, Cotangents(outputs[:, one], flow))
        flow = tuple(step[block.name].astype(case.dtype) for block in case.model.of(Use.STATE))
        for block in case.model.of(Use.STEP, Use.INPUT):
            array = step[block.name]
            before = made.get(block.name)
            if before is None:
                made[block.name] = array
            elif block.use is Use.STEP:
                made[block.name] = before + array
            else:
                made[block.name] = np.concatenate((before, array), axis=1)
    return {**made, **{b.name: a for b, a in zip(case.model.of(Use.STATE), flow, strict=True)}}
