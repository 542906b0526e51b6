"""The networks that this project is about, as the suite sees them: a cell of ``rnn`` behind a problem.

Every cell, by every loops, and every copy of ``rnn`` with a fault in it is asked here, by its public calls.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from types import ModuleType
from typing import Any

import numpy as np

import rnn
from verification.adapters.problem import ModelGradients, ModelProblem
from verification.adapters.rnn.problem import Engine, Gradients
from verification.adapters.rnn.vanilla_form import truncation_of


def gradients_of(
    package: ModuleType, kind: str, loops: str = "NumPyLoops"
) -> Callable[[ModelProblem], ModelGradients]:
    """The hand-derived gradients of a cell of ``package``, which is ``rnn`` or a copy of it.

    ``kind`` and ``loops``: the classes of the cell, and of what makes its steps.
    """

    def gradients(problem: ModelProblem) -> ModelGradients:
        sizes = problem.xs.shape[2], problem.state[0].shape[1]
        cell = cell_of(package, kind, *sizes, problem.functions)
        net = package.RNN(cell, outputs=len(problem.params["c"]), loops=getattr(package, loops)())
        params, every = cell.params(**problem.params), problem.checkpoints
        data = problem.xs, problem.targets, problem.state
        # A copy has truncations of its own, and they may be what is wrong with it.
        policy = truncation_of(package, problem.truncation)
        options: dict[str, Any] = {}
        if every is not None:
            options["checkpoints"] = package.Checkpoints(every or None)
        if problem.workspace:
            options["workspace"] = net.workspace(*problem.xs.shape[:2], problem.xs.dtype)

        def other_call(truncation: Any) -> None:
            """In the same workspace, for other numbers under another truncation; they may overflow."""
            if problem.workspace:
                negative = -problem.xs, -problem.targets, tuple(-array for array in problem.state)
                with suppress(FloatingPointError):
                    net.loss_and_gradients(
                        cell.params(*(-block for block in params)), *negative, truncation, **options
                    )

        other_call(package.Window(1))
        raised_wrongly = False
        try:
            value, grads = net.loss_and_gradients(params, *data, policy, **options)
        except FloatingPointError:
            value, grads = net.loss_and_gradients_of_checked(params, *data, policy, **options)
            # Some part is not finite indeed, and the others are judged as they are, or all are NaN.
            raised_wrongly = all(np.isfinite(p).all() for p in (value, *grads.params, grads.xs, *grads.state))
        answer = grads.params._asdict(), grads.xs, grads.state
        if raised_wrongly:
            value, answer = value * np.nan, _nan(answer)
        other_call(package.Full())
        alone = _or_else(value, lambda: net.loss_value(params, *data))
        # With checkpoints the loss is summed segment by segment, and may differ by a rounding.
        if every is None and alone != value and value == value:
            raise ArithmeticError(f"loss_value gives {alone}, loss_and_gradients {value}")
        no_outputs = np.full((*problem.xs.shape[:2], net.outputs), np.nan, problem.xs.dtype)
        outputs = _or_else(no_outputs, lambda: net.predict(params, problem.xs, problem.state))
        return ModelGradients(outputs, value, *answer)

    return gradients


def engine_of(package: ModuleType, loops: str = "NumPyLoops") -> Engine:
    """The vanilla cell's as a function ``Problem -> Gradients``, which names its blocks one by one."""
    gradients = gradients_of(package, "Vanilla", loops)

    return lambda problem: Gradients.of(gradients(problem.general()))


def cell_of(package: ModuleType, kind: str, inputs: int, units: int, functions: Mapping[str, str]) -> Any:
    """A cell with these functions by role."""
    chosen = {role: getattr(package, function) for role, function in functions.items()}
    return getattr(package, kind)(inputs, units, **chosen)


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
