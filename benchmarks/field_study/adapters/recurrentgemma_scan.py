"""RecurrentGemma: jax.pallas.lru_pallas_scan, a custom_vjp whose two passes are kernels in Pallas.

Kernels are interpreted, since they are compiled for TPUs alone. Blocks of its scan are 16 steps.
"""

from functools import partial

from jax.experimental import pallas as pl
from sources import file

from verification.jax import layer
from verification.models import scan

PIN = {
    "title": "RecurrentGemma, lru_pallas_scan",
    "repository": "google-deepmind/recurrentgemma",
    "commit": "2efa84dac0e68e63547a27a18fa943c98f1c312e",
    "files": {
        "recurrentgemma/jax/pallas.py": "4b6fbc6854a13add89b5fa641a872481",
        "recurrentgemma/jax/complex_lib.py": "aaba1c779336f5c1df07cb0ce63f1e8d",
    },
    "with": ("jax==0.10.2", "flax==0.12.8", "einops"),
    "environment": "jax",
}

# Without what its packages import: a tokenizer, a model.
theirs = file(PIN["repository"], "recurrentgemma/jax/pallas.py")
theirs.pl.pallas_call = partial(pl.pallas_call, interpret=True)


def apply(params, xs, state):
    outputs, final = theirs.lru_pallas_scan(xs["x"], xs["a"], state[0], pad_last_dim_to_128=True)
    return outputs, (final[:, : state[0].shape[1]],)


engine = layer(apply, model=scan)
