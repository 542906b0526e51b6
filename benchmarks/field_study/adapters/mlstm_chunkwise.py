"""mlstm_kernels: mlstm_chunkwise__native_custbw, in chunks, with a backward by hand in PyTorch, on the CPU.

It takes whole chunks; here they are as long as the least divisor of the steps above 1. Its backward holds the
normaliser and the stabiliser m constant, and so does the model here. Nothing is asked of what flows back
through the final state: that is mlstm_chunkwise_final.py's.
"""

from of_mlstm import NAMES, theirs, with_stabiliser
from of_torch import gradients, wanted, whole_chunk

from verification import Scope, layer

PIN = {
    "title": "mlstm_kernels, chunkwise native_custbw, normaliser held constant",
    "repository": "NX-AI/mlstm_kernels",
    "commit": "39d3c61741e5d2c0e6ab8922106dd236632c5139",
    "files": {
        "mlstm_kernels/torch/chunkwise/native/fw.py": "8d582e8e59f3a14104683a486b3f2f06",
        "mlstm_kernels/torch/chunkwise/native/bw.py": "331ff8c66d649c93cd8624a2e2ee4019",
        "mlstm_kernels/torch/chunkwise/native/fwbw.py": "4bceb64f8207e9d306a5f05f83c8e3ee",
    },
    "with": ("torch==2.13.0", "triton", "einops"),
    "environment": "mlstm",
}

kernels = theirs("chunkwise/native/fwbw.py")


def forward(params, xs, state):
    C, n, m = state
    tensors = [wanted(xs[name].swapaxes(1, 2)) for name in NAMES]
    tensors += [wanted(array) for array in (C, n, m[..., None])]
    h, last = kernels.mlstm_chunkwise__native_custbw(
        *tensors, return_last_states=True, chunk_size=whole_chunk(len(xs["q"][0]))
    )
    C, n, m = (tensor.detach().numpy().copy() for tensor in last)
    return h.detach().numpy().swapaxes(1, 2).copy(), (C, n, m[..., 0]), ((h, *last), tensors)


def backward(saved, d_outputs, d_state):
    made, tensors = saved
    d_C, d_n, d_m = d_state
    *found, d_C, d_n, d_m = gradients(made, (d_outputs.swapaxes(1, 2), d_C, d_n, d_m[..., None]), tensors)
    d_xs = {name: d.swapaxes(1, 2).copy() for name, d in zip(NAMES, found, strict=True)}
    return {}, d_xs, (d_C, d_n, d_m[..., 0])


def made(declines):
    """The layer, and what it declines."""
    scope = Scope(
        records=(1, 9), steps=(1, 17), dtypes=("float32",), declines=declines, blocks=(*NAMES, "C0")
    )
    return layer(forward, backward, model=with_stabiliser, scope=scope, forms={"f": ("q", "k", "C0")})


engine = made(("final cotangents",))
