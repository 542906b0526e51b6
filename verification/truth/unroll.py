"""A model run over steps, in one copy or in many.

Copies are leading axes. A step that broadcasts over such axes is called once for all copies, any other step
once for each copy.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import product
from typing import Any, TypeAlias

import autograd.numpy as anp
import numpy as np

from verification.models.arrays import Array
from verification.models.axes import Sizes
from verification.models.case import WIDER, Case, Cotangents, real_of
from verification.models.functions import Arithmetic, Namespace, at
from verification.models.model import PARAMETERS, Model, NamedArrays, State, Use
from verification.truth.parts import OUTPUTS, VALUE, final_of

Inputs = Mapping[str, Any]


def walk(case: Case, arithmetic: Arithmetic | None = None) -> Iterator[State]:
    """The state before step 0, then after each step, in the case's own type."""
    f, p = Namespace(case.chosen, arithmetic or Arithmetic()), case.params(Use.STEP)
    state: State = case.state
    yield state
    for t in range(case.steps):
        state = case.model.advance(f, p, case.inputs_at(t), state)
        yield state


def replays(
    case: Case, step: Callable[[int, State], State], start: State, stop: Callable[[Any], Any]
) -> Iterator[tuple[int, State]]:
    """Each step that has a loss, with the state that this loss depends on under the truncation.

    The state is replayed from the earliest step that the loss reaches: ``step`` takes the number of a step
    and the state before it. ``stop`` holds the first state constant, but never ``start``, the initial state.
    """
    states = [start]
    for s in range(case.steps):
        states.append(step(s, states[-1]))
    # Losses that reach back to one step share a replay: each goes on where the last ended.
    from_first: dict[int, list[State]] = {0: states}
    reach = case.reach
    for t in case.losses:
        first = min(reach[t], t + 1)
        replay = from_first.setdefault(first, [tuple(map(stop, states[first]))])
        while first + len(replay) <= t + 1:
            replay.append(step(first + len(replay) - 1, replay[-1]))
        yield t, replay[t + 1 - first]


def advance(
    model: Model, f: Namespace, p: NamedArrays, inputs: Inputs, state: State, copies: tuple[int, ...]
) -> State:
    """The state after one step; every array has the leading axes ``copies``."""

    def step(f: Namespace, p: Mapping[str, Any], inputs: Inputs, state: Mapping[str, Any]) -> State:
        return model.advance(f, NamedArrays(p), inputs, tuple(state.values()))

    return _of_copies(step, f, (p, inputs, state_by_name(model, state)), copies, partial(broadcasts, model))


def state_by_name(model: Model, state: State) -> dict[str, Any]:
    """The arrays of a state, by the names of their blocks."""
    return {block.name: array for block, array in zip(model.of(Use.STATE), state, strict=True)}


def _of_copies(
    call: Callable[..., tuple[Any, ...]],
    f: Namespace,
    arrays: Sequence[Mapping[str, Any]],
    copies: tuple[int, ...],
    together: Callable[[], bool],
) -> tuple[Any, ...]:
    """The results of a call, in one for all copies, or one for each if they cannot be taken ``together``."""
    if not copies or together():
        return call(f, *arrays)
    made = []
    for index in product(*map(range, copies)):
        each = ({name: array[index] for name, array in group.items()} for group in arrays)
        made.append(call(at(f, index), *each))
    stacked = (anp.stack(list(parts)) for parts in zip(*made, strict=True))
    return tuple(anp.reshape(array, copies + array.shape[1:]) for array in stacked)


@cache
def broadcasts(model: Model) -> bool:
    """Does the model's step broadcast over leading axes, each copy independent of the others?"""
    return _takes_copies(model, STEP)


@cache
def readout_broadcasts(model: Model) -> bool:
    """The same of its readout and loss."""
    return _takes_copies(model, LOSS)


@dataclass(frozen=True)
class Part:
    """A part of a model, and the uses of the blocks that it is called with."""

    uses: tuple[Use, ...]
    called: Callable[[Model, Namespace, Mapping[str, Any]], tuple[Any, ...]]

    def call(self, model: Model, arrays: Mapping[str, Any]) -> tuple[Any, ...]:
        """The results for these arrays."""
        return self.called(model, Namespace(model.chosen({}), Arithmetic()), arrays)

    def trial(self, model: Model, copies: tuple[int, ...], records: int, sizes: Sizes) -> dict[str, Array]:
        """Random blocks for it, in copies."""
        rng = np.random.default_rng(0)
        arrays = {}
        for block in model.of(*self.uses):
            lead = () if block.use in PARAMETERS else (records,)
            shape = (*copies, *lead, *block.shape(sizes))
            arrays[block.name] = rng.uniform(0.2, 0.8, shape) * (1 + 1j if model.complex else 1)
        return arrays


def distinct(model: Model) -> tuple[tuple[int, ...], int, Sizes]:
    """Copies, records and sizes for a trial, all different."""
    return (2, 3), 5, {name: 6 + i for i, name in enumerate(model.dimensions)}


def _takes_copies(model: Model, part: Part) -> bool:
    # Some operations drop an axis of length one.
    single = (2, 1), 1, dict.fromkeys(model.dimensions, 1)
    return all(_together_as_alone(model, part, *trial) for trial in (distinct(model), single))


def _together_as_alone(model: Model, part: Part, copies: tuple[int, ...], records: int, sizes: Sizes) -> bool:
    arrays = part.trial(model, copies, records, sizes)
    try:
        together = part.call(model, arrays)
        for index in product(*map(range, copies)):
            alone = part.call(model, {name: array[index] for name, array in arrays.items()})
            for one, whole in zip(alone, together, strict=True):
                if np.shape(whole[index]) != np.shape(one) or not np.allclose(whole[index], one):
                    return False
    except Exception:
        # Whatever the error is: it does not broadcast.
        return False
    return True


def _one_step(model: Model, f: Namespace, arrays: Mapping[str, Any]) -> tuple[Any, ...]:
    p, inputs, state = (model.named(arrays, use) for use in (Use.STEP, Use.INPUT, Use.STATE))
    return model.advance(f, p, inputs, tuple(state.values()))


def _one_loss(model: Model, f: Namespace, arrays: Mapping[str, Any]) -> tuple[Any, ...]:
    p, state = (model.named(arrays, use) for use in (Use.READOUT, Use.STATE))
    outputs = model.readout(f, p, *state.values())
    return outputs, model.loss(f, outputs, 2 * outputs + 1)


STEP = Part((Use.STEP, Use.INPUT, Use.STATE), _one_step)
LOSS = Part((Use.READOUT, Use.STATE), _one_loss)


def read_out(model: Model, f: Namespace, p: NamedArrays, state: State, copies: tuple[int, ...]) -> Any:
    """The readout of a state; every array has the leading axes ``copies``."""

    def outputs(f: Namespace, p: Mapping[str, Any], state: Mapping[str, Any]) -> tuple[Any]:
        return (model.readout(f, NamedArrays(p), *state.values()),)

    arrays = p, state_by_name(model, state)
    return _of_copies(outputs, f, arrays, copies, partial(readout_broadcasts, model))[0]


def term(
    model: Model,
    objective: Any,
    f: Namespace,
    p: NamedArrays,
    data: Inputs,
    state: State,
    copies: tuple[int, ...],
) -> Any:
    """The loss of each record at one step; every array has the leading axes ``copies``."""

    def loss(f: Namespace, p: Mapping[str, Any], data: Inputs, state: Mapping[str, Any]) -> tuple[Any]:
        return (objective.term(model, f, NamedArrays(p), data, tuple(state.values())),)

    arrays = p, data, state_by_name(model, state)
    return _of_copies(loss, f, arrays, copies, partial(readout_broadcasts, model))[0]


# For a step: the READOUT blocks, and the objective's data where the step has a loss.
Drawn: TypeAlias = Callable[[int], tuple[NamedArrays, Inputs]]


def forward_parts(
    case: Case,
    states: Sequence[State],
    drawn: Drawn,
    copies: tuple[int, ...] = (),
    arithmetic: Arithmetic | None = None,
) -> dict[str, Array]:
    """What the forward computes, by name, from the states before step 0 and after each, in these copies."""
    model, objective, after, axis = case.model, case.objective, states[1:], len(copies) + 1
    if isinstance(objective, Cotangents):
        final = {final_of(block): array for block, array in zip(model.of(Use.STATE), after[-1], strict=True)}
        return {OUTPUTS: np.stack([state[0] for state in after], axis), **final}
    f, read = Namespace(case.chosen, arithmetic or Arithmetic()), []
    # Copies are summed up in the wider type, whatever they are computed in.
    value: Any = np.zeros(copies, real_of(WIDER[case.dtype])) if copies else 0
    for t, state in enumerate(after):
        p, data = drawn(t)
        read.append(read_out(model, f, p, state, copies))
        if t in case.losses:
            value = value + term(model, objective, f, p, data, state, copies).sum(axis=-1)
    return {OUTPUTS: np.stack(read, axis), VALUE: np.asarray(value)}
