"""Eli Bendersky's min-char-lstm: lossFun. Inputs, and what is clipped, as in min_char_rnn.py."""

import numpy as np
from characters import classes, lstm_of_characters
from sources import WithoutClip, definitions, folder

from verification import Gradients, Scope, scoped

PIN = {
    "title": "deep-learning-samples, min-char-lstm",
    "repository": "eliben/deep-learning-samples",
    "commit": "26e866b5c42ffb7e1c256c6086e842e89536716a",
    "files": {
        "min-char-rnn/min-char-lstm.py": "aefbfcaf8e67081e77e0abfdca1ec770",
    },
}

SOURCE = (folder(PIN["repository"]) / next(iter(PIN["files"]))).read_text("utf-8")
script = definitions(SOURCE, ["sigmoid", "lossFun"], {"np": WithoutClip()})
GATES = ("i", "f", "cc", "o")


def whole(problem):
    (xs,), p, T = problem.xs, problem.params, problem.xs.shape[1]
    h0, c0 = (array[0] for array in problem.state)
    wanted = list(classes(problem.targets[0]))
    given = {"V": T, "Wy": p["V"], "by": p["c"][:, None]}
    stacked = (np.split(p[name], 4) for name in ("U", "W", "b"))
    for gate, U, W, b in zip(GATES, *stacked, strict=True):
        given |= {f"W{gate}": np.hstack([U @ xs.T, W]), f"b{gate}": b[:, None]}
    vars(script).update(given)
    told = script.lossFun(list(range(T)), wanted, h0[:, None], c0[:, None])
    names = [f"{kind}{gate}" for gate in ("f", "i", "cc", "o", "y") for kind in ("W", "b")]
    loss, d = told[0], dict(zip(names, told[1:11], strict=True))
    d_params = {
        "U": np.concatenate([d[f"W{gate}"][:, :T] @ xs for gate in GATES]),
        "W": np.concatenate([d[f"W{gate}"][:, T:] for gate in GATES]),
        "b": np.concatenate([d[f"b{gate}"][:, 0] for gate in GATES]),
        "V": d["Wy"],
        "c": d["by"][:, 0],
    }
    outputs = outputs_of(p, xs, h0, c0)
    return Gradients(outputs[None], loss, d_params, None, (None, None))


def outputs_of(p, xs, h, c):
    """The logits (T, K), which the script keeps to itself."""
    outputs = []
    for x in xs:
        i, f, g, o = np.split(p["U"] @ x + p["W"] @ h + p["b"], 4)
        c = script.sigmoid(f) * c + script.sigmoid(i) * np.tanh(g)
        h = script.sigmoid(o) * np.tanh(c)
        outputs.append(p["V"] @ h + p["c"])
    return np.stack(outputs)


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
        steps=(1, 17),
    ),
    model=lstm_of_characters,
)
