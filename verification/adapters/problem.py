"""The adapter for a function ``problem -> gradients`` of a model's own loss: it is told everything.

What the function is given is a ``ModelProblem``, and it returns ``ModelGradients``; of the vanilla model
``verification.Problem`` and ``verification.Gradients``, which name its blocks one by one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from verification.adapters.layer import claimed, soundly
from verification.adapters.remade import Source
from verification.judging.model_subject import OfModel, of_model
from verification.models.arrays import Array
from verification.models.case import Case, Targets
from verification.models.code import Code, of_case
from verification.models.departures import departed
from verification.models.model import Model, Use
from verification.models.truncation import FULL, Truncation
from verification.models.weighted import Weighted
from verification.properties.engine import Begun, FixedCase, InvalidAnswer, Unsupported
from verification.sampling.claim import Capabilities, Claim, claimed_of
from verification.sampling.scope import Scope
from verification.truth.parts import OUTPUTS, VALUE

# Every function, every truncation, and both places of losses.
CAPABILITIES = Capabilities(
    functions=True,
    truncations=True,
    losses=("last", "every"),
    readout=True,
    extras=("lengths", "exact", "bits", "checkpoints", "workspace", "weights", "classes"),
    cannot=("two forwards before their backwards",),
)


@dataclass(frozen=True, eq=False)
class ModelProblem:
    """Everything that a gradient of a model's own loss depends on.

    ``functions``: the one that plays each role, by name. ``params``: the model's STEP and READOUT blocks by
    name. ``xs`` (N, T, D), or a dict of such arrays where a model has several INPUT blocks; ``state``, a
    tuple of arrays (N, …); ``targets`` (N, K) for a loss on the last step, (N, T, K) for one on every step.
    ``truncation``: an object with ``first(t, steps)``, the earliest step that the loss at step t reaches.
    ``checkpoints``, ``workspace``, ``lengths``, ``weights`` and ``classes`` as in ``verification.Problem``.
    All arrays but ``lengths`` are of one number type.
    """

    functions: Mapping[str, str]
    params: Mapping[str, Array]
    xs: Any
    state: tuple[Array, ...]
    targets: Array
    truncation: Truncation = FULL
    checkpoints: int | None = None
    workspace: bool = False
    lengths: Array | None = None
    weights: Array | None = None
    classes: bool = False


@dataclass(frozen=True, eq=False)
class ModelGradients:
    """What a function answers: the readout's ``outputs`` (N, T, K), the loss's ``value``, and the gradient.

    ``params`` by name, ``xs`` and ``state`` in the form of what they are gradients of.
    """

    outputs: Array
    value: Any
    params: Mapping[str, Array]
    xs: Any
    state: tuple[Array, ...]


class Form(Protocol):
    """How a case is put to a function, and how its answer is read."""

    def problem(self, case: Case) -> Any:
        """The case, as the function is given it."""

    def read(self, model: Model, answer: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """The forward's parts and the blocks of an answer, by name; raises InvalidAnswer."""

    def code(self, case: Case) -> Code:
        """Statements that make ``case``."""


def losses_of(case: Case) -> dict[str, Any]:
    """The ends of the records, the weights of the losses, and whether these are of classes."""
    objective = case.objective
    losses = {"lengths": None if case.lengths is None else np.array(case.lengths)}
    if isinstance(objective, Weighted):
        return {**losses, "weights": objective.weights, "classes": objective.classes}
    return losses


class General:
    """The form of any model: ``ModelProblem`` and ``ModelGradients``."""

    def problem(self, case: Case) -> ModelProblem:
        """The case as a ``ModelProblem``."""
        objective, inputs = case.objective, case.inputs
        assert isinstance(objective, Targets | Weighted)  # as of every case of this adapter
        return ModelProblem(
            functions={role: function.name for role, function in case.chosen.items()},
            params={b.name: case.blocks[b.name] for b in case.model.of(Use.STEP, Use.READOUT)},
            xs=inputs if len(inputs) > 1 else next(iter(inputs.values())),
            state=case.state,
            targets=objective.targets[:, 0] if objective.last else objective.targets,
            truncation=case.truncation,
            checkpoints=case.checkpoints,
            workspace=case.workspace,
            **losses_of(case),
        )

    def read(self, model: Model, answer: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """From a ``ModelGradients``."""
        if not isinstance(answer, ModelGradients):
            raise InvalidAnswer(f"returned a {type(answer).__name__}, needed a ModelGradients")
        inputs, states = model.of(Use.INPUT), model.of(Use.STATE)
        if not isinstance(answer.params, Mapping):
            raise InvalidAnswer(f"params is a {type(answer.params).__name__}, needed a dict by name")
        if not isinstance(answer.state, tuple) or len(answer.state) != len(states):
            raise InvalidAnswer(f"state is a {type(answer.state).__name__}, needed a tuple of {len(states)}")
        of_inputs = {inputs[0].name: answer.xs} if len(inputs) == 1 else answer.xs
        of_states = {block.name: array for block, array in zip(states, answer.state, strict=True)}
        return (
            {OUTPUTS: answer.outputs, VALUE: answer.value},
            {**answer.params, **dict(of_inputs or {}), **of_states},
        )

    def code(self, case: Case) -> Code:
        """The case as it is."""
        return of_case(case)


@dataclass(frozen=True, eq=False)
class ProblemAdapter:
    """A function of a whole problem, with its model, its claim, and the form of problem and answer.

    ``source``: how a program makes it again.
    """

    function: Callable[[Any], Any]
    model: Model
    claim: Claim
    form: Form
    source: Source
    fixed: tuple[FixedCase, ...] = ()

    def answer(self, case: Case) -> tuple[Mapping[str, Any], Mapping[str, tuple[Any, ...]]]:
        """What the function says of a case."""
        problem = self.form.problem(case)
        given = dict(problem.params)
        answer = self.function(problem)
        for name, array in given.items():
            if problem.params.get(name) is not array:
                raise InvalidAnswer(f"put something else in the place of the problem's {name}")
        forward, blocks = self.form.read(self.model, answer)
        value = forward.get(VALUE)
        # A loss is a number, or an array of shape ().
        if case.dtype == object and not isinstance(value, np.ndarray):
            forward[VALUE] = np.array(value, dtype=object)
        elif value is not None and np.isscalar(value):
            forward[VALUE] = np.asarray(value)
        return forward, {name: (array,) for name, array in blocks.items()}

    def code(self, case: Case) -> Code:
        """Statements that make ``engine`` again, and ``case``."""
        return self.source.code(self.claim) + self.form.code(case)

    @property
    def arrays(self) -> Mapping[str, Any] | None:
        """This adapter takes no description of arrays."""
        return None

    def begin(self, case: Case) -> Begun:
        """Nothing of the kind: a function of a whole problem is one call."""
        raise Unsupported("a forward by itself")

    def wanting(self, blocks: tuple[str, ...], unused: tuple[str, ...]) -> "ProblemAdapter":
        """Nor of this."""
        raise Unsupported("some gradients alone")

    def otherwise(self, model: Model, arrays: Mapping[str, Any] | None) -> "ProblemAdapter":
        """The same as a function of another model."""
        return replace(self, model=model, claim=claimed_of(self.claim, self.model, model))

    def subject(self, model: Model | None = None, scope: Scope | None = None) -> OfModel:
        """What is judged, within a scope that may be narrower; raises ValueError for a wider one."""
        return of_model(self, model, scope)


def whole(
    function: Callable[[Any], Any],
    *,
    model: Model,
    scope: Scope | None = None,
    form: Form | None = None,
    fixed: tuple[FixedCase, ...] = (),
) -> ProblemAdapter:
    """A function of a whole problem, to be given to ``verify``; ``fixed``: cases that every run meets.

    ``scope``: what it claims to do; without one everything that can be asked, with one what is said there,
    and of what is not every function, both float types, every truncation, both places of losses. Raises
    ValueError, in one line, for a model that nobody can be judged by, or a scope that claims nothing.
    """
    soundly(model, engine=function)
    if not model.of(Use.READOUT):
        raise ValueError(
            f"model {model.name}: no readout, needed an adapter that takes cotangents: layer or step"
        )
    claim = claimed(scope, model, CAPABILITIES)
    departures = scope.departures if scope else {}
    source = Source(__name__, "whole", {"gradients": function}, model, departures)
    return ProblemAdapter(function, departed(model, departures), claim, form or General(), source, fixed)
