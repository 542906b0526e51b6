"""A judgement of a few small cases, for the tests beside it."""

from functools import cache

from benchmarks.evidence.adversary.published import CONDITIONS
from benchmarks.evidence.adversary.recording import FUNCTIONS, recorded
from tests.promises import SHORT
from verification.adapters.rnn.cells import layer_of
from verification.sampling.scope import Scope

# One condition of five, and those that a test names.
NAMED = ("float64", "T > 20", "T == 3", "N == 3")
NAMED += ("a call after five hundred", "a second backward of one forward")
SOME = tuple(each for i, each in enumerate(CONDITIONS) if i % 5 == 0 or each.name in NAMED)


@cache
def right():
    """A right layer of few records and steps."""
    scope = Scope(records=(1, 2), steps=(1, 3), dtypes=("float64",))
    return layer_of("lstm", FUNCTIONS, scope)


@cache
def subject():
    """It with its cases."""
    return right().subject()


@cache
def recording():
    """All of its calls."""
    return recorded(subject(), SOME, SHORT, 0, lambda done, of: None)
