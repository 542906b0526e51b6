"""The way to an engine is short in its process, so that a traceback that stops in it can be read."""

import traceback

import pytest

from tests.promises import SHORT
from tests.test_promises import ADAPTERS
from verification import verify

# The most frames that may lie strictly between the server's loop and the engine's own function.
MOST = 10

# Cases that are opened with, of which some properties are not checked, and as many again.
CASES = 12


class EnoughSeen(Exception):
    """A run has come to the end of its first blocks."""


def enough(done, total):
    """End a run."""
    if done >= CASES:
        raise EnoughSeen


@pytest.mark.slow
@pytest.mark.parametrize("adapter", ADAPTERS.values(), ids=ADAPTERS)
def test_the_way_to_an_engine_is_short(adapter, tmp_path):
    """Through every adapter for NumPy, whatever is checked on the cases of the first blocks."""
    notes = tmp_path / "notes"

    def noted(arrays):
        # Who has called the engine's backward, without that and what it calls.
        names = [frame.name for frame in traceback.extract_stack()[:-2]]
        with notes.open("a", encoding="utf-8") as file:
            print(*names[names.index("serve") + 1 :], file=file)

    with pytest.raises(EnoughSeen):
        verify(adapter(noted), SHORT, progress=enough)
    ways = [line.split() for line in notes.read_text("utf-8").splitlines()]
    longest = max(ways, key=len)
    assert len(ways) > 20
    assert len(longest) <= MOST, " ".join(longest)
