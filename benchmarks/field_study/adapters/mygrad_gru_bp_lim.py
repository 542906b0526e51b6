"""MyGrad: nnet.layers.gru.gru with bp_lim = 3, "experimental and currently untested".

Its documentation says: "bp_lim=3 will propagate gradients only up to 3 steps backward through the recursive
sequence". So each loss reaches three steps back from its own, which is Window(3).
"""

from mygrad_gru import at_most, backward, blocks, compiled

from verification import Scope, layer
from verification.models import gru_reset_before
from verification.models.truncation import Standard

PIN = {
    "title": "MyGrad, gru with bp_lim = 3",
    "package": "mygrad==2.5.0",
    "with": ("numba==0.68.1", "scipy"),
    "environment": "mygrad",
}

forward = compiled(at_most(3))
engine = layer(
    forward,
    backward,
    model=gru_reset_before,
    scope=Scope(
        dtypes=("float64",),
        truncations=(Standard("Window", (3,)),),
        blocks=blocks,
        records=(1, 17),
        steps=(1, 17),
    ),
    arrays={"axes": "TN"},
)
