"""The engine that this project is about, as the suite sees it: ``rnn`` behind ``Problem -> Gradients``."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from types import ModuleType
from typing import Any

import numpy as np

import rnn
from rnn.arrays import Array
from verification.problem import BLOCKS, Engine, Gradients, Problem


def engine_of(package: ModuleType) -> Engine:
    """The hand-derived gradients of ``package``, which is ``rnn`` or a copy of it, by its public calls."""

    def engine(problem: Problem) -> Gradients:
        units, inputs = problem.params["U"].shape
        cell = package.Vanilla(inputs, units, package.ACTIVATIONS[problem.activation])
        net = package.RNN(cell, outputs=len(problem.params["c"]))
        params = package.Params(**problem.params)
        # A copy has truncations of its own, and they may be what is wrong with it.
        policy = getattr(package, type(problem.truncation).__name__)(**vars(problem.truncation))
        data = problem.xs, problem.targets, problem.h0
        every = problem.checkpoints
        options = {} if every is None else {"checkpoints": package.Checkpoints(every)}

        def other_numbers() -> None:
            """A call in the same workspace before the problem's, and one after it; they may overflow."""
            if problem.workspace:
                negative = package.Params(*(-block for block in params)), *(-array for array in data)
                with suppress(FloatingPointError):
                    net.loss_and_gradients(*negative, policy, **options)

        if problem.workspace:
            options["workspace"] = net.workspace(*problem.xs.shape[:2], problem.dtype)

        def gradients(net: Any) -> tuple[Any, dict[str, Array]]:
            """The loss and the blocks of its gradient."""
            value, grads = net.loss_and_gradients(params, *data, policy, **options)
            return value, {**grads.params._asdict(), "xs": grads.xs, "h0": grads.h0}

        other_numbers()
        try:
            value, blocks = gradients(net)
        except FloatingPointError:
            # A loss may be too large where its gradient is not.
            unvalued = package.Loss("without a value", lambda outputs, targets: 0.0, net.loss.gradient)
            no_blocks = {name: np.full_like(problem.arrays()[name], np.nan) for name in BLOCKS}
            _, blocks = _or_else((None, no_blocks), lambda: gradients(replace(net, loss=unvalued)))
            value = _or_else(problem.dtype.type("nan"), lambda: net.loss_value(params, *data))
        other_numbers()
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
