"""The adapter for a function of a whole problem, ``problem -> gradients`` of a model's own loss.

    engine(problem: Problem) -> Gradients

The engine may read the problem's arrays but not change them. For what it does not do at all, such as
Fractions, it raises ``verification.Unsupported``: such a case is evidence neither against it nor for it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from verification.adapters.adapter import (
    ModelAdapter,
    check_dict,
    check_given,
    checked_tuple,
    declared,
    soundly,
)
from verification.adapters.lent import Lent
from verification.models.arrays import Array
from verification.models.case import Case, Targets
from verification.models.model import PARAMETERS, Model, Use
from verification.models.truncation import FULL, TruncationRule
from verification.models.weighted import Weighted
from verification.properties.engine import FixedCase, InvalidAnswer
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


@dataclass(frozen=True, eq=False)
class Problem:
    """Everything that a gradient of a model's own loss depends on.

    ``functions``: for each role, the name of the function that plays it. ``params``: the model's STEP and
    READOUT blocks by name, as U (H, D), W (H, H), b (H,), V (K, H) and c (K,). ``xs`` (N, T, D), or a dict of
    such arrays if a model has several INPUT blocks; ``state``, a tuple of arrays (N, …); ``targets`` (N, K)
    for a loss on the last step, (N, T, K) for one on every step. All arrays share one dtype: float32,
    float64, longdouble, or object for Fractions. The loss is the model's own, ½ ‖o − target‖² for the
    included models, summed over records and steps. ``truncation``: has ``first(t, steps)``, the earliest step
    that the loss at step t reaches; a standard one also has its ``kind``, as "Window", and its ``numbers``.

    ``checkpoints``: an engine that can keeps the state of every so many steps only, and computes the others
    again; 0 leaves the number to the engine. ``workspace``: one that can computes in arrays that other calls
    use before and after. Other engines ignore both.

    For an engine that claims them: ``lengths`` (N,), integers: where records end. What follows is padding,
    the last step is then each record's own, gradients after an end are 0, and outputs there are not read.
    ``weights`` (N,) or (N, T): the factor of each loss. ``classes``: targets are one-hot, and the loss is the
    cross-entropy of softmax(o).
    """

    functions: Mapping[str, str]
    params: Mapping[str, Array]
    xs: Any
    state: tuple[Array, ...]
    targets: Array
    truncation: TruncationRule = FULL
    checkpoints: int | None = None
    workspace: bool = False
    lengths: Array | None = None
    weights: Array | None = None
    classes: bool = False

    @property
    def activation(self) -> str:
        """The name of the function, for a model with one role."""
        (name,) = self.functions.values()
        return name

    @property
    def h0(self) -> Array:
        """The first of the state's arrays."""
        return self.state[0]

    @property
    def dtype(self) -> np.dtype[Any]:
        """The number type of every array."""
        return self.state[0].dtype

    @property
    def steps(self) -> int:
        """T."""
        xs = next(iter(self.xs.values())) if isinstance(self.xs, Mapping) else self.xs
        return int(xs.shape[1])

    @property
    def first_loss(self) -> int:
        """The first step that has a loss."""
        return 0 if self.targets.ndim == 3 else self.steps - 1

    @property
    def targets_by_step(self) -> Array:
        """The targets of the steps that have a loss, (losses, N, K)."""
        return self.targets.swapaxes(0, 1) if self.targets.ndim == 3 else self.targets[None]


@dataclass(frozen=True, eq=False)
class Gradients:
    """What an engine returns: ``outputs`` (N, T, K), the loss's ``value``, and the gradients.

    ``value``: a number, or an array of shape (). ``params`` by name, ``xs`` and ``state`` in the form of the
    problem's, None for what a scope says is not returned. Each is a plain ``numpy.ndarray`` in the problem's
    dtype.
    """

    outputs: Array
    value: Any
    params: Mapping[str, Array]
    xs: Any
    state: tuple[Array, ...]


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
    # The exact type, because an object's __class__ may say anything.
    if not issubclass(type(answer), Gradients):
        raise InvalidAnswer(f"returned a {type(answer).__name__}, needed a Gradients")
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

    function: Engine

    def answer(self, case: Case) -> tuple[Mapping[str, Any], Mapping[str, tuple[Any, ...]]]:
        """The function's answer to a case."""
        problem = problem_of(case)
        lent = Lent(functions=problem.functions, params=problem.params, xs=problem.xs)
        answer = self.function(problem)
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
    return ProblemAdapter(**known, function=function, fixed=fixed)
