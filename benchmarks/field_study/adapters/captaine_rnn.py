"""CaptainE/RNN-LSTM-in-numpy: the notebook's forward_pass and backward_pass, one record at a time.

Its tanh is taken without the 1e-12 that it adds to the argument, its gradients before their norm is clipped,
and its loss as the sum that its gradient is of, not the mean over classes that it reports.
"""

import numpy as np
from characters import classes, logits_and_loss, vanilla_of_characters
from sources import definitions, folder, notebook

from verification import Gradients, Scope, scoped

PIN = {
    "title": "RNN-LSTM-in-numpy (CaptainE), RNN",
    "repository": "CaptainE/RNN-LSTM-in-numpy",
    "commit": "f0d2c883d6a0ee913bff9dae21162b9da494be00",
    "files": {
        "RNN_LSTM_from_scratch.ipynb": "23a3e5c03e97751037e39566b9c69a7a",
    },
    "page": "rnn-lstm-in-numpy.md",
}


def sigmoid(x, derivative=False):
    f = 1 / (1 + np.exp(-x))
    return f * (1 - f) if derivative else f


def tanh(x, derivative=False):
    f = np.tanh(x)
    return 1 - f**2 if derivative else f


def softmax(x):
    e = np.exp(x - np.max(x))
    return e / np.sum(e)


SOURCE = notebook(folder(PIN["repository"]) / next(iter(PIN["files"])))
GIVEN = {"sigmoid": sigmoid, "tanh": tanh, "softmax": softmax, "clip_gradient_norm": lambda grads: grads}
theirs = definitions(SOURCE, ["forward_pass", "backward_pass"], GIVEN)


def columns(array):
    """A list of the columns (M, 1) that are the rows of an array."""
    return [row[:, None] for row in array]


def whole(problem):
    p, (xs,), ((h0,),) = problem.params, problem.xs, problem.state
    params = p["U"], p["W"], p["V"], p["b"][:, None], p["c"][:, None]  # U, V, W, b_hidden, b_out
    wanted = classes(problem.targets[0])
    targets = columns(np.eye(len(p["V"]))[wanted])
    outputs, states = theirs.forward_pass(columns(xs), h0[:, None], params)
    _, grads = theirs.backward_pass(columns(xs), outputs, states, targets, params)
    d_U, d_V, d_W, d_b_hidden, d_b_out = grads
    logits = np.stack([h[:, 0] for h in states]) @ p["V"].T + p["c"]
    d_params = {"U": d_U, "W": d_V, "V": d_W, "b": d_b_hidden[:, 0], "c": d_b_out[:, 0]}
    return Gradients(logits[None], logits_and_loss(logits, wanted), d_params, None, (None,))


engine = scoped(
    whole,
    Scope(
        functions={"activation": ("tanh",), "probability": ("identity",)},
        dtypes=("float64",),
        truncations=("Full",),
        losses=("every",),
        blocks=("U", "W", "b", "V", "c"),
        records=(1, 1),
        steps=(1, 33),
    ),
    model=vanilla_of_characters,
)
