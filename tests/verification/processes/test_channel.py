"""What is told arrives whole, calls are counted while they last, and what cannot be told is refused."""

import pytest

from verification.processes import channel
from verification.processes.channel import Channel
from verification.processes.workers import spread


def test_what_is_told_is_there_until_something_else_is():
    """Nothing at first; what came of it is None if that is what came."""
    line = Channel()
    assert (line.doing, line.outcome, line.lost, line.is_finished) == (None, None, None, False)
    line.tell("first")
    line.tell([2, "second"])
    line.finish(None)
    assert (line.doing, line.outcome, line.is_finished) == ([2, "second"], (None,), True)


def test_a_task_that_follows_takes_back_all_but_the_loss():
    """What is lost stays lost; an outcome may be withdrawn alone."""
    line = Channel()
    for said in (line.tell, line.finish, line.lose):
        said("this")
    line.withdraw()
    assert (line.doing, line.outcome, line.is_finished, line.lost) == ("this", None, False, "this")
    line.finish("that")
    line.clear()
    assert (line.doing, line.outcome, line.lost) == (None, None, "this")


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
