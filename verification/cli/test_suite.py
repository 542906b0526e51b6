"""The verification under pytest: ``pytest verification`` judges this project's engine by the quick profile.

It is what ``python -m verification`` asks first.
"""

import pytest

from verification.adapters.rnn.engine import manual
from verification.adapters.rnn.scoping import as_rnn
from verification.judge import assert_verified


@pytest.mark.slow
def test_the_engine() -> None:
    """It is verified in all that it claims."""
    assert_verified(as_rnn(manual))
