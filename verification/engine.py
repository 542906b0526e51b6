"""The engine that this project is about, as the suite sees it: ``rnn`` behind ``Problem -> Gradients``."""

from types import ModuleType

import rnn
from verification.problem import Engine, Gradients, Problem


def engine_of(package: ModuleType) -> Engine:
    """The hand-derived gradients of ``package``, which is ``rnn`` or a copy of it, by its public calls."""

    def engine(problem: Problem) -> Gradients:
        units, inputs = problem.params["U"].shape
        cell = package.Vanilla(inputs, units, package.ACTIVATIONS[problem.activation])
        net = package.RNN(cell, outputs=len(problem.params["c"]))
        params = package.Params(**problem.params)
        # A copy has truncations of its own, and they may be what is wrong with it.
        policy = problem.truncation
        if problem.policy[0] != "own":
            policy = getattr(package, type(policy).__name__)(**vars(policy))
        data = problem.xs, problem.targets, problem.h0
        every = problem.checkpoints
        options = {} if every is None else {"checkpoints": package.Checkpoints(every or None)}
        calls = [(params, *data, policy)]
        if problem.workspace:
            options["workspace"] = net.workspace(*problem.xs.shape[:2], problem.dtype)
            # Other numbers under other truncations, before the problem's and after them.
            other = package.Params(*(-block for block in params)), *(-array for array in data)
            calls = [(*other, package.Window(1)), *calls, (*other, package.Full())]
        answers = [net.loss_and_gradients(*call, **options) for call in calls]
        value, grads = answers[len(calls) // 2]
        alone = net.loss_value(params, *data)
        # With checkpoints the loss is summed segment by segment, and may differ by a rounding.
        if every is None and not (alone == value or (alone != alone and value != value)):
            raise ArithmeticError(f"loss_value gives {alone}, loss_and_gradients {value}")
        outputs = net.predict(params, problem.xs, problem.h0)
        return Gradients(outputs, value, **grads.params._asdict(), xs=grads.xs, h0=grads.h0)

    return engine


manual = engine_of(rnn)
