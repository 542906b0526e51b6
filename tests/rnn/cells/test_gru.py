"""What is the GRU's own. Its derivation is judged in ``test_judged.py`` and ``test_faults.py``."""

import numpy as np

from rnn import GRU


def test_biases_start_at_zero():
    """Both, and there are as many of each as shapes say."""
    weights = GRU(3, 2).init(np.random.default_rng(0))
    assert [block.shape for block in weights] == [(6, 3), (6, 2), (6,), (2,)]
    assert not weights.b.any()
    assert not weights.bn.any()
