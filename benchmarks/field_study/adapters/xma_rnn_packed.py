"""accelerated-model-architectures: its RNN of packed sequences, in Triton's kernels, in float32.

They are interpreted (of_xma.py) and take one record at a time. Two heads share an input.
"""

from of_xma import EACH, GROUP, called, kernels, rnn

from verification import Scope
from verification.torch import layer

PIN = {
    "title": "accelerated-model-architectures, RNN of packed sequences",
    "repository": "open-lm-engine/accelerated-model-architectures",
    "commit": "384ed0a7bd82ced1f40609603dd541cac5416844",
    "files": {
        "xma/layers/rnn/triton_implementation/__init__.py": "89b2073c72c1938c1c0b0aab74f78fad",
        "xma/layers/rnn/triton_implementation/forward.py": "dbca3cdee037e0aff641e11479e6dbf2",
        "xma/layers/rnn/triton_implementation/backward.py": "03359d9a51818b0f42b7131126f6e1db",
        "xma/triton_utils/activations.py": "4e4cf68c6faf1cc32c7cb2a18c592a26",
        "xma/triton_utils/cu_seqlens.py": "85de872da8cbf0278eac936f1ab13465",
        "xma/triton_utils/matmul.py": "0379fc28b1ab117842c231c7fe30d861",
    },
    "with": ("torch==2.13.0", "triton==3.9.0"),
    "environment": "fla",
}

theirs = kernels("rnn", records=1)
model = rnn(x=(GROUP, EACH))


def apply(params, xs, state, offsets):
    return called(theirs, ("x",), params, xs, state, offsets)


scope = Scope(records=(1, 3), steps=(1, 5), dtypes=("float32",), packed=True)
engine = layer(apply, model=model, scope=scope)
