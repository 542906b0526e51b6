"""A cell runs a case with a loss as a network, and one with cotangents as a layer."""

from dataclasses import replace

import pytest

import rnn
from tests.verification.adapters.rnn.test_engine import copied
from verification.adapters.rnn.cells import network_of
from verification.adapters.rnn.of_cells import as_layer
from verification.models import lstm
from verification.models.truncation import window


@pytest.mark.parametrize(
    ("case", "lengths", "ends"),
    [
        (as_layer(lstm), None, True),
        (as_layer(lstm, lengths=(1, 2, 5)), [1, 2, 5], True),
        (as_layer(lstm, of=("outputs",)), None, False),
    ],
    ids=["whole", "records that end early", "no cotangent of the last state"],
)
def test_a_layer_is_called_as_it_is_by_a_user(case, lengths, ends):
    """Nothing is said that need not be; what stands behind it has a gradient of zero."""
    reported = []

    class Noting(rnn.Layer):
        def forward(self, params, xs, state, lengths):
            reported.append(lengths)
            return super().forward(params, xs, state, lengths)

        def backward(self, saved, d_outputs, d_state, truncation):
            reported.extend((d_state, truncation))
            return super().backward(saved, d_outputs, d_state, truncation)

    case = replace(case, truncation=window(2))
    _, blocks = network_of("lstm", package=copied(Layer=Noting)).answer(case)
    assert (None if reported[0] is None else reported[0].tolist()) == lengths
    assert (reported[1] is not None, reported[2]) == (ends, rnn.Window(2))
    assert blocks.keys() == {block.name for block in lstm.blocks}
    assert [blocks[name][0].any() for name in ("V", "c", "U")] == [False, False, True]
