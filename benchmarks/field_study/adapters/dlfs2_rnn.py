"""deep-learning-from-scratch-2: common.time_layers.TimeRNN, stateful; its buffers are float32."""

from sources import package

from verification import Scope, layer
from verification.models import vanilla

PIN = {
    "title": "deep-learning-from-scratch-2, TimeRNN",
    "repository": "oreilly-japan/deep-learning-from-scratch-2",
    "commit": "842ae31c2bb070f5116275606ed90396626a2c17",
    "files": {
        "common/time_layers.py": "a434f94584ba569dee5e8fca74ad221b",
    },
}

time_layers = package(PIN["repository"], "common.time_layers")


def stateful(kind):
    """Forward and backward of one of its layers of a single state."""

    def forward(params, xs, state):
        net = kind(params["Wx"], params["Wh"], params["b"], stateful=True)
        net.set_state(state[0])
        return net.forward(xs), (net.h.copy(),), net

    def backward(net, d_outputs, d_state):
        d_outputs = d_outputs.copy()
        d_outputs[:, -1] += d_state[0]  # the last output is the final state
        d_xs = net.backward(d_outputs)
        return dict(zip(("Wx", "Wh", "b"), net.grads, strict=True)), d_xs, (net.dh,)

    return forward, backward


forward, backward = stateful(time_layers.TimeRNN)
engine = layer(
    forward,
    backward,
    model=vanilla,
    scope=Scope(functions={"activation": ("tanh",)}, dtypes=("float32",)),
    arrays={"U": ("Wx", "T"), "W": ("Wh", "T")},
)
