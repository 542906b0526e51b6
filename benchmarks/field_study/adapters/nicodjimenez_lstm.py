"""nicodjimenez/lstm: LstmNetwork, one record at a time; h = o ⊙ c, without a tanh. Its initial state is zero.

It asks a loss layer for the cotangent of each output; the adapter's gives it that of ½ ‖V h + c − target‖².
The readout is the adapter's, so its gradients are not checked. Each array of LstmParam seeds NumPy's
generator with 0 (lstm.py, 17), for which it is refuted; here the state is put back, and gradients are asked.
"""

import numpy as np
from sources import package

from verification import Gradients, Scope, scoped
from verification.models import lstm

PIN = {
    "title": "nicodjimenez/lstm",
    "repository": "nicodjimenez/lstm",
    "commit": "a2f2e99cb48acee421d5ba3a084af63131da10c6",
    "files": {
        "lstm.py": "c00e7fd732eaaa23308d4fd633edc0c3",
    },
}

theirs = package(PIN["repository"], "lstm")
GATES = ("i", "f", "g", "o")


class Cotangent:
    """A loss layer that is given the cotangent in the place of the label."""

    def loss(self, pred, label):
        return 0.0

    def bottom_diff(self, pred, label):
        return label.copy()


def whole(problem):
    p, (xs,), (targets,) = problem.params, problem.xs, problem.targets
    D = xs.shape[1]
    before = np.random.get_state()  # noqa: NPY002
    param = theirs.LstmParam(p["W"].shape[1], D)
    np.random.set_state(before)  # noqa: NPY002
    stacked = (np.split(p[name], 4) for name in ("U", "W", "b"))
    for gate, U, W, b in zip(GATES, *stacked, strict=True):
        vars(param).update({f"w{gate}": np.hstack([U, W]), f"b{gate}": b})
    net = theirs.LstmNetwork(param)
    for x in xs:
        net.x_list_add(x)
    outputs = np.stack([node.state.h for node in net.lstm_node_list]) @ p["V"].T + p["c"]
    residuals = outputs - targets
    net.y_list_is(list(residuals @ p["V"]), Cotangent())
    weights = [getattr(param, f"w{gate}_diff") for gate in GATES]
    d_params = {
        "U": np.concatenate([d[:, :D] for d in weights]),
        "W": np.concatenate([d[:, D:] for d in weights]),
        "b": np.concatenate([getattr(param, f"b{gate}_diff") for gate in GATES]),
    }
    return Gradients(outputs[None], np.sum(residuals**2) / 2, d_params, None, (None, None))


engine = scoped(
    whole,
    Scope(
        functions={"gate": ("sigmoid",), "candidate": ("tanh",), "output": ("identity",)},
        dtypes=("float64",),
        truncations=("Full",),
        losses=("every",),
        states="zero",
        blocks=("U", "W", "b"),
        records=(1, 1),
        steps=(1, 17),
    ),
    model=lstm,
)
