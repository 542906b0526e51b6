"""A leaky integrate-and-fire neuron; a spike has the slope that is declared, 1 / (1 + 10 |a|)².

    j = i + U x_t        w = v + α (j − v)        i′ = (1 − β) j
    z = [w > 1]          v′ = (1 − z) w           it puts out z

Sources: Zenke and Ganguli, *SuperSpike*, arXiv 1705.11146; the steps are in the order of norse.
"""

import autograd.numpy as anp
import numpy as np

from verification import Block, Function, Model, Use

ALPHA, BETA, THRESHOLD, SHARPNESS = 0.25, 0.125, 1.0, 10.0


def slope(a):
    return 1 / (1 + SHARPNESS * abs(a)) ** 2


SPIKE = Function("spike", lambda a: anp.where(a > 0, 1 + 0 * a, 0 * a), slope=slope, kinks=(0.0,))


def step(f, p, x, z, v, i):
    j = i + anp.einsum("...hd,...nd->...nh", p.U, x)
    w = v + ALPHA * (j - v)
    z = f.spike(w - THRESHOLD)
    return z, (1 - z) * w, (1 - BETA) * j


MODEL = Model(
    name="leaky_integrate_and_fire",
    blocks=(
        Block("U", ("H", "D"), Use.STEP, meaning="input weights"),
        Block("xs", ("D",), Use.INPUT, meaning="inputs"),
        Block("z0", ("H",), Use.STATE, meaning="spikes, which no step reads"),
        Block("v0", ("H",), Use.STATE, meaning="initial voltage"),
        Block("i0", ("H",), Use.STATE, meaning="initial current"),
    ),
    step=step,
    functions={"spike": (SPIKE,)},
)


def spike(a):
    return np.where(a > 0, 1 + 0 * a, 0 * a)


def forward(params, xs, state):
    U = params["U"]
    z, v, i = state
    outputs, tape = [], []
    for t in range(xs.shape[1]):
        j = i + xs[:, t] @ U.T
        w = v + ALPHA * (j - v)
        z = spike(w - THRESHOLD)
        v, i = (1 - z) * w, (1 - BETA) * j
        outputs.append(z)
        tape.append((w, z))
    return np.stack(outputs, axis=1), (z.copy(), v.copy(), i.copy()), (U, xs, tape)


def backward(saved, d_outputs, d_state):
    U, xs, tape = saved
    d_U, d_xs = np.zeros_like(U), np.empty_like(xs)
    dz, dv, di = d_state
    for t in reversed(range(xs.shape[1])):
        w, z = tape[t]
        dz = dz + d_outputs[:, t]
        dw = dv * (1 - z) + (dz - dv * w) * slope(w - THRESHOLD)
        dj = (1 - BETA) * di + ALPHA * dw
        d_U += dj.T @ xs[:, t]
        d_xs[:, t] = dj @ U
        dz, dv, di = 0 * dz, (1 - ALPHA) * dw, dj
    return {"U": d_U}, d_xs, (dz, dv, di)
