"""mlstm_kernels: mlstm_parallel__native_custbw, PyTorch with a backward by hand, on the CPU.

Two things its backward holds constant: the normaliser max(|q · n|, exp(−m)), and the maximum m that keeps
exponentials small. They are held constant here too. It is asked in float32, which is what it is for: its
backward gets eps by way of a float32, so in double precision it is off by some 1e-14.
"""

from of_mlstm import of_kernel, theirs

PIN = {
    "title": "mlstm_kernels, native_custbw, normaliser held constant",
    "repository": "NX-AI/mlstm_kernels",
    "commit": "39d3c61741e5d2c0e6ab8922106dd236632c5139",
    "files": {
        "mlstm_kernels/torch/parallel/native/bw.py": "35f63a4bde0a057edbc6215cd8ccf552",
        "mlstm_kernels/torch/parallel/native/fwbw.py": "e62dcfc9b07eb4000250bc88b45be20d",
    },
    "with": ("torch==2.13.0", "triton", "einops"),
    "environment": "mlstm",
}

kernels = theirs("parallel/native/fwbw.py")


def kernel(*tensors):
    return kernels.mlstm_parallel__native_custbw(*tensors)


engine = of_kernel(kernel)
