"""RWKV-CUDA: wkv_cuda_v2.cu, RWKV-4's recurrence, its text compiled for a CPU."""

from of_rwkv_cuda import by_torch as by_torch
from of_rwkv_cuda import engine_of, of_version

PIN = {
    "title": "RWKV-CUDA, wkv v2",
    "repository": "BlinkDL/RWKV-CUDA",
    "commit": "9b17d5d80a0e9d2cbf090590725672464daa3aee",
    "files": {
        "wkv/cuda/wkv_cuda_v2.cu": "c6cba969d37b9d334bc3afb7ef2e5b3d",
    },
}

forward, backward = of_version(PIN)
engine = engine_of(forward, backward)
