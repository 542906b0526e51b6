"""thinc: LSTM by the operations of Ops, in Python, which CupyOps inherits for a graphics card.

Of more than one record its forward computes the first alone, so one is asked for. The rest is as in
thinc_lstm.py.
"""

from dataclasses import replace

from thinc.api import Ops
from thinc_lstm import GATES, SCOPE, backward, forward_by

from verification import layer
from verification.models import lstm

PIN = {
    "title": "thinc, LSTM by Ops",
    "package": "thinc==9.1.1",
    "environment": "thinc",
    "page": "thinc.md",
}


def forward(params, xs, state):
    return forward_by(Ops(), params, xs, state)


engine = layer(forward, backward, model=lstm, scope=replace(SCOPE, records=(1, 1)), arrays=GATES)
