"""mlstm_kernels: mlstm_chunkwise__native_custbw as it returns its last states, which have cotangents.

All else as in mlstm_chunkwise.py.
"""

from mlstm_chunkwise import kernels, made
from of_mlstm import NAMES
from of_torch import gradients, wanted

PIN = {
    "title": "mlstm_kernels, chunkwise native_custbw, with last states",
    "repository": "NX-AI/mlstm_kernels",
    "commit": "39d3c61741e5d2c0e6ab8922106dd236632c5139",
    "files": {
        "mlstm_kernels/torch/chunkwise/native/fw.py": "8d582e8e59f3a14104683a486b3f2f06",
        "mlstm_kernels/torch/chunkwise/native/bw.py": "331ff8c66d649c93cd8624a2e2ee4019",
        "mlstm_kernels/torch/chunkwise/native/fwbw.py": "4bceb64f8207e9d306a5f05f83c8e3ee",
    },
    "with": ("torch==2.13.0", "triton", "einops"),
    "environment": "mlstm",
    "page": "mlstm-kernels.md",
}


def by_torch(blocks, cotangents):
    """Their own native_autograd, in double precision: PyTorch's gradient of the same forward."""
    xs = [wanted(blocks[name].swapaxes(1, 2).astype(float)) for name in NAMES]
    C, n, m = (wanted(blocks[name].astype(float)) for name in ("C0", "n0", "m0"))
    h, last = kernels.mlstm_chunkwise__native_autograd(
        *xs, C, n, m[..., None], return_last_states=True, chunk_size=xs[0].shape[2]
    )
    d_h, d_C, d_n, d_m = (d.astype(float) for d in cotangents)
    *found, d_C, d_n, d_m = gradients(
        (h, *last), (d_h.swapaxes(1, 2), d_C, d_n, d_m[..., None]), [*xs, C, n, m]
    )
    return dict(zip(NAMES, (d.swapaxes(1, 2) for d in found), strict=True)) | {
        "C0": d_C,
        "n0": d_n,
        "m0": d_m,
    }


engine = made(())
