"""An engine that answers from the truth, and where a fault is planted nowhere else.

It is right to a rounding, so that a fault of half a bound and one of one and a half are just that.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np

from verification.judging.model_subject import OfModel, of_model
from verification.models.case import Case
from verification.models.code import Code
from verification.processes.place import HERE
from verification.properties.findings import truth_of


@dataclass(frozen=True, eq=False)
class Invocation:
    """A forward with its number among all, or a backward of it, by how many it has gone back: from 1 on.

    ``before`` and ``after``: the cases of some forwards before it, and of those that were begun since.
    ``wanted`` and ``unused``: the gradients and outputs that it was given, if it was.
    """

    number: int
    case: Case
    back: int
    before: tuple[Case, ...]
    after: tuple[Case, ...]
    wanted: tuple[str, ...]
    unused: tuple[str, ...]

    @cached_property
    def text(self) -> str:
        """Identifies its case."""
        return digest(self.case)


# What changes parts of an answer, by name, in place.
Plant = Callable[[Invocation, dict[str, Any]], None]


@dataclass
class CallLog:
    """The cases that an engine has run."""

    cases: list[Case] = field(default_factory=list)
    partial: set[tuple[tuple[str, ...], tuple[str, ...]]] = field(default_factory=set)


def nothing(call, parts):
    pass


@dataclass(frozen=True, eq=False)
class Stub:
    """An engine of any model and claim. ``twice``: the blocks whose gradient it keeps in two arrays."""

    model: Any
    claim: Any
    plant: Plant = nothing
    twice: tuple[str, ...] = ()
    fixed: tuple[Any, ...] = ()
    arrays: Any = None
    wanted: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    log: CallLog = field(default_factory=CallLog)
    functions: tuple[Any, ...] = ()
    place: Any = HERE

    def answer(self, case):
        forward, back = self.begin(case)
        return forward, back(case.objective)

    def begin(self, case):
        # Of a thousand calls the last few say where one stands.
        before, number, count = tuple(self.log.cases[-9:]), len(self.log.cases) + 1, [0]
        self.log.cases.append(case)
        self.log.partial.add((self.wanted, self.unused))

        def invocation(of):
            return Invocation(
                number, of, count[0], before, tuple(self.log.cases[number:]), self.wanted, self.unused
            )

        forward = dict(_right(case)[0])
        self.plant(invocation(case), forward)

        def back(objective):
            count[0] += 1
            of = replace(case, objective=objective)
            grads = dict(_right(of)[1])
            grads |= {f"{name} again": grads[name].copy() for name in self.twice}
            self.plant(invocation(of), grads)
            return {
                name: (grads[name], grads[f"{name} again"]) if name in self.twice else (grads[name],)
                for name in self.claim.blocks
            }

        return forward, back

    def repeat(self, case, goes_on):
        while goes_on(answer := self.answer(case)):
            pass
        return answer

    def wanting(self, blocks, unused):
        return replace(self, claim=replace(self.claim, blocks=blocks), wanted=blocks, unused=unused)

    arguments = None

    def otherwise(self, model, arrays):
        raise ValueError(model, arrays)

    def code(self, case):
        return Code((), "", "")

    def subject(self, model=None, scope=None) -> OfModel:
        return of_model(self, model, scope)


def digest(case):
    """The numbers of a case, and what they are to come to."""
    arrays = {**case.blocks, **case.objective.arrays()}
    numbers = [(name, array.shape, _bytes(array)) for name, array in arrays.items()]
    said = (case.model.name, str(case.dtype), dict(case.functions), str(case.truncation), case.lengths)
    return repr((numbers, type(case.objective).__name__, case.losses, *said))


def _bytes(array):
    """Those of a long double vary, whose numbers are those of double precision."""
    if array.dtype == object:
        return array.tolist()
    return (array.astype(float) if array.dtype == np.longdouble else array).tobytes()


KNOWN: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {}


def _right(case):
    """Forward and gradient, in arrays of their own."""
    key = digest(case)
    if key not in KNOWN:
        plain = replace(case, layouts={}, checkpoints=None, workspace=False)
        plain = replace(plain, blocks={name: np.array(array) for name, array in plain.blocks.items()})
        truth = truth_of(replace(plain, objective=plain.objective.replaced(np.array)))
        with np.errstate(all="ignore"):
            KNOWN[key] = tuple(
                {name: np.asarray(each.truth).astype(case.dtype) for name, each in parts.items()}
                for parts in (truth.forward, truth.blocks)
            )
    return tuple({name: array.copy() for name, array in parts.items()} for parts in KNOWN[key])
