"""ML-From-Scratch: layers.RNN with its own tanh, 2 / (1 + exp(−2x)) − 1. See mlfs_rnn.py."""

from mlfs_rnn import answer, model, scope

from verification import scoped

PIN = {
    "title": "ML-From-Scratch, RNN with its own TanH",
    "repository": "eriklindernoren/ML-From-Scratch",
    "commit": "a2806c6732eee8d27762edd6d864e0c179d8e9e8",
    "files": {
        "mlfromscratch/deep_learning/layers.py": "8b7643b0297d91dac61ff1a8288408b7",
        "mlfromscratch/deep_learning/activation_functions.py": "82b890eef78456129dad39cb996333c5",
    },
}


def whole(problem):
    return answer(problem, None)


engine = scoped(whole, scope, model=model)
