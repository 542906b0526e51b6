"""CaptainE/RNN-LSTM-in-numpy: the notebook's LSTM, forward and backward, one record at a time.

What is set aside is said in captaine_rnn.py.
"""

import numpy as np
from captaine_rnn import GIVEN, SOURCE, columns
from characters import classes, logits_and_loss, lstm_of_characters
from sources import WithRowStack, definitions

from verification import Gradients, Scope, scoped

PIN = {
    "title": "RNN-LSTM-in-numpy (CaptainE), LSTM",
    "repository": "CaptainE/RNN-LSTM-in-numpy",
    "commit": "f0d2c883d6a0ee913bff9dae21162b9da494be00",
    "files": {
        "RNN_LSTM_from_scratch.ipynb": "23a3e5c03e97751037e39566b9c69a7a",
    },
    "page": "rnn-lstm-in-numpy.md",
}


theirs = definitions(SOURCE, ["forward", "backward"], {**GIVEN, "np": WithRowStack(), "params": None})
GATES = (1, 0, 2, 3)  # i, f, g, o among its f, i, g, o


def whole(problem):
    p, (xs,) = problem.params, problem.xs
    h0, c0 = (array[0][:, None] for array in problem.state)
    H = len(h0)
    theirs.hidden_size = H
    stacked = [np.split(p[name], 4) for name in ("W", "U", "b")]
    weights = [np.hstack([stacked[0][i], stacked[1][i]]) for i in GATES]
    biases = [stacked[2][i][:, None] for i in GATES]
    params = (*weights, p["V"], *biases, p["c"][:, None])
    wanted = classes(problem.targets[0])
    targets = columns(np.eye(len(p["V"]))[wanted])
    told = theirs.forward(columns(xs), h0, c0, params)
    _, grads = theirs.backward(*told, targets, params)
    d_weights, d_biases = [grads[i] for i in GATES], [grads[5 + i] for i in GATES]
    d_params = {
        "W": np.concatenate([d[:, :H] for d in d_weights]),
        "U": np.concatenate([d[:, H:] for d in d_weights]),
        "b": np.concatenate([d[:, 0] for d in d_biases]),
        "V": grads[4],
        "c": grads[9][:, 0],
    }
    logits = np.stack([v[:, 0] for v in told[7]])
    return Gradients(logits[None], logits_and_loss(logits, wanted), d_params, None, (None, None))


engine = scoped(
    whole,
    Scope(
        functions={
            "gate": ("sigmoid",),
            "candidate": ("tanh",),
            "output": ("tanh",),
            "probability": ("identity",),
        },
        dtypes=("float64",),
        truncations=("Full",),
        losses=("every",),
        blocks=("U", "W", "b", "V", "c"),
        records=(1, 1),
        steps=(1, 33),
    ),
    model=lstm_of_characters,
)
