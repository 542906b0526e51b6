"""mlstm_kernels: mlstm_siging_parallel__native_custbw, whose input gate is a sigmoid.

Its backward holds the normaliser, max(|q · n|, 1), constant, and so does the model here. All else as in
mlstm_parallel.py.
"""

from of_mlstm import of_kernel, theirs

PIN = {
    "title": "mlstm_kernels, siging native_custbw, normaliser held constant",
    "repository": "NX-AI/mlstm_kernels",
    "commit": "39d3c61741e5d2c0e6ab8922106dd236632c5139",
    "files": {
        "mlstm_kernels/torch/parallel/native_siging/fw.py": "e7ed7fb201ed846ebd38f29216959460",
        "mlstm_kernels/torch/parallel/native_siging/bw.py": "8f5f98d287bf0cb08e49b6d20db651be",
        "mlstm_kernels/torch/parallel/native_siging/fwbw.py": "47b985fc8029044e360fc59ab73124f0",
    },
    "with": ("torch==2.13.0", "triton", "einops"),
    "environment": "mlstm",
}

kernels = theirs("parallel/native_siging/fwbw.py")


def kernel(*tensors):
    return kernels.mlstm_siging_parallel__native_custbw(*tensors)


engine = of_kernel(kernel, sigmoid=True)
