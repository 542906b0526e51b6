"""A cell runs a case with a loss as a network, and one with cotangents as a layer."""

import os
import sys
from dataclasses import replace

import numpy as np
import pytest

import rnn
from tests.verification.adapters.rnn.test_engine import copied
from tests.verification.processes.hosting import hosted, remote
from verification.adapters.rnn.cells import network_of
from verification.adapters.rnn.of_cells import as_layer, network
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


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a host forks")
def test_nothing_of_the_verifier_is_where_a_cell_runs():
    """It is there with ``rnn`` alone, and answers as it does here."""

    def modules():
        return [name for name in sys.modules if name.partition(".")[0] in ("verification", "autograd")]

    engine = network_of("lstm")
    with hosted(*engine.functions, modules) as host:
        for case in (as_layer(lstm), network(lstm)):
            there, here = (
                {name: each[0] for name, each in of.answer(case)[1].items()}
                for of in (engine.hosted(host), engine)
            )
            assert all(np.array_equal(there[name], here[name]) for name in here)
        assert remote(host, modules)() == []
