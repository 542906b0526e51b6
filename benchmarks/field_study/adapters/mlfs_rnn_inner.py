"""ML-From-Scratch: layers.RNN behind another layer, which is given the gradient of its inputs.

See mlfs_rnn.py.
"""

from dataclasses import replace

from mlfs_rnn import model, scope, whole

from verification import scoped

PIN = {
    "title": "ML-From-Scratch, RNN behind another layer",
    "repository": "eriklindernoren/ML-From-Scratch",
    "commit": "a2806c6732eee8d27762edd6d864e0c179d8e9e8",
    "files": {
        "mlfromscratch/deep_learning/layers.py": "8b7643b0297d91dac61ff1a8288408b7",
    },
    "page": "ml-from-scratch.md",
}

engine = scoped(whole, replace(scope, blocks=("xs",)), model=model)
