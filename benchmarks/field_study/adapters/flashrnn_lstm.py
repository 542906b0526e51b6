"""FlashRNN: lstm_pt_fwbw, its LSTM in PyTorch with a backward by hand, with one head.

It takes what the inputs give to the gates, which PyTorch makes of U and xs here.
"""

import torch
from sources import file

from verification import Scope
from verification.models import lstm
from verification.torch import layer

PIN = {
    "title": "FlashRNN, lstm_pt_fwbw",
    "repository": "NX-AI/flashrnn",
    "commit": "d73fb52b1b492ce9f9b2c107660b49079add5eb1",
    "files": {
        "flashrnn/flashrnn/vanilla_fwbw/fw.py": "e8a07080197b08b4aacfec1cc75ff30c",
        "flashrnn/flashrnn/vanilla_fwbw/bw.py": "a52588dbffc946a353a65f7623f59fbd",
        "flashrnn/flashrnn/vanilla_fwbw/fwbw.py": "ec6fd95becde507cf6051488d091b54d",
    },
    "with": ("torch==2.13.0", "einops"),
    "environment": "einops",
}

theirs = file(PIN["repository"], "flashrnn/flashrnn/vanilla_fwbw/fwbw.py")


def through(network, params, xs, state):
    """Outputs and final states of one of their networks, whose gates and states are stacked."""
    H = state[0].shape[1]
    given = (xs @ params["U"].T).unflatten(2, (4, 1, H))
    states = torch.stack(state).unsqueeze(2)
    W, b = params["W"].reshape(4, 1, H, H), params["b"].reshape(4, 1, H)
    every, last = network(states, given, W, b)
    return every[:, 0, :, 0].transpose(0, 1), tuple(last.squeeze(2))


def apply(params, xs, state):
    return through(theirs.lstm_pt_fwbw, params, xs, state)


engine = layer(apply, model=lstm, scope=Scope(records=(1, 9), steps=(1, 17)))
