"""A call of an engine under its time limit, after which its process is as it was before.

Everything that may run the engine's code is under the limit: the call itself, reading the returned objects,
whose attributes may be properties, and formatting an exception.
"""

import contextlib
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TypeVar

import numpy as np

from verification.processes import timeout
from verification.processes.invalid import InvalidAnswer, TimedOut, Unsupported
from verification.processes.surroundings import Surroundings
from verification.text import in_a_line, message_of, quoted, type_name

Given = TypeVar("Given")
Returned = TypeVar("Returned")
Read = TypeVar("Read")

# Around a call of which nothing more is to be seen.
NOTHING: AbstractContextManager[None] = contextlib.nullcontext()

# The most characters of an engine's exception message, which is reported on one line.
RAISED = 200


def guarded(
    call: Callable[[Given], Returned],
    given: Given,
    read: Callable[[Returned], Read],
    seconds: float,
    around: AbstractContextManager[None] = NOTHING,
) -> Read:
    """Calls an engine and reads the answer; afterwards the process is as it was before.

    ``around``: a ``with`` block of which the call is the body. Raises InvalidAnswer, TimedOut if there is no
    answer in so many seconds, Unsupported if the engine does, and TimeIsOver if the run has no time left for
    the call.
    """
    surroundings = Surroundings()
    interruption = (KeyboardInterrupt,) if surroundings.interruptible else ()
    not_its_own = (timeout.CallTimeout, timeout.TimeIsOver, *interruption)
    wrong: InvalidAnswer | Unsupported | None = None
    try:
        # Surroundings are restored before any other code runs, and a second time in case an alarm interrupted
        # that, or no stack was left.
        with surroundings, np.errstate(all="ignore"), timeout.Limit(seconds):
            try:
                with around, surroundings:
                    returned = call(given)
                answer = read(returned)
            except not_its_own:
                raise
            except BaseException as error:
                wrong = raised(error)
    except timeout.CallTimeout:
        raise TimedOut(f"did not return within {seconds:g} s") from None
    except not_its_own:
        raise
    except BaseException as error:
        wrong = InvalidAnswer(f"raised {type_name(type(error))}")
    if surroundings.changes:
        raise InvalidAnswer(in_a_line(", ".join(surroundings.changes), RAISED))
    if wrong is not None:
        raise wrong
    return answer


def raised(error: BaseException) -> InvalidAnswer | Unsupported:
    """The InvalidAnswer or Unsupported for an engine's exception, with a message of our own."""
    if isinstance(error, InvalidAnswer):
        return error
    if isinstance(error, Unsupported):
        with contextlib.suppress(Exception):
            return Unsupported(quoted(str(error)))
    invalid = InvalidAnswer(f"raised {in_a_line(message_of(error).partition(chr(10))[0], RAISED)}")
    invalid.__cause__ = error
    return invalid
