"""vzhou842's rnn-from-scratch: RNN, many to one, one record at a time.

Its backward updates the parameters, in place; what it subtracts at a learning rate of 1 is the gradient,
which is judged before it is clipped to ±1. It is given d_y of the last output alone.
"""

import numpy as np
from sources import WithoutClip, definitions, folder, kept

from verification import Gradients, Scope, scoped

PIN = {
    "title": "rnn-from-scratch (vzhou842)",
    "repository": "vzhou842/rnn-from-scratch",
    "commit": "68b10bb07c30f77ecac3724d8670ff858ad090dc",
    "files": {
        "rnn.py": "ce19f8cffe3412e52def81427b926bb2",
    },
    "page": "vzhou842.md",
}

SOURCE = (folder(PIN["repository"]) / "rnn.py").read_text("utf-8")
RNN = definitions(SOURCE, ["RNN"], {"np": WithoutClip(), "randn": np.random.randn}).RNN
NAMES = {"U": "Wxh", "W": "Whh", "b": "bh", "V": "Why", "c": "by"}


def whole(problem):
    p, (xs,), target = problem.params, problem.xs, problem.targets[0]
    net = RNN(xs.shape[1], len(p["V"]), len(p["W"]))
    for ours, name in NAMES.items():
        setattr(net, name, kept(p[ours] if p[ours].ndim > 1 else p[ours][:, None]))
    y, _ = net.forward([x[:, None] for x in xs])
    states = np.stack([np.asarray(net.last_hs[t + 1])[:, 0] for t in range(len(xs))])
    d_y = np.asarray(y) - target[:, None]
    net.backprop(d_y, learn_rate=1)
    d = {ours: getattr(net, name).step for ours, name in NAMES.items()}
    d = {ours: array if p[ours].ndim > 1 else array[:, 0] for ours, array in d.items()}
    outputs = states @ p["V"].T + p["c"]
    return Gradients(outputs[None], np.sum(d_y**2) / 2, d, None, (None,))


engine = scoped(
    whole,
    Scope(
        functions={"activation": ("tanh",)},
        dtypes=("float64",),
        truncations=("Full",),
        losses=("last",),
        states="zero",
        blocks=("U", "W", "b", "V", "c"),
        records=(1, 1),
        steps=(1, 33),
    ),
)
