"""RWKV-CUDA: wkv_cuda_v1.cu, RWKV-4's recurrence, its text compiled for a CPU."""

from of_rwkv_cuda import by_torch as by_torch
from of_rwkv_cuda import engine_of, of_version

PIN = {
    "title": "RWKV-CUDA, wkv v1",
    "repository": "BlinkDL/RWKV-CUDA",
    "commit": "9b17d5d80a0e9d2cbf090590725672464daa3aee",
    "files": {
        "wkv/cuda/wkv_cuda_v1.cu": "525f2dc3d57c06840cc1cdae3408aa13",
    },
}

forward, backward = of_version(PIN)
engine = engine_of(forward, backward)
