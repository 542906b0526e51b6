"""What the adapter for a cell refuses before it is scanned; scans are in tests/peers."""

import pytest

from verification.jax import cell
from verification.models import lstm


def test_what_is_no_function_is_refused():
    """Whether JAX is there or not."""
    with pytest.raises(TypeError, match="step: 3, needed a function of JAX's arrays"):
        cell(3, model=lstm)
