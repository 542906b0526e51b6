"""The adapter for a function of a whole problem, ``problem -> gradients`` of a model's own loss.

    engine(problem: Problem) -> Gradients

The engine may read the problem's arrays but not change them. For what it does not do at all, such as
Fractions, it raises ``verification.Unsupported``: such a case is evidence neither against it nor for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np

from verification.adapters.adapter import ModelAdapter, check_given, declared, soundly
from verification.adapters.given import Gradients, Problem, as_function, check_gradients
from verification.adapters.lent import Lent
from verification.adapters.returned import check_dict, checked_tuple
from verification.models.case import Case, Targets
from verification.models.model import PARAMETERS, Model, Use
from verification.models.weighted import Weighted
from verification.processes.place import Passes
from verification.properties.engine import FixedCase
from verification.sampling.claim import Capabilities
from verification.sampling.scope import Scope
from verification.truth.parts import OUTPUTS, VALUE

# Every function, every truncation, and losses on the last or on every step.
CAPABILITIES = Capabilities(
    functions=True,
    truncations=True,
    losses=("last", "every"),
    readout=True,
    extras=("lengths", "exact", "bits", "checkpoints", "workspace", "weights", "classes"),
    cannot=("two forwards before their backwards",),
)


Engine: TypeAlias = Callable[[Problem], Gradients]


def problem_of(case: Case) -> Problem:
    """A case with a loss, as a Problem."""
    objective = case.objective
    inputs = {name: case.blocks[name] for name in case.named(Use.INPUT)}
    assert isinstance(objective, Targets | Weighted)  # as of every case of this adapter
    return Problem(
        functions={role: function.name for role, function in case.chosen.items()},
        params={name: case.blocks[name] for name in case.named(*PARAMETERS)},
        xs=inputs if len(inputs) > 1 else next(iter(inputs.values())),
        state=case.state,
        targets=objective.targets[:, 0] if objective.last else objective.targets,
        truncation=case.truncation,
        checkpoints=case.checkpoints,
        workspace=case.workspace,
        lengths=None if case.lengths is None else np.array(case.lengths),
        weights=getattr(objective, "weights", None),
        classes=getattr(objective, "classes", False),
    )


def parts_of(model: Model, answer: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """The forward's parts and the blocks of an answer, by name; raises InvalidAnswer for another type."""
    check_gradients(answer)
    inputs, states = model.of(Use.INPUT), model.of(Use.STATE)
    check_dict("params", answer.params)
    state = checked_tuple("state is", answer.state, len(states))
    of_inputs = {inputs[0].name: answer.xs} if len(inputs) == 1 else answer.xs
    by_state = {block.name: array for block, array in zip(states, state, strict=True)}
    return (
        {OUTPUTS: answer.outputs, VALUE: answer.value},
        {**answer.params, **dict(of_inputs or {}), **by_state},
    )


@dataclass(frozen=True, eq=False, kw_only=True)
class ProblemAdapter(ModelAdapter):
    """A function of a whole problem, with its model and its claim."""

    @cached_property
    def _call(self) -> Callable[..., Any]:
        return self.place.made(self.passes)[0]

    def answer(self, case: Case) -> tuple[Mapping[str, Any], Mapping[str, tuple[Any, ...]]]:
        """The function's answer to a case."""
        problem = problem_of(case)
        lent = Lent(functions=problem.functions, params=problem.params, xs=problem.xs)
        answer = Gradients(*self._call(**vars(problem)))
        lent.check("the function")
        forward, blocks = parts_of(self.model, answer)
        value = forward[VALUE]
        # A loss is a number, or an array of shape ().
        if case.dtype == object and not isinstance(value, np.ndarray):
            forward[VALUE] = np.array(value, dtype=object)
        elif value is not None and np.isscalar(value):
            forward[VALUE] = np.asarray(value)
        return forward, {name: (array,) for name, array in blocks.items()}


def whole(
    function: Engine, *, model: Model, scope: Scope | None = None, fixed: tuple[FixedCase, ...] = ()
) -> ProblemAdapter:
    """A function of a whole problem, for ``verify``; ``fixed``: cases that every run includes.

    ``scope``: what it supports. Without a scope it claims everything that can be checked; with one, its
    fields, and for absent fields every function, both float types, every truncation, and losses on the last
    or on every step. Raises ValueError, in one line, for a model that is not sound, or a scope that claims
    nothing.
    """
    check_given(model, engine=function)
    if not model.of(Use.READOUT):
        raise ValueError(
            f"model {model.name}: no readout, needed an adapter that takes cotangents: layer or step"
        )
    known = declared("scoped", {"gradients": function}, model, scope, CAPABILITIES)
    soundly(model, known["claim"])
    return ProblemAdapter(**known, passes=recipe_of(function), fixed=fixed)


def recipe_of(function: Engine) -> Passes:
    """The function, as one of a problem's fields."""
    return Passes(as_function, (function,), keeps=(None,))
