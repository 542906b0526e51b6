"""javaidnabi31's RNN-from-scratch: the class RNN of its notebook, one sequence of characters at a time.

Column t of the U that it is given is U x_t, and character t comes at step t, as in min_char_rnn.py. Its
gradients are judged before they are clipped to ±5. The notebook calls zero_init, which it does not define.
"""

import numpy as np
from characters import classes, vanilla_of_characters
from sources import WithoutClip, definitions, folder, notebook

from verification import Gradients, Scope, scoped

PIN = {
    "title": "RNN-from-scratch (javaidnabi31), RNN",
    "repository": "javaidnabi31/RNN-from-scratch",
    "commit": "5ac3de08f97baf75fbb4c7c811ccbf45edb0ae42",
    "files": {
        "RNN_char_text generator.ipynb": "b4440780eb876d8ae8b41e820ef223d2",
    },
    "page": "javaidnabi31.md",
}

SOURCE = notebook(folder(PIN["repository"]) / next(iter(PIN["files"])))
GIVEN = {"np": WithoutClip(), "zero_init": lambda *shape: np.zeros(shape)}
RNN = definitions(SOURCE, ["RNN"], GIVEN).RNN


def whole(problem):
    (xs,), ((h0,),), p = problem.xs, problem.state, problem.params
    wanted = list(classes(problem.targets[0]))
    T = len(xs)
    net = RNN(len(h0), T, T, learning_rate=0)
    net.U, net.W, net.V = p["U"] @ xs.T, p["W"], p["V"]
    net.b, net.c = p["b"][:, None], p["c"][:, None]
    inputs, states, probabilities = net.forward(list(range(T)), h0[:, None])
    dU, dW, dV, db, dc = net.backward(inputs, states, probabilities, wanted)
    outputs = np.concatenate([states[t] for t in range(T)], axis=1).T @ p["V"].T + p["c"]
    d_params = {"U": dU @ xs, "W": dW, "b": db[:, 0], "V": dV, "c": dc[:, 0]}
    return Gradients(outputs[None], net.loss(probabilities, wanted), d_params, None, (None,))


scope = Scope(
    functions={"activation": ("tanh",), "probability": ("identity",)},
    dtypes=("float64",),
    truncations=("Full",),
    losses=("every",),
    blocks=("U", "W", "b", "V", "c"),
    records=(1, 1),
    steps=(1, 33),
)
engine = scoped(whole, scope, model=vanilla_of_characters)
