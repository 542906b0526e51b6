"""A call in a thread of its own."""

import threading
from collections.abc import Callable
from typing import TypeVar

import numpy as np

Given = TypeVar("Given")
Returned = TypeVar("Returned")


def in_a_thread(call: Callable[[Given], Returned], given: Given) -> Returned:
    """The call in a thread that has made none before; raises what it raises.

    Context variables are not handed on, as threads of libraries do not either.
    """
    returned: list[Returned] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            # As around the calls of the thread that waits.
            with np.errstate(all="ignore"):
                returned.append(call(given))
        except BaseException as error:
            raised.append(error)

    # A thread that does not come back must not keep the process from its end.
    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join()
    if raised:
        raise raised[0]
    return returned[0]
