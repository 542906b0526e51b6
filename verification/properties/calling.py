"""One call of an engine and the check of its answer: plain arrays in the agreed form, or an error.

Everything that may run the engine's code is under the time limit of a call: the call itself, reading the
returned objects, whose attributes may be properties, and formatting an exception.

This is no sandbox. Accidental effects on the process are detected (``verification.processes.surroundings``),
or end that process, which its parent reports (``verification.processes.workers``). An engine that means harm,
and writes into this package's modules, into objects through ctypes or into files, can obtain any verdict and
do whatever the user may do.
"""

import contextlib
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, TypeVar
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
from verification.processes.elsewhere import in_a_thread
from verification.processes.surroundings import Surroundings
from verification.processes.invalid import InvalidAnswer, TimedOut, Unsupported
from verification.properties.engine import Answer, Begun, Engine
from verification.sampling.claim import Claim
from verification.text import in_a_line, message_of, quoted, type_name
from verification.truth.parts import OUTPUTS, VALUE, final_of

Given = TypeVar("Given")
Returned = TypeVar("Returned")
Read = TypeVar("Read")

# Around a call of which nothing more is to be seen.
NOTHING: AbstractContextManager[None] = contextlib.nullcontext()

# The most characters of an engine's exception message, which is reported on one line.
RAISED = 200


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


def beyond(sizes: Mapping[str, int], least: Mapping[str, int]) -> bool:
    """Is one of the sizes beyond those of small cases?"""
    return any(size > max(LARGEST, least.get(name, 0)) for name, size in sizes.items())


def run_case(engine: Engine, case: Case, around: AbstractContextManager[None] = NOTHING) -> Answer:
    """The engine's answer to a copy of the case; raises InvalidAnswer or Unsupported.

    ``around``: a ``with`` block of which the engine's call is the body.
    """
    form = _Form(case, engine.claim)
    return guarded(engine.answer, afresh(case), form.read, is_large(case), around)


def run_again(
    engine: Engine, case: Case, known: list[bytes], most: int, around: AbstractContextManager[None]
) -> tuple[int, Answer | None]:
    """The same call again and again, so many times or for a moment; raises as ``run_case``.

    Returns how many were made, and the last answer if its numbers are other than those ``known``; calls end
    with that. ``known``: the bytes of the first answer, empty before it.
    """
    made, same, until = 0, True, time.monotonic() + MOMENT

    def goes_on(returned: Any) -> bool:
        nonlocal made, same
        now = _bytes_of(returned)
        known.extend(() if known else now)
        made, same = made + 1, now == known
        return same and made < most and time.monotonic() < until

    def repeated(given: Case) -> Any:
        return engine.repeat(given, goes_on)

    answer = guarded(repeated, afresh(case), _Form(case, engine.claim).read, is_large(case), around)
    return made, None if same else answer


def _bytes_of(returned: Any) -> list[bytes]:
    """Those of every array, in dicts and tuples."""
    if isinstance(returned, np.ndarray):
        return [returned.tobytes()]
    if isinstance(returned, dict):
        returned = tuple(returned.values())
    parts = returned if isinstance(returned, tuple | list) else ()
    return [each for part in parts for each in _bytes_of(part)]


@dataclass(frozen=True, eq=False)
class PendingBackward:
    """An engine's finished forward, whose backward may be called later, and more than once."""

    _case: Case
    _begun: Begun
    _form: "_Form"

    def back(self, objective: Objective | None = None, elsewhere: bool = False) -> Answer:
        """The answer for these cotangents, or for the case's own; raises as ``run_case``.

        ``elsewhere``: in a thread of its own.
        """
        forward, backward = self._begun
        given = objective_given(self._case, objective or self._case.objective).replaced(np.copy)
        call = partial(in_a_thread, backward) if elsewhere else backward
        return guarded(call, given, lambda blocks: self._form.read((forward, blocks)), is_large(self._case))


def begin(engine: Engine, case: Case) -> PendingBackward:
    """The forward of a copy of the case, for an engine whose calls come in two; raises as ``run_case``."""
    form = _Form(case, engine.claim)
    return PendingBackward(
        case, guarded(engine.begin, afresh(case), lambda returned: returned, is_large(case)), form
    )


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
    return guarded(engine.answer, case, form.read, is_large(case))


def guarded(
    call: Callable[[Given], Returned],
    given: Given,
    read: Callable[[Returned], Read],
    large: bool,
    around: AbstractContextManager[None] = NOTHING,
) -> Read:
    """Calls an engine under its time limit and reads the answer; afterwards the process is as it was before.

    Every call of an engine goes through here, whatever the adapter. ``large``: the problem is large, and has
    more time. Raises InvalidAnswer, TimedOut if there is no answer in time, Unsupported if the engine does,
    and TimeIsOver if the run has no time left for the call.
    """
    seconds = timeout.LARGE_ANSWER if large else timeout.ANSWER
    surroundings = Surroundings()
    interruption = (KeyboardInterrupt,) if surroundings.interruptible else ()
    not_its_own = (timeout.CallTimeout, timeout.TimeIsOver, *interruption)
    wrong: InvalidAnswer | Unsupported | None = None
    try:
        # Surroundings are restored before any other code runs, and a second time in case an alarm interrupted
        # that, or no stack was left.
        with surroundings, np.errstate(all="ignore"), timeout.Limit(seconds):
            try:
                with around, surroundings:
                    returned = call(given)
                answer = read(returned)
            except not_its_own:
                raise
            except BaseException as error:
                wrong = _raised(error)
    except timeout.CallTimeout:
        raise TimedOut(f"did not return within {seconds:g} s") from None
    except not_its_own:
        raise
    except BaseException as error:
        wrong = InvalidAnswer(f"raised {type_name(type(error))}")
    if surroundings.changes:
        raise InvalidAnswer(in_a_line(", ".join(surroundings.changes), RAISED))
    if wrong is not None:
        raise wrong
    return answer


def _raised(error: BaseException) -> InvalidAnswer | Unsupported:
    """The InvalidAnswer or Unsupported for an engine's exception, with a message of our own."""
    if isinstance(error, InvalidAnswer):
        return error
    if isinstance(error, Unsupported):
        with contextlib.suppress(Exception):
            return Unsupported(quoted(str(error)))
    invalid = InvalidAnswer(f"raised {in_a_line(message_of(error).partition(chr(10))[0], RAISED)}")
    invalid.__cause__ = error
    return invalid


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
