"""What a type checker says of a user's code: parameters are those of the network's cell, and no others."""

import pytest

from tests.programs import ROOT, python

RIGHT = """
from typing import Any, assert_type

import numpy as np
from rnn import GRU, LSTM, RNN, GRUParams, Layer, Params, Stack, train
from rnn.cells.gru import GRUWeights
from rnn.optimisers import SGD, AdamW, Constant, Warmup
from rnn.training import History, Standing, by_epoch

rng = np.random.default_rng(0)
data = np.ones((2, 3, 1)), np.ones((2, 1))
lstm, gru = RNN(LSTM(inputs=1, units=2), outputs=1), RNN(GRU(inputs=1, units=2), outputs=1)
stack = RNN(Stack(LSTM(inputs=1, units=2), GRU(inputs=2, units=2)), outputs=1)

assert_type(lstm.init(rng), Params)
assert_type(gru.init(rng), GRUParams)
assert_type(Layer(GRU(inputs=1, units=2)).init(rng), GRUWeights)
# The names of its blocks are known when it is made, and not before.
assert_type(stack.init(rng), Any)


def ends(standing: Standing) -> bool:
    return standing.train_loss < 1


optimiser = AdamW(Warmup(Constant(0.1), 1))
params, history = train(gru, gru.init(rng), data, epochs=1, batch=2, optimiser=optimiser, callbacks=[ends])
assert_type(params, GRUParams)
assert_type(history, History)
for standing in by_epoch(lstm, lstm.init(rng), data, epochs=1, batch=2, optimiser=SGD(Constant(0.1))):
    assert_type(standing.params, Params)


def of_any(net: RNN) -> Any:
    return net.init(rng)
"""

# A line, and what is wrong with it.
WRONG = {
    "lstm.init(rng).bn": 'has no attribute "bn"',
    "gru.init(rng).Z": 'has no attribute "Z"',
    "Layer(LSTM(inputs=1, units=2)).init(rng).V": 'has no attribute "V"',
    "params.Z": 'has no attribute "Z"',
    "standing.params.bn": 'has no attribute "bn"',
    "train(gru, 3, data, epochs=1, optimiser=SGD(Constant(0.1)))": "cannot be",
}


def checked(path, program):
    """What mypy says of a program, strictly."""
    file = path / "program.py"
    file.write_text(program)
    call = ("-m", "mypy", "--strict", "--no-error-summary", file.name)
    return python(*call, folder=path, MYPYPATH=str(ROOT)).stdout.splitlines()


@pytest.mark.slow
def test_what_a_cell_has_not_is_noticed(tmp_path):
    """Each in its line, and nothing else."""
    found = checked(tmp_path, "\n".join([RIGHT, *WRONG]))
    first = len(RIGHT.split("\n")) + 1
    for number, (line, said) in enumerate(zip(WRONG.values(), found, strict=True), first):
        assert said.startswith(f"program.py:{number}: error: ")
        assert line in said
