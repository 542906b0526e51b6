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

from rnn.arrays import Array, checked
from rnn.blocks import check_params
from rnn.cells import GRUParams, Params
from rnn.checks import kind_of, shown

WEIGHTS = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight", "bias")

# By G / H, what torch.nn calls the layer.
LAYERS = {1: "RNN", 3: "GRU", 4: "LSTM"}


def to_torch(params: Params | GRUParams) -> dict[str, Array]:
    """New arrays by the names that ``torch.nn.RNN``, ``LSTM`` or ``GRU`` and ``Linear`` give them.

    Raises TypeError for what are no parameters.
    """
    if not isinstance(params, Params | GRUParams):
        raise TypeError(f"params: {kind_of(params)}, needed rnn.Params or rnn.GRUParams")
    check_params(params)
    U, W, b, V, c = (getattr(params, name).copy() for name in ("U", "W", "b", "V", "c"))
    recurrent = np.zeros_like(b)
    if isinstance(params, GRUParams):
        recurrent[-len(params.bn) :] = params.bn
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
    U = checked("weight_ih_l0", state["weight_ih_l0"], ("G", "D")).copy()
    W = checked("weight_hh_l0", state["weight_hh_l0"], ("G", "H"), U.dtype).copy()
    rows, units = W.shape
    if rows / units not in LAYERS:
        raise ValueError(f"weight_hh_l0: shape {W.shape}, needed 1, 3 or 4 times {units} rows")
    checked("weight_ih_l0", U, (rows, "D"))
    b, also = (checked(name, state[name], (rows,), U.dtype).copy() for name in WEIGHTS[2:4])
    V = checked("weight", state["weight"], ("K", units), U.dtype).copy()
    c = checked("bias", state["bias"], (len(V),), U.dtype).copy()
    if LAYERS[rows // units] == "GRU":
        b[:-units] += also[:-units]
        return GRUParams(U, W, b, also[-units:].copy(), V, c)
    return Params(U, W, b + also, V, c)
