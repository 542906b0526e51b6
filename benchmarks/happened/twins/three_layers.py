"""Three plain vanilla layers, one above another, whose ways back go from the highest to the lowest."""

from tests.layers import vanilla
from tests.layers.stack import of_level
from verification import Scope, models
from verification.models.stack import stacked

MODEL = stacked("three_layers", models.vanilla, models.vanilla, models.vanilla)

# Layers of one size, as where one pointer may stand for another.
SCOPE = Scope(sizes={"H_l0": (3,), "H_l1": (3,)})


def forward(params, xs, state):
    tapes, finals = [], []
    for level, h in enumerate(state):
        outputs, final, saved = vanilla.forward(of_level(params, level), xs, (h,))
        tapes.append((*saved, outputs))
        finals.extend(final)
        xs = outputs
    return xs, tuple(finals), tapes


def backward(saved, d_outputs, d_state):
    d_params, d_initial = {}, []
    for level in reversed(range(len(saved))):
        params, xs, states, _made = saved[level]
        found, d_outputs, d_h = vanilla.backward((params, xs, states), d_outputs, (d_state[level],))
        d_params |= {f"{name}_l{level}": block for name, block in found.items()}
        d_initial = [*d_h, *d_initial]
    return d_params, d_outputs, tuple(d_initial)
