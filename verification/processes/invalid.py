"""What an engine's call may come to instead of an answer."""


class InvalidAnswer(Exception):
    """An engine did not answer in the agreed form; the message says how.

    ``lost``: another call is not worth while.
    """

    lost = False


class TimedOut(InvalidAnswer):
    """An engine did not answer in time; another call would wait as long again."""

    lost = True


class Unsupported(Exception):
    """Raised by an engine for a problem of a kind that it does not do; the message says what.

    Such problems are counted separately, and an engine that declines one is not verified but *not exercised*.
    """


class LostProcess(BaseException):
    """The process in which an engine runs is lost; the message says how.

    Not an Exception, because nothing that is caught on the way could be called again.
    """
