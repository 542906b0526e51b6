"""Parameters under the names and in the orientation of torch.nn, as NumPy arrays; PyTorch is not needed.

::

    layer, readout = torch.nn.RNN(1, 16, batch_first=True), torch.nn.Linear(16, 1)
    params = from_torch(layer.state_dict() | readout.state_dict())

    state = {name: torch.from_numpy(array) for name, array in to_torch(params).items()}
    layer.load_state_dict({name: state[name] for name in layer.state_dict()})
    readout.load_state_dict({name: state[name] for name in readout.state_dict()})

========================  ==================
torch.nn                  ``rnn.Params``
========================  ==================
weight_ih_l0 (H, D)       U
weight_hh_l0 (H, H)       W
bias_ih_l0 (H,)           b, all of it
bias_hh_l0 (H,)           zeros; read, it is added to b
weight (K, H)             V
bias (K,)                 c
========================  ==================
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from rnn.arrays import Array, checked
from rnn.blocks import check_params
from rnn.checks import kind_of, shown
from rnn.network import Params

WEIGHTS = ("weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight", "bias")


def to_torch(params: Params) -> dict[str, Array]:
    """New arrays by the names that ``torch.nn.RNN`` and ``torch.nn.Linear`` give them.

    Raises TypeError for what are no parameters.
    """
    if not isinstance(params, Params):
        raise TypeError(f"params: {kind_of(params)}, needed rnn.Params")
    check_params(params)
    U, W, b, V, c = (block.copy() for block in params)
    return dict(zip(WEIGHTS, (U, W, b, np.zeros_like(b), V, c), strict=True))


def from_torch(state: Mapping[str, Any]) -> Params:
    """Parameters from the arrays or tensors of a ``torch.nn.RNN`` of one layer and a ``torch.nn.Linear``.

    Raises TypeError or ValueError where one is missing, does not fit, or belongs to another kind of layer.
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
    units = W.shape[1]
    if len(W) != units:
        raise ValueError(
            f"weight_hh_l0: shape {W.shape}, needed ({units}, {units}): LSTM and GRU have other rows"
        )
    checked("weight_ih_l0", U, (units, "D"))
    b, also = (checked(name, state[name], (units,), U.dtype) for name in WEIGHTS[2:4])
    V = checked("weight", state["weight"], ("K", units), U.dtype).copy()
    return Params(U, W, b + also, V, checked("bias", state["bias"], (len(V),), U.dtype).copy())
