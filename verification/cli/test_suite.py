"""The verification under pytest: ``pytest verification`` judges this project's engine by the quick profile.

``python -m verification`` starts with the same judgement.
"""

import pytest

from verification.adapters.rnn.manual import manual
from verification.adapters.rnn.scoping import as_rnn
from verification.judge import assert_verified


@pytest.mark.slow
def test_the_engine() -> None:
    """Everything that it claims is verified."""
    assert_verified(as_rnn(manual))
