"""Generation: a network continues a series by itself, each prediction the input of the next.

The network saw windows of T steps in training, each from a zero state, so here too every prediction is
made from a zero state and the last T values: the window slides, and is run anew for each step. A
state that is carried on instead would leave what the network has seen after the first step.
"""

import numpy as np

from rnn.cells.cell import Params
from rnn.common.arrays import Array, checked
from rnn.common.checks import checked_count, in_memory
from rnn.network import RNN, check_network


def free_run(net: RNN, params: Params, seed: Array, steps: int) -> Array:
    """The ``steps`` values that follow ``seed``, (N, steps, D), the network's own predictions alone.

    seed (N, T, D): the last T values of N series, T as in training. The output at a window's last
    step is taken for the next value, so the network needs as many outputs as inputs. Each step costs
    a forward through T steps.

    Raises TypeError or ValueError for a network, parameters, a seed or a count that do not fit, MemoryError
    for more steps than fit in memory, before any work; FloatingPointError where a prediction is not finite.
    """
    check_network(net)
    if net.outputs != net.cell.inputs:
        raise ValueError(
            f"net: {net.outputs} outputs and {net.cell.inputs} inputs, "
            "needed as many outputs as inputs, since each output is the next input"
        )
    steps = checked_count("steps", steps, 1)
    params = net.checked_params(params)
    seed = checked("seed", seed, ("N", "T", net.cell.inputs), params[0].dtype)
    records, length, inputs = seed.shape
    with in_memory(f"steps: {steps}", "fewer"):
        series = np.empty((records, length + steps, inputs), seed.dtype)
    series[:, :length] = seed
    for step in range(steps):
        window = series[:, step : step + length]
        series[:, step + length] = net.predict_last(params, window)
    return series[:, length:].copy()
