"""One call of an engine and the check of its answer: plain arrays in the agreed form, or an error.

Where the engine runs is its place's to say (``verification.processes.place``).
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Any
from zlib import crc32

import numpy as np

from verification.models.arrays import Array
from verification.models.case import (
    Case,
    Cotangents,
    Objective,
    as_given,
    drawn_in,
    objective_given,
    output_of,
    shapes_put_out,
)
from verification.models.layouts import arranged
from verification.processes import timeout
from verification.processes.guarding import NOTHING
from verification.processes.invalid import InvalidAnswer
from verification.properties.engine import Answer, Begun, Engine
from verification.sampling.claim import Claim
from verification.truth.parts import OUTPUTS, VALUE, final_of

# Seconds after which many calls that are guarded as one make a pause.
MOMENT = 0.25

# Cases whose sizes are all at most this get every property that applies.
LARGEST = 9

# The most numbers in the states of a small case, for an engine that takes no small sizes.
MOST_NUMBERS = 10_000


def is_large(case: Case) -> bool:
    """Does the case get only those properties that need a single call?"""
    return beyond(case.sizes, case.least) or (
        bool(case.least) and sum(array.size for array in case.state) > MOST_NUMBERS
    )


def seconds_of(case: Case) -> float:
    """How long a call may take."""
    return timeout.LARGE_ANSWER if is_large(case) else timeout.ANSWER


def beyond(sizes: Mapping[str, int], least: Mapping[str, int]) -> bool:
    """Is one of the sizes beyond those of small cases?"""
    return any(size > max(LARGEST, least.get(name, 0)) for name, size in sizes.items())


def run_case(engine: Engine, case: Case, around: AbstractContextManager[None] = NOTHING) -> Answer:
    """The engine's answer to a copy of the case; raises InvalidAnswer or Unsupported.

    ``around``: a ``with`` block of which the engine's call is the body.
    """
    form = _Form(case, engine.claim)
    return engine.place.run(engine.answer, afresh(case), form.read, seconds_of(case), around)


def run_again(
    engine: Engine, case: Case, known: list[bytes], most: int, around: AbstractContextManager[None]
) -> tuple[int, Answer | None]:
    """The same call again and again, so many times or for a moment; raises as ``run_case``.

    Returns how many were made, and the last answer if its numbers are other than those ``known``; calls end
    with that. ``known``: the bytes of the first answer, empty before it.
    """
    form = _Form(case, engine.claim)

    def repeated(given: Case) -> Any:
        return engine.place.repeat(engine, given, known, most, MOMENT)

    def read(returned: tuple[int, Any]) -> tuple[int, Answer | None]:
        made, answer = returned
        return made, None if answer is None else form.read(answer)

    return engine.place.run(repeated, afresh(case), read, seconds_of(case), around)


@dataclass(frozen=True, eq=False)
class PendingBackward:
    """An engine's finished forward, whose backward may be called later, and more than once."""

    _engine: Engine
    _case: Case
    _begun: Begun
    _form: "_Form"

    def back(
        self,
        objective: Objective | None = None,
        elsewhere: bool = False,
        around: AbstractContextManager[None] = NOTHING,
    ) -> Answer:
        """The answer for these cotangents, or for the case's own; raises as ``run_case``.

        ``elsewhere``: in a thread of its own. ``around``: as there.
        """
        forward, backward = self._begun
        given = objective_given(self._case, objective or self._case.objective).replaced(np.copy)
        place, case = self._engine.place, self._case
        call = place.elsewhere(backward) if elsewhere else backward

        def read(blocks: Any) -> Answer:
            return self._form.read((forward, blocks))

        return place.run(call, given, read, seconds_of(case), around)


def begin(engine: Engine, case: Case) -> PendingBackward:
    """The forward of a copy of the case, for an engine whose calls come in two; raises as ``run_case``."""
    form = _Form(case, engine.claim)
    begun = engine.place.run(engine.begin, afresh(case), lambda returned: returned, seconds_of(case))
    return PendingBackward(engine, case, begun, form)


def afresh(case: Case) -> Case:
    """A copy of the case, whose arrays have the memory layouts that the case names."""
    case = as_given(case)
    loss_arrays = case.objective.arrays()
    layouts = [case.layouts.get(name) for name in (*case.blocks, *loss_arrays)]
    made = iter(arranged([*case.blocks.values(), *loss_arrays.values()], layouts))
    blocks = {name: next(made) for name in case.blocks}
    return replace(case, blocks=blocks, objective=case.objective.replaced(lambda array: next(made)))


def rng_of(case: Case) -> np.random.Generator:
    """The generator for what a property draws for a case: it depends only on the case's numbers.

    The bytes of a long double contain padding, so it is converted to double precision.
    """
    some = next(iter(case.objective.arrays().values()))
    return np.random.default_rng(crc32(some.astype(drawn_in(case.dtype)).tobytes()))


def relaid(given: Case, change: Callable[[Array], Array]) -> Case:
    """The case with ``change(array)`` in the place of every array."""
    case = as_given(given)
    blocks = {name: change(array) for name, array in case.blocks.items()}
    return replace(case, blocks=blocks, objective=case.objective.replaced(change))


def run_uncopied(engine: Engine, case: Case) -> Answer:
    """The engine's answer to these very arrays, without a copy; raises as ``run_case``."""
    form = _Form(case, engine.claim)
    return engine.place.run(engine.answer, case, form.read, seconds_of(case))


class _Form:
    """The form that an answer must have, taken from the case before the engine can change it."""

    def __init__(self, case: Case, claim: Claim) -> None:
        self._case, self._dtype = case, case.dtype
        self._outputs, self._forward = claim.outputs, _forward_shapes(case, claim.finals)
        self._blocks = {name: case.blocks[name].shape for name in claim.blocks}

    def read(self, returned: tuple[Mapping[str, Any], Mapping[str, tuple[Any, ...]]]) -> Answer:
        """The answer; raises InvalidAnswer, which says what is wrong with a part."""
        forward, blocks = returned
        seen = self.of_forward(forward)
        grads = {
            name: [
                checked_part(f"the gradient of {name}", part, shape, self._dtype)
                for part in blocks.get(name, (None,))
            ]
            for name, shape in self._blocks.items()
        }
        for name in self._outputs:
            # What follows a record's end is not checked.
            seen[name] = self._case.to_ends(seen[name])
        return Answer(
            seen,
            {name: parts[0] for name, parts in grads.items()},
            {name: parts[1] for name, parts in grads.items() if len(parts) > 1},
        )

    def of_forward(self, forward: Mapping[str, Any]) -> dict[str, Array]:
        """The parts of a forward; raises InvalidAnswer."""
        shapes = self._forward.items()
        return {name: checked_part(name, forward.get(name), shape, self._dtype) for name, shape in shapes}


def check_forward(case: Case, claim: Claim, forward: Mapping[str, Any]) -> None:
    """Raises InvalidAnswer if a part of a forward does not have its form, before the backward is called."""
    _Form(case, claim).of_forward(forward)


def checked_part(name: str, part: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """A part of an answer as a view of our own, because an engine may later reshape its array in place.

    Raises InvalidAnswer, which says what is wrong with it.
    """
    if part is None:
        raise InvalidAnswer(f"{name} is missing, needed an array {shape}")
    # The exact type: comparisons with a subclass, such as a masked array, may give any result.
    if type(part) is not np.ndarray:
        raise InvalidAnswer(f"{name} is a {type(part).__name__}, needed an ndarray")
    if part.shape != shape:
        raise InvalidAnswer(f"{name} has shape {part.shape}, needed {shape}")
    if part.dtype != dtype:
        raise InvalidAnswer(f"{name} has dtype {part.dtype}, needed {dtype}")
    view: Array = part[...]
    return view


def _forward_shapes(case: Case, finals: tuple[str, ...]) -> dict[str, tuple[int, ...]]:
    """The shapes of the forward's parts; ``finals``: the states whose final value is one of them."""
    if isinstance(case.objective, Cotangents):
        lead = case.records, case.steps
        shapes = {name: (*lead, *shape) for name, shape in shapes_put_out(case).items()}
        return shapes | {final_of(case.model.block(name)): case.blocks[name].shape for name in finals}
    return {OUTPUTS: (case.records, case.steps, *output_of(case)), VALUE: ()}
