"""torchlpc: linear_recurrence, a torch.autograd.Function over a scan that Numba compiles.

It takes (B, T), records and units together. The extension in C++ is not built; without it the package takes
its own loop in Numba.
"""

import warnings

import numba
from sources import package

from verification import Scope
from verification.models import scan
from verification.torch import layer

PIN = {
    "title": "torchlpc, linear_recurrence",
    "repository": "DiffAPF/torchlpc",
    "commit": "1bfde4a457f87b1dd0fc22a6548206be3a26647c",
    "files": {
        "torchlpc/recurrence.py": "eea1e07aeba72a5ad0bb6bb4a2031ce4",
        "torchlpc/core.py": "a2365746674b6a2fa052bb82361152da",
    },
    "with": ("torch==2.13.0", "numba"),
    "environment": "lpc",
}

numba.set_num_threads(1)
with warnings.catch_warnings(action="ignore"):
    theirs = package(PIN["repository"], "torchlpc")


def apply(params, xs, state):
    records, steps, units = xs["a"].shape
    a, x = (xs[name].transpose(1, 2).reshape(-1, steps) for name in "ax")
    h = theirs.linear_recurrence(a, x, state[0].reshape(-1))
    outputs = h.reshape(records, units, steps).transpose(1, 2)
    return outputs, (outputs[:, -1],)


engine = layer(apply, model=scan, scope=Scope(records=(1, 9), steps=(1, 17)))
