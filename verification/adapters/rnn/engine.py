"""The networks that this project is about, as the suite sees them: a cell of ``rnn`` behind a problem.

Every cell, by every loops, and every copy of ``rnn`` with a fault in it is asked here, by its public calls.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import fields
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np

import rnn
from verification.adapters.problem import ModelGradients, ModelProblem
from verification.adapters.rnn.cell_form import LayerGradients, LayerProblem
from verification.adapters.rnn.problem import Engine, Gradients
from verification.adapters.rnn.vanilla_form import rnn_truncation

Kinds: TypeAlias = str | tuple[str, ...]
"""The class of a cell, or those of a stack's levels, the lowest first."""


def cell_engine_of(package: ModuleType, kind: Kinds, loops: str = "NumPyLoops") -> Callable[[Any], Any]:
    """The same of both: in a network, and as a layer."""
    gradients, of_layer = gradients_of(package, kind, loops), layer_gradients_of(package, kind, loops)

    return lambda problem: (of_layer if isinstance(problem, LayerProblem) else gradients)(problem)


def gradients_of(
    package: ModuleType, kind: Kinds, loops: str = "NumPyLoops"
) -> Callable[[ModelProblem], ModelGradients]:
    """The hand-derived gradients of a cell of ``package``, which is ``rnn`` or a copy of it, in a network.

    ``kind`` and ``loops``: the classes of the cell or its levels, and of what makes its steps.
    """

    def gradients(problem: ModelProblem) -> ModelGradients:
        cell = cell_of(package, kind, problem.xs.shape[2], problem.params, problem.functions)
        loss = package.softmax_cross_entropy if problem.classes else package.squared_error
        net = package.RNN(cell, outputs=len(problem.params["c"]), loss=loss, loops=getattr(package, loops)())
        params, every = cell.params(**problem.params), problem.checkpoints
        targets, other_targets = problem.targets, -problem.targets
        if problem.classes:
            # One-hot, of whatever sign.
            targets = np.abs(targets).argmax(axis=-1)
            other_targets = net.outputs - 1 - targets
        data = problem.xs, targets, problem.state
        # A copy has truncations of its own, and they may be what is wrong with it.
        truncation = rnn_truncation(package, problem.truncation)
        of_losses = _given(lengths=problem.lengths, weights=_positive(problem.weights))
        options: dict[str, Any] = {}
        if every is not None:
            options["checkpoints"] = package.Checkpoints(every or None)
        if problem.workspace:
            options["workspace"] = net.workspace(*problem.xs.shape[:2], problem.xs.dtype)

        def other_call(truncation: Any) -> None:
            """In the same workspace, for other numbers under another truncation; they may overflow."""
            if problem.workspace:
                negative = -problem.xs, other_targets, tuple(-array for array in problem.state)
                with suppress(FloatingPointError):
                    net.loss_and_gradients(
                        cell.params(*(-block for block in params)), *negative, truncation, **options
                    )

        other_call(package.Window(1))
        raised_wrongly = False
        try:
            value, grads = net.loss_and_gradients(params, *data, truncation, **options, **of_losses)
        except FloatingPointError:
            # Of all records to their ends there is no other call: nothing is said of any part.
            if problem.lengths is not None:
                return _nothing(problem, net.outputs)
            value, grads = net.loss_and_gradients_of_checked(
                params, *data, truncation, **options, **of_losses
            )
            # Some part is not finite indeed, and the others are judged as they are, or all are NaN.
            raised_wrongly = all(np.isfinite(p).all() for p in (value, *grads.params, grads.xs, *grads.state))
        answer = grads.params._asdict(), grads.xs, grads.state
        if raised_wrongly:
            value, answer = value * np.nan, _nan(answer)
        other_call(package.Full())
        alone = _or_else(value, lambda: net.loss_value(params, *data, **of_losses))
        # With checkpoints the loss is summed segment by segment, and may differ by a rounding.
        if every is None and alone != value and value == value:
            raise ArithmeticError(f"loss_value gives {alone}, loss_and_gradients {value}")
        no_outputs = np.full((*problem.xs.shape[:2], net.outputs), np.nan, problem.xs.dtype)
        outputs = _or_else(
            no_outputs, lambda: net.predict(params, problem.xs, problem.state, problem.lengths)
        )
        return ModelGradients(outputs, value, *answer)

    return gradients


def _given(**options: Any) -> dict[str, Any]:
    """Those that are not None: a call without weights is one that names none."""
    return {name: value for name, value in options.items() if value is not None}


def _positive(weights: Any) -> Any:
    """Weights as they are, or without the sign that a call for other numbers has given them."""
    return -weights if weights is not None and (weights < 0).any() else weights


def _nothing(problem: ModelProblem, outputs: int) -> ModelGradients:
    """NaN in every part."""
    no_outputs = np.full((*problem.xs.shape[:2], outputs), np.nan, problem.xs.dtype)
    value = problem.xs.dtype.type(np.nan)
    return ModelGradients(no_outputs, value, *_nan((problem.params, problem.xs, problem.state)))


def layer_gradients_of(
    package: ModuleType, kind: Kinds, loops: str = "NumPyLoops"
) -> Callable[[LayerProblem], LayerGradients]:
    """The same of a cell as a layer; what stands behind it has a gradient of 0."""

    def gradients(problem: LayerProblem) -> LayerGradients:
        cell = cell_of(package, kind, problem.xs.shape[2], problem.params, problem.functions)
        layer = package.Layer(cell, getattr(package, loops)())
        weights = cell.weights(**{name: problem.params[name] for name in cell.weights._fields})
        outputs, final, saved = layer.forward(weights, problem.xs, problem.state, problem.lengths)
        truncation = rnn_truncation(package, problem.truncation)
        grads = layer.backward(saved, problem.d_outputs, problem.d_state, truncation)
        behind = {name: np.zeros_like(array) for name, array in problem.params.items()}
        return LayerGradients(outputs, final, behind | grads.params._asdict(), grads.xs, grads.state)

    return gradients


def engine_of(package: ModuleType, loops: str = "NumPyLoops") -> Engine:
    """The vanilla cell's as a function ``Problem -> Gradients``, which names its blocks one by one.

    A ``LayerProblem`` it takes as it is.
    """
    gradients = cell_engine_of(package, "Vanilla", loops)

    def answer(problem: Any) -> Any:
        if isinstance(problem, LayerProblem):
            return gradients(problem)
        return Gradients.of(gradients(problem.general()))

    return answer


def cell_of(
    package: ModuleType, kind: Kinds, inputs: int, params: Mapping[str, Any], functions: Mapping[str, str]
) -> Any:
    """A cell, or a stack of cells, for parameters of these shapes, with the functions by role that it has."""
    if isinstance(kind, str):
        return _cell(package, kind, inputs, params["W"], functions)
    levels = []
    for level, each in enumerate(kind):
        levels.append(_cell(package, each, inputs, params[f"W_l{level}"], functions))
        inputs = levels[-1].units
    return package.Stack(*levels)


def _cell(package: ModuleType, kind: str, inputs: int, W: Any, functions: Mapping[str, str]) -> Any:
    """One cell with as many units as W has columns."""
    made = getattr(package, kind)
    roles = functions.keys() & {field.name for field in fields(made)}
    chosen = {role: getattr(package, functions[role]) for role in roles}
    return made(inputs, W.shape[1], **chosen)


def _nan(given: Any) -> Any:
    """NaN in the place of every number."""
    if isinstance(given, Mapping):
        return {name: _nan(each) for name, each in given.items()}
    return tuple(map(_nan, given)) if isinstance(given, tuple) else given * np.nan


def _or_else(nan: Any, call: Callable[[], Any]) -> Any:
    """What the call returns, or ``nan`` where it says that a result is not finite.

    Problems that overflow are among those that the suite draws, and it refutes an engine that raises. A NaN
    is within no tolerance of a number, so ``rnn`` is refuted if it raises where nothing overflows.
    """
    try:
        return call()
    except FloatingPointError:
        return nan


manual = engine_of(rnn)
