"""neuraltalk: RNNGenerator, a vanilla network of relu with its decoder, one record at a time; Python 2.

The image that it adds to every step is zero here. The adapter gives it xrange, which Python 3 has not.
"""

import numpy as np
from sources import definitions, folder

from verification import Gradients, Scope, scoped

PIN = {
    "title": "neuraltalk, RNNGenerator",
    "repository": "karpathy/neuraltalk",
    "commit": "c36bd0aa23907638a1217f03a13bdba5e1a8cada",
    "files": {
        "imagernn/rnn_generator.py": "dbe0d374acfac23c6149befaeef792e2",
    },
}

SOURCE = (folder(PIN["repository"]) / next(iter(PIN["files"]))).read_text("utf-8")
theirs = definitions(SOURCE, ["RNNGenerator"]).RNNGenerator


def whole(problem):
    p, (xs,), (targets,) = problem.params, problem.xs, problem.targets
    model = {"Wxh": p["U"].T, "bxh": p["b"][None], "Whh": p["W"].T, "Wd": p["V"].T, "bd": p["c"][None]}
    model["bhh"] = 0 * model["bxh"]
    outputs, cache = theirs.forward(np.zeros(len(p["W"])), xs, model, {})
    residuals = outputs - targets
    d = theirs.backward(residuals, cache)
    assert np.array_equal(d["bxh"], d["bhh"]) or np.allclose(d["bxh"], d["bhh"])  # two biases, one gradient
    d_params = {"U": d["Wxh"].T, "W": d["Whh"].T, "b": d["bhh"][0], "V": d["Wd"].T, "c": d["bd"][0]}
    return Gradients(outputs[None], np.sum(residuals**2) / 2, d_params, d["dXs"][None], (None,))


engine = scoped(
    whole,
    Scope(
        functions={"activation": ("relu",)},
        dtypes=("float64",),
        truncations=("Full",),
        losses=("every",),
        states="zero",
        blocks=("U", "W", "b", "V", "c", "xs"),
        records=(1, 1),
        steps=(1, 17),
    ),
)
