"""mlstm_kernels: mlstm_parallel__native_stablef_custbw, as mlstm_parallel.py.

It adds up the decays of each span by itself, where that takes differences of sums. The same is
held constant as there.
"""

from of_mlstm import of_kernel, theirs

PIN = {
    "title": "mlstm_kernels, native_stablef_custbw, normaliser held constant",
    "repository": "NX-AI/mlstm_kernels",
    "commit": "39d3c61741e5d2c0e6ab8922106dd236632c5139",
    "files": {
        "mlstm_kernels/torch/parallel/native_stablef/fw.py": "69d60488fefbf0b144ed9b7a69eb746f",
        "mlstm_kernels/torch/parallel/native_stablef/bw.py": "8b8dee634bd521b3f15a904d3f2a264f",
        "mlstm_kernels/torch/parallel/native_stablef/fwbw.py": "def3f4d6912b9da5ad7a4750bb8caa39",
    },
    "with": ("torch==2.13.0", "triton", "einops"),
    "environment": "mlstm",
}

kernels = theirs("parallel/native_stablef/fwbw.py")


def kernel(*tensors):
    return kernels.mlstm_parallel__native_stablef_custbw(*tensors)


engine = of_kernel(kernel)
