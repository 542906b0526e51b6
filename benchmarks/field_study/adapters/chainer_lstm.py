"""Chainer: the function LSTM, and LSTMGrad, its backward, of one step.

They take the sums of the gates, and return what flows to them; the products are made here.
"""

from of_chainer import classes, in_blocks, interleaved

from verification import Scope, step
from verification.models import lstm

PIN = {
    "title": "Chainer, LSTM and LSTMGrad",
    "repository": "chainer/chainer",
    "commit": "a8e15cbe55a90854a3918b8b5a976abbbff9ec94",
    "files": {
        "chainer/functions/rnn/lstm.py": "f0393488463ab0fbb338d2b84b705a68",
    },
}

theirs = classes("chainer/functions/rnn/lstm.py", "LSTM", "LSTMGrad")


def forward(params, x, state):
    h, c = state
    gates = interleaved(x @ params["U"].T + h @ params["W"].T + params["b"])
    c_next, h_next = theirs.LSTM().forward((c, gates))
    return (h_next, c_next), (params, x, h, c, gates, c_next)


def backward(saved, d_state):
    params, x, h, c, gates, c_next = saved
    dh, dc = d_state
    d_c, d_gates = theirs.LSTMGrad().forward((c, gates, c_next, dc, dh))
    da = in_blocks(d_gates)
    d_params = {"U": da.T @ x, "W": da.T @ h, "b": da.sum(0)}
    return d_params, da @ params["U"], (da @ params["W"], d_c)


engine = step(forward, backward, model=lstm, scope=Scope(records=(1, 17), steps=(1, 17)))
