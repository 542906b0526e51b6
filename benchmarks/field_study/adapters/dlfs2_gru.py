"""deep-learning-from-scratch-2: common.time_layers.TimeGRU, stateful; its buffers are float32.

The reset comes before the product, z weighs the candidate, and gates are stacked z, r, n.
"""

from dlfs2_rnn import stateful, time_layers

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

forward, backward = stateful(time_layers.TimeGRU)
engine = layer(
    forward,
    backward,
    model=gru_reset_before_flipped,
    scope=Scope(dtypes=("float32",)),
    arrays={"U": ("Wx", "T"), "W": ("Wh", "T"), "gates": "zrn"},
)
