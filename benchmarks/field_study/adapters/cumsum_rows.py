"""torch-discounted-cumsum: discounted_cumsum_left with one γ a row."""

from of_cumsum import by_torch as by_torch
from of_cumsum import model, theirs

from verification import Scope
from verification.torch import layer

PIN = {
    "title": "torch-discounted-cumsum, one γ a row",
    "repository": "toshas/torch-discounted-cumsum",
    "commit": "43e94d1475d62ded4dcb60001c98c10cee63c6c4",
    "files": {
        "torch_discounted_cumsum/discounted_cumsum.py": "0e6441938732dc49c5c5e29e85670874",
        "torch_discounted_cumsum/discounted_cumsum_cpu.cpp": "8a328238182935381bf8262084c2973e",
    },
    "with": ("torch==2.13.0", "ninja"),
    "environment": "extension",
}


def apply(params, xs, state):
    records, steps, units = xs.shape
    gamma = params["gamma"].repeat(records)
    sums = theirs.discounted_cumsum_left(xs.transpose(1, 2).reshape(-1, steps), gamma)
    return sums.reshape(records, units, steps).transpose(1, 2), (None,)


scope = Scope(states="zero", finals=(), blocks=("gamma", "xs"), records=(1, 9), steps=(1, 33))
engine = layer(apply, model=model, scope=scope)
