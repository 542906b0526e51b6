"""WildML's tutorial: RNNNumpy of the notebook, with bptt_truncate = 4, its default.

Its comment says: "backpropagation through time (for at most self.bptt_truncate steps)". Its loop goes four
jumps back from each loss, which is Window(4). It takes words, one-hot, and has no biases. Column t of the U
that it is given is U x_t, and word t comes at step t; dU is its dLdU times the inputs.
"""

import numpy as np
from characters import classes, plain_of_characters
from sources import definitions, folder, notebook

from verification import Gradients, Scope, scoped
from verification.models.truncation import Standard

PIN = {
    "title": "WildML, RNNNumpy",
    "repository": "dennybritz/rnn-tutorial-rnnlm",
    "commit": "344d8ffbe2230335c44138ecbd4cd93c7e993aa0",
    "files": {
        "RNNLM.ipynb": "c4ef1fd0452a3a8438afc8c44b6b60a8",
        "utils.py": "5290ccbde15be853ea4a343ff3be7332",
    },
}

root = folder(PIN["repository"])
softmax = definitions((root / "utils.py").read_text("utf-8"), ["softmax"]).softmax
NAMES = ("RNNNumpy", "forward_propagation", "calculate_total_loss", "bptt")
theirs = definitions(notebook(root / "RNNLM.ipynb"), NAMES, {"softmax": softmax})
theirs.RNNNumpy.forward_propagation = theirs.forward_propagation
theirs.RNNNumpy.calculate_total_loss = theirs.calculate_total_loss


def whole(problem):
    (xs,), p = problem.xs, problem.params
    net = theirs.RNNNumpy(len(p["V"]), len(p["W"]))
    net.U, net.W, net.V = p["U"] @ xs.T, p["W"], p["V"]
    words, wanted = np.arange(len(xs)), classes(problem.targets[0])
    _, states = net.forward_propagation(words)
    loss = net.calculate_total_loss([words], [wanted])
    dU, dV, dW = theirs.bptt(net, words, wanted)
    outputs = states[:-1] @ p["V"].T  # its own are probabilities
    return Gradients(outputs[None], loss, {"U": dU @ xs, "W": dW, "V": dV}, None, (None,))


engine = scoped(
    whole,
    Scope(
        functions={"activation": ("tanh",), "probability": ("identity",)},
        dtypes=("float64",),
        truncations=(Standard("Window", (4,)),),
        losses=("every",),
        states="zero",
        blocks=("U", "W", "V"),
        records=(1, 1),
        steps=(1, 33),
    ),
    model=plain_of_characters,
)
