"""accelerated-model-architectures: its GRU of packed sequences, in Triton's kernels, in float32.

They are interpreted (of_xma.py) and take 16 records together. Two heads share the input of the candidate,
which the backward therefore computes again, and the weights of the gates.
"""

from of_xma import EACH, GROUP, called, gru, kernels

from verification import Scope
from verification.torch import layer

PIN = {
    "title": "accelerated-model-architectures, GRU of packed sequences",
    "repository": "open-lm-engine/accelerated-model-architectures",
    "commit": "384ed0a7bd82ced1f40609603dd541cac5416844",
    "files": {
        "xma/layers/gru/triton_implementation/__init__.py": "63d08c586bf0cbe9eeaa85740a6e811f",
        "xma/layers/gru/triton_implementation/forward.py": "9ee726abc53eb9e70a65ae46412ff335",
        "xma/layers/gru/triton_implementation/backward.py": "eddff643d9b103a610cd6799d365e419",
        "xma/layers/gru/utils.py": "b8036811d001baf24534b8e56dfe45e7",
        "xma/triton_utils/activations.py": "4e4cf68c6faf1cc32c7cb2a18c592a26",
        "xma/triton_utils/cu_seqlens.py": "85de872da8cbf0278eac936f1ab13465",
        "xma/triton_utils/matmul.py": "0379fc28b1ab117842c231c7fe30d861",
    },
    "with": ("torch==2.13.0", "triton==3.9.0"),
    "environment": "fla",
}

theirs = kernels("gru", records=16)
model = gru(x=(GROUP, EACH), xf=(EACH, GROUP), xr=(EACH, GROUP))


def apply(params, xs, state, offsets):
    return called(theirs, ("x", "xf", "xr"), params, xs, state, offsets)


scope = Scope(records=(1, 3), steps=(1, 5), dtypes=("float32",), packed=True)
engine = layer(apply, model=model, scope=scope)
