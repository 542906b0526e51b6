"""Parameters under the names and in the orientation of torch.nn, as NumPy arrays; PyTorch is not needed.

::

    layer, readout = torch.nn.LSTM(1, 16, batch_first=True), torch.nn.Linear(16, 1)
    params = from_torch(layer.state_dict() | readout.state_dict())

    state = {name: torch.from_numpy(array) for name, array in to_torch(params).items()}
    layer.load_state_dict({name: state[name] for name in layer.state_dict()})
    readout.load_state_dict({name: state[name] for name in readout.state_dict()})

========================  =========================================================================
torch.nn                  here: G is H for RNN, 4 H for LSTM (i, f, g, o), 3 H for GRU (r, z, n)
========================  =========================================================================
weight_ih_l0 (G, D)       U
weight_hh_l0 (G, H)       W
bias_ih_l0 (G,)           b, all of it
bias_hh_l0 (G,)           zeros, and a GRU's bn in its last block; read, the rest is added to b
weight (K, H)             V
bias (K,)                 c
========================  =========================================================================
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn.cells import GRUParams, Params
from rnn.common.arrays import Array, checked
from rnn.common.checks import kind_of, shown
from rnn.learning.blocks import check_params

WEIGHTS = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight", "bias")

# By G / H, what torch.nn calls the layer.
LAYERS = {1: "RNN", 3: "GRU", 4: "LSTM"}

# By the parameters here, what G / H may be.
GATES = {Params: (1, 4), GRUParams: (3,)}


def to_torch(params: Params | GRUParams) -> dict[str, Array]:
    """New arrays by the names that ``torch.nn.RNN``, ``LSTM`` or ``GRU`` and ``Linear`` give them.

    Raises TypeError for what are no parameters or of no type of floats, ValueError for shapes that do not fit
    each other and for entries that are not finite.
    """
    if not isinstance(params, Params | GRUParams):
        raise TypeError(f"params: {kind_of(params)}, needed rnn.Params or rnn.GRUParams")
    check_params(params)
    named = [(f"params.{name}", getattr(params, name)) for name in ("U", "W", "b", "V", "c")]
    U, W, b, V, c = _fitting(GATES[type(params)], *named)
    recurrent = np.zeros_like(b)
    if isinstance(params, GRUParams):
        units = W.shape[1]
        recurrent[-units:] = checked("params.bn", params.bn, (units,))
    return dict(zip(WEIGHTS, (U, W, b, recurrent, V, c), strict=True))


def from_torch(state: Mapping[str, Any]) -> Any:
    """Parameters from the arrays or tensors of a layer of one kind above and of a ``torch.nn.Linear``.

    ``rnn.GRUParams`` of a GRU, else ``rnn.Params``. Raises TypeError or ValueError where one is missing, does
    not fit, or belongs to another kind of layer.
    """
    if not isinstance(state, Mapping):
        raise TypeError(f"state: {kind_of(state)}, needed a dict, as state_dict() gives")
    for name in WEIGHTS:
        if name not in state:
            raise ValueError(f"state: no {name}, needed {', '.join(WEIGHTS)}")
    for name in state:
        if name not in WEIGHTS:
            raise ValueError(f"state: {shown(name)}, needed one layer in one direction, and its readout")
    U, W, b, also, V, c = _fitting(tuple(LAYERS), *((name, state[name]) for name in WEIGHTS))
    rows, units = W.shape
    if LAYERS[rows // units] == "GRU":
        b[:-units] += also[:-units]
        return GRUParams(U, W, b, also[-units:].copy(), V, c)
    return Params(U, W, b + also, V, c)


def _fitting(gates: tuple[int, ...], *named: tuple[str, object]) -> list[Array]:
    """New arrays of what is given by name, U, W, biases, V and c, if they fit each other.

    ``gates``: what G / H may be.
    """
    U, W, *biases, V, c = named
    of_inputs = checked(*U, ("G", "D"))
    of_states = checked(*W, ("G", "H"), of_inputs.dtype)
    rows, units = of_states.shape
    if rows / units not in gates:
        *others, last = map(str, gates)
        needed = f"{', '.join(others)} or {last}" if others else last
        raise ValueError(f"{W[0]}: shape {of_states.shape}, needed {needed} times {units} rows")
    of_inputs = checked(*U, (rows, "D"))
    of_biases = [checked(*bias, (rows,), of_inputs.dtype) for bias in biases]
    of_readout = checked(*V, ("K", units), of_inputs.dtype)
    constants = checked(*c, (len(of_readout),), of_inputs.dtype)
    return [array.copy() for array in (of_inputs, of_states, *of_biases, of_readout, constants)]
