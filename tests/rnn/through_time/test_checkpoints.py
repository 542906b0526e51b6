"""Checkpoints: the same gradients from fewer states.

Under every truncation they are asked in test_bidirectional.py, and in Fractions in ../calls/test_lengths.py.
"""

import numpy as np

from rnn import RNN, Checkpoints, Vanilla


def test_da_is_the_same_to_the_bit():
    """With one sweep, every da and dh0 have the same bits in float32; sums over steps agree to rounding."""
    das = []

    class Recording(Vanilla):
        def project_back(self, weights, tape, da, first):
            das.append(da.copy())
            return super().project_back(weights, tape, da, first)

    net = RNN(Recording(1, 5), outputs=1)
    rng = np.random.default_rng(0)
    params = net.init(rng, np.float32)
    xs = rng.standard_normal((3, 70, 1)).astype(np.float32)
    targets = rng.standard_normal((3, 1)).astype(np.float32)
    _, kept = net.loss_and_gradients(params, xs, targets)
    _, again = net.loss_and_gradients(params, xs, targets, checkpoints=Checkpoints())
    whole, *latest_first = das
    assert len(latest_first) == 5
    np.testing.assert_array_equal(np.concatenate(latest_first[::-1]), whole)
    np.testing.assert_array_equal(again.h0, kept.h0)
    np.testing.assert_allclose(again.params.W, kept.params.W, rtol=1e-5)


def test_the_spacing_grows_with_the_root_of_the_steps():
    """By default √(T / 2) or a little more, a multiple of 16; otherwise as given."""
    assert [Checkpoints().spacing(steps) for steps in (1, 512, 513, 1000, 20_000)] == [16, 16, 32, 32, 112]
    assert Checkpoints(7).spacing(1000) == 7
