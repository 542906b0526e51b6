"""Some gradients are asked of who is told; PyTorch's Functions are asked in tests/peers/test_conduct.py."""

import pytest

from tests.layers import lstm
from verification import layer, models
from verification.properties.findings import asked_of
from verification.properties.partial import PARTIAL_GRADIENTS


def test_a_layer_that_is_not_told_is_not_asked():
    """And has no such call."""
    engine = layer(lstm.forward, lstm.backward, model=models.lstm)
    assert not PARTIAL_GRADIENTS.asks(engine.claim)
    assert PARTIAL_GRADIENTS not in asked_of(engine.claim)
    with pytest.raises(AssertionError):
        engine.wanting(("U",), ())
