"""What holds in every test of the engine: nothing that another test worked out is at hand."""

import pytest

from rnn.through_time import routes


@pytest.fixture(autouse=True)
def no_segments_are_at_hand() -> None:
    """Each test works out its own, or one with the same truncation would pass whatever became of the code."""
    routes._segments_at_hand.cache_clear()
