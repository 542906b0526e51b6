"""The engine that this project is about, as the suite sees it: ``rnn`` behind ``Problem -> Gradients``."""

import rnn
from verification.problem import Gradients, Problem


def manual(problem: Problem) -> Gradients:
    """The hand-derived gradients of ``rnn``, by its public calls."""
    units, inputs = problem.params["U"].shape
    cell = rnn.Vanilla(inputs, units, rnn.ACTIVATIONS[problem.activation])
    net = rnn.RNN(cell, outputs=len(problem.params["c"]))
    params = rnn.Params(**problem.params)
    value, grads = net.loss_and_gradients(params, problem.xs, problem.targets, problem.h0, problem.truncation)
    outputs = net.predict(params, problem.xs, problem.h0)
    return Gradients(outputs, value, **grads.params._asdict(), xs=grads.xs, h0=grads.h0)
