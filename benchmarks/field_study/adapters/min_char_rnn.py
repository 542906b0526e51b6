"""Karpathy's min-char-rnn: lossFun, as it is kept, with comments, in weixsong/min-char-rnn.

It takes characters, one-hot, one sequence at a time. Column t of the Wxh that it is given is U x_t, and
character t comes at step t, so that any inputs can be asked; dU is its dWxh times the inputs. Its gradients
are judged before they are clipped to ±5.
"""

import numpy as np
from characters import classes, vanilla_of_characters
from sources import WithoutClip, definitions, folder

from verification import Gradients, Scope, scoped

PIN = {
    "title": "min-char-rnn (Karpathy)",
    "repository": "weixsong/min-char-rnn",
    "commit": "7cd63729a32cd8ba0c0442e1a8ada3dd7913d8df",
    "files": {
        "min-char-rnn.py": "d6147e5cec0f74a676c45e82bdf6145b",
    },
}

SOURCE = (folder(PIN["repository"]) / next(iter(PIN["files"]))).read_text("utf-8")
script = definitions(SOURCE, ["lossFun"], {"np": WithoutClip()})


def ask(module, problem):
    """What a script's lossFun says of a problem of one record."""
    (xs,), ((h0,),), p = problem.xs, problem.state, problem.params
    wanted = list(classes(problem.targets[0]))
    given = {"Wxh": p["U"] @ xs.T, "Whh": p["W"], "Why": p["V"], "bh": p["b"][:, None], "by": p["c"][:, None]}
    vars(module).update(given, vocab_size=len(xs))
    loss, dWxh, dWhh, dWhy, dbh, dby, _ = module.lossFun(list(range(len(xs))), wanted, h0[:, None])
    states = [h0]
    for t in range(len(xs)):  # the script returns no outputs
        states.append(np.tanh(given["Wxh"][:, t] + p["W"] @ states[-1] + p["b"]))
    outputs = np.stack(states[1:]) @ p["V"].T + p["c"]
    d_params = {"U": dWxh @ xs, "W": dWhh, "b": dbh[:, 0], "V": dWhy, "c": dby[:, 0]}
    return Gradients(outputs[None], loss, d_params, None, (None,))


def whole(problem):
    return ask(script, problem)


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
