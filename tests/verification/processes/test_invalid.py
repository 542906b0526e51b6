"""What a call may come to instead of an answer."""

import verification
from verification.processes.invalid import InvalidAnswer, LostProcess, TimedOut, Unsupported


def test_what_is_called_again():
    """An engine that did not answer in time is not; one of another form is."""
    assert not InvalidAnswer("").lost
    assert TimedOut("").lost
    assert issubclass(TimedOut, InvalidAnswer)


def test_a_lost_process_is_not_caught_as_an_error():
    """Nothing could be called after it."""
    assert not issubclass(LostProcess, Exception)


def test_a_user_declines_by_the_public_name():
    """Which is the same class."""
    assert verification.Unsupported is Unsupported
