"""What holds in every test of the engine: nothing that another test worked out is at hand."""

import os
import sys
from collections.abc import Iterator

import pytest

from rnn import loops
from rnn.through_time import rounds, routes, ways

# Of functions that `make mutation` changes, what they gave.
AT_HAND = (
    loops._of_all,
    routes._segments_at_hand,
    *(ways._two_way_at_hand, ways._back_at_hand),
    *(rounds._rounds_at_hand, rounds._rounds_both_ways),
)

# A verdict's forked processes end without writing what was covered in them, so to trace them is in vain.
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=lambda: sys.settrace(None))


@pytest.fixture(autouse=True)
def nothing_is_at_hand() -> None:
    """Each test works out its own, or one with the same truncation would pass whatever became of the code."""
    for cached in AT_HAND:
        cached.cache_clear()


@pytest.fixture
def untraced() -> Iterator[None]:
    """Where the verifier does the work: lines of ``rnn`` that it runs are covered by tests of their own."""
    trace = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(trace)
