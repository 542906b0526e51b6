"""The engine that this project is about, as the suite sees it: ``rnn`` behind ``Problem -> Gradients``."""

from collections.abc import Callable
from contextlib import suppress
from types import ModuleType
from typing import Any

import numpy as np

import rnn
from verification.problem import Engine, Gradients, Problem


def engine_of(package: ModuleType, loops: str = "NumPyLoops") -> Engine:
    """The hand-derived gradients of ``package``, which is ``rnn`` or a copy of it, by its public calls.

    ``loops``: the class of those that make the steps.
    """

    def engine(problem: Problem) -> Gradients:
        units, inputs = problem.params["U"].shape
        cell = package.Vanilla(inputs, units, package.ACTIVATIONS[problem.activation])
        net = package.RNN(cell, outputs=len(problem.params["c"]), loops=getattr(package, loops)())
        params = package.Params(**problem.params)
        # A copy has truncations of its own, and they may be what is wrong with it.
        policy = problem.truncation
        if problem.policy[0] != "own":
            policy = getattr(package, type(policy).__name__)(**vars(policy))
        data = problem.xs, problem.targets, problem.h0
        every = problem.checkpoints
        options = {} if every is None else {"checkpoints": package.Checkpoints(every or None)}

        def other_call(truncation: Any) -> None:
            """In the same workspace, for other numbers under another truncation; they may overflow."""
            if problem.workspace:
                negative = package.Params(*(-block for block in params)), *(-array for array in data)
                with suppress(FloatingPointError):
                    net.loss_and_gradients(*negative, truncation, **options)

        if problem.workspace:
            options["workspace"] = net.workspace(*problem.xs.shape[:2], problem.dtype)

        other_call(package.Window(1))
        raised_wrongly = False
        try:
            value, grads = net.loss_and_gradients(params, *data, policy, **options)
        except FloatingPointError:
            value, grads = net.loss_and_gradients_of_checked(params, *data, policy, **options)
            # Some part is not finite indeed, and the others are judged as they are, or all are NaN.
            raised_wrongly = all(np.isfinite(p).all() for p in (value, *grads.params, grads.xs, grads.h0))
        blocks = {**grads.params._asdict(), "xs": grads.xs, "h0": grads.h0}
        if raised_wrongly:
            value, blocks = value * np.nan, {name: block * np.nan for name, block in blocks.items()}
        other_call(package.Full())
        alone = _or_else(value, lambda: net.loss_value(params, *data))
        # With checkpoints the loss is summed segment by segment, and may differ by a rounding.
        if every is None and alone != value and value == value:
            raise ArithmeticError(f"loss_value gives {alone}, loss_and_gradients {value}")
        no_outputs = np.full((*problem.xs.shape[:2], net.outputs), np.nan, problem.dtype)
        outputs = _or_else(no_outputs, lambda: net.predict(params, problem.xs, problem.h0))
        return Gradients(outputs, value, **blocks)

    return engine


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
