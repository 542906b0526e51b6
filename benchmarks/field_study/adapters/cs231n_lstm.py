"""CS231n, assignment 3: lstm_step_forward and lstm_step_backward, as solved in FortiLeiZhang/cs231n.

Gates are stacked i, f, o, g.
"""

import numpy as np
from cs231n_rnn import layers

from verification import Scope, step
from verification.models import lstm

PIN = {
    "title": "CS231n assignment 3, lstm_step_backward (FortiLeiZhang)",
    "repository": "FortiLeiZhang/cs231n",
    "commit": "43867c4206797553f9247ad0861c960bf73d69c8",
    "files": {
        "code/cs231n/assignment3/cs231n/rnn_layers.py": "c2828fed71fdbdf99e093f9d7a34fa06",
    },
}


def swapped(array):
    """The last two of four gates exchanged: i, f, g, o to i, f, o, g, and back."""
    i, f, g, o = np.split(array, 4)
    return np.concatenate([i, f, o, g])


def forward(params, x, state):
    Wx, Wh, b = (swapped(params[name]) for name in ("U", "W", "b"))
    h, c, cache = layers.lstm_step_forward(x, *state, Wx.T, Wh.T, b)
    return (h, c), cache


def backward(cache, d_state):
    d_x, d_h, d_c, d_Wx, d_Wh, d_b = layers.lstm_step_backward(*d_state, cache)
    return {"U": swapped(d_Wx.T), "W": swapped(d_Wh.T), "b": swapped(d_b)}, d_x, (d_h, d_c)


engine = step(forward, backward, model=lstm, scope=Scope(dtypes=("float64",), records=(1, 17), steps=(1, 17)))
