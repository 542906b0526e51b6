"""NumpyDL: layers.SimpleRNN behind another layer, which asks it for the gradient of its inputs."""

from dataclasses import replace

from npdl_rnn import arrays, backward, run, scope

from verification import layer
from verification.models import vanilla

PIN = {
    "title": "NumpyDL, SimpleRNN behind another layer",
    "repository": "oujago/NumpyDL",
    "commit": "29c03402500cd3227daadaaf63147856068c9ae7",
    "files": {
        "npdl/layers/recurrent.py": "ccf8a087393127d0904bc108c942fbd5",
    },
    "page": "numpydl.md",
}


def forward(params, xs, state):
    return run(params, xs, first=False)


engine = layer(forward, backward, model=vanilla, scope=replace(scope, blocks=("xs",)), arrays=arrays)
