"""neuraltalk: LSTMGenerator with its decoder and tanhC_version, one record at a time; Python 2.

Its first input is the image, and it takes as many inputs as units. The first prediction is left out by
it, so a loss on the last step is asked. The adapter gives it xrange, and np.row_stack, which NumPy
calls vstack now.
"""

from dataclasses import replace

import numpy as np
from sources import WithRowStack, definitions, folder

from verification import Block, Gradients, Scope, Use, scoped
from verification.models import lstm

PIN = {
    "title": "neuraltalk, LSTMGenerator",
    "repository": "karpathy/neuraltalk",
    "commit": "c36bd0aa23907638a1217f03a13bdba5e1a8cada",
    "files": {
        "imagernn/lstm_generator.py": "40959a8e1ebf28b0ae7616c317ef0c3c",
    },
}


SOURCE = (folder(PIN["repository"]) / next(iter(PIN["files"]))).read_text("utf-8")
theirs = definitions(SOURCE, ["LSTMGenerator"], {"np": WithRowStack()}).LSTMGenerator
square = {
    "U": Block("U", ("4 H", "H"), Use.STEP, ("i", "f", "g", "o"), "input weights"),
    "xs": Block("xs", ("H",), Use.INPUT, meaning="inputs"),
}
model = replace(lstm, blocks=tuple(square.get(block.name, block) for block in lstm.blocks))


def swapped(array):
    """The last two of four gates exchanged: i, f, g, o to i, f, o, g, and back."""
    i, f, g, o = np.split(array, 4)
    return np.concatenate([i, f, o, g])


def whole(problem):
    p, (xs,), (target,) = problem.params, problem.xs, problem.targets
    H = len(p["W"].T)
    stacked = np.concatenate([p["b"][:, None], p["U"], p["W"]], axis=1)
    given = {"WLSTM": swapped(stacked).T, "Wd": p["V"].T, "bd": p["c"][None]}
    predicted, cache = theirs.forward(xs[0], xs[1:], given, {"tanhC_version": 1})
    d_predicted = np.zeros_like(predicted)
    d_predicted[-1] = residual = predicted[-1] - target
    d = theirs.backward(d_predicted, cache)
    d_stacked = swapped(d["WLSTM"].T)
    d_params = {"b": d_stacked[:, 0], "U": d_stacked[:, 1 : H + 1], "W": d_stacked[:, H + 1 :]}
    d_params |= {"V": d["Wd"].T, "c": d["bd"][0]}
    outputs = np.vstack([cache["Hout"][:1] @ p["V"].T + p["c"], predicted])
    d_xs = np.vstack([d["dXi"][None], d["dXs"]])
    return Gradients(outputs[None], np.sum(residual**2) / 2, d_params, d_xs[None], (None, None))


engine = scoped(
    whole,
    Scope(
        functions={"gate": ("sigmoid",), "candidate": ("tanh",), "output": ("tanh",)},
        dtypes=("float64",),
        truncations=("Full",),
        losses=("last",),
        states="zero",
        blocks=("U", "W", "b", "V", "c", "xs"),
        records=(1, 1),
        steps=(2, 17),
    ),
    model=model,
)
