"""What is told arrives whole, calls are counted while they last, and what cannot be told is refused."""

import pytest

from verification.processes import channel
from verification.processes.channel import Channel
from verification.processes.workers import spread


def test_what_is_told_is_there_until_something_else_is():
    """Nothing at first; what came of it is None if that is what came."""
    line = Channel()
    assert [slot.get() for slot in (line.doing, line.outcome, line.lost)] == [None] * 3
    line.tell("first")
    line.tell([2, "second"])
    assert line.outcome.is_empty()
    line.finish(None)
    line.lost.put("how")
    assert [slot.get() for slot in (line.doing, line.outcome, line.lost)] == [[2, "second"], (None,), "how"]
    line.outcome.clear()
    assert (line.doing.get(), line.outcome.is_empty(), line.lost.get()) == ([2, "second"], True, "how")


def test_a_guarded_call_is_told_from_none():
    """The count is odd within the call, and even after it, returned or raised."""
    line = Channel()
    assert line.guarded(lambda given: (given, line.calls.value))("given") == ("given", 1)
    with pytest.raises(ZeroDivisionError):
        line.guarded(lambda given: 1 / given)(0)
    assert line.calls.value == 4


def test_what_is_too_large_to_tell_is_an_exception(monkeypatch):
    """It says how large."""
    monkeypatch.setattr(channel, "ROOM", 100_000)
    with pytest.raises(ValueError, match=r"^\d+ bytes to tell, needed at most 99992"):
        list(spread(lambda task, channel: bytes(200_000), [0]))
