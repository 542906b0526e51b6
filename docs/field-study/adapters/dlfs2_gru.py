"""deep-learning-from-scratch-2: common.time_layers.TimeGRU, stateful; its buffers are float32.

The reset comes before the product, z weighs the candidate, and gates are stacked z, r, n.
"""

from sources import package

from verification import Scope, layer
from verification.models.variants import gru_reset_before_flipped

PIN = {
    "title": "deep-learning-from-scratch-2, TimeGRU",
    "repository": "oreilly-japan/deep-learning-from-scratch-2",
    "commit": "842ae31c2bb070f5116275606ed90396626a2c17",
    "files": {
        "common/time_layers.py": "a434f94584ba569dee5e8fca74ad221b",
    },
}

TimeGRU = package(PIN["repository"], "common.time_layers").TimeGRU


def forward(params, xs, state):
    net = TimeGRU(params["Wx"], params["Wh"], params["b"], stateful=True)
    net.set_state(state[0])
    return net.forward(xs), (net.h.copy(),), net


def backward(net, d_outputs, d_state):
    d_outputs = d_outputs.copy()
    d_outputs[:, -1] += d_state[0]  # the last output is the final state
    d_xs = net.backward(d_outputs)
    return dict(zip(("Wx", "Wh", "b"), net.grads, strict=True)), d_xs, (net.dh,)


engine = layer(
    forward,
    backward,
    model=gru_reset_before_flipped,
    scope=Scope(dtypes=("float32",)),
    arrays={"U": ("Wx", "T"), "W": ("Wh", "T"), "gates": "zrn"},
)
