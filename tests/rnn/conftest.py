"""What holds in every test of the engine: nothing that another test worked out is at hand."""

import pytest

from rnn.routes import segments


@pytest.fixture(autouse=True)
def no_segments_are_at_hand() -> None:
    """Each test works out its own, or one with the same policy would pass whatever became of the code."""
    segments.cache_clear()
