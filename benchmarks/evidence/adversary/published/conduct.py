"""Conditions on the calls before a backward: which, how many, and what they were given."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from benchmarks.evidence.adversary.call import BackwardCall, Given
from benchmarks.evidence.adversary.condition import CALLS, CONDUCT, STATE, Trigger


def _calls(words: str, holds: Callable[[BackwardCall], Any]) -> Trigger:
    return Trigger(words, CONDUCT, holds, of=frozenset({CALLS}))


def _before(words: str, holds: Callable[[Given, Given], Any]) -> Trigger:
    """Of the forward before, and this one."""

    def met(call: BackwardCall) -> Any:
        before = call.history.before
        return before is not None and holds(before, call.given)

    return _calls(words, met)


def _same(before: Given, now: Given, *names: str) -> bool:
    return all(before.digests[name] == now.digests[name] for name in names)


OF_ANY_SIZE = (
    _calls("the first call of a process", lambda call: call.history.forwards == 0),
    _calls("the second call of a process", lambda call: call.history.forwards == 1),
    _calls("the fifth call and later", lambda call: call.history.forwards >= 4),
    _calls("a call after a hundred", lambda call: call.history.forwards > 100),
    _calls("a call after five hundred", lambda call: call.history.forwards > 500),
    _calls("every seventh call", lambda call: call.history.forwards % 7 == 6),
    _calls("every tenth call", lambda call: call.history.forwards % 10 == 9),
    _calls("a second backward of one forward", lambda call: call.history.again == 1),
    _calls("a backward after another forward", lambda call: call.history.since > 0),
    _before("other sizes than at the call before", lambda a, b: a.sizes != b.sizes),
    _before("the same sizes as at the call before", lambda a, b: a.sizes == b.sizes),
    _before("more records than at the call before", lambda a, b: b.sizes.N > a.sizes.N),
    _before("fewer records than at the call before", lambda a, b: b.sizes.N < a.sizes.N),
    _before("fewer steps than at the call before", lambda a, b: b.sizes.T < a.sizes.T),
    _before("more steps than at the call before", lambda a, b: b.sizes.T > a.sizes.T),
    _before("more units than at the call before", lambda a, b: b.sizes.H > a.sizes.H),
    _before("another type than at the call before", lambda a, b: a.dtype != b.dtype),
    _before(
        "the sizes of the call before in another type",
        lambda a, b: a.dtype != b.dtype and a.sizes == b.sizes,
    ),
    _before("the numbers of the call before", lambda a, b: a.digests == b.digests),
    _before(
        "other inputs than at the call before, the same parameters",
        lambda a, b: _same(a, b, "U", "W", "b") and a.digests["xs"] != b.digests["xs"],
    ),
    _before(
        "other parameters in the arrays of the call before",
        lambda a, b: a.places["W"] == b.places["W"] and a.digests["W"] != b.digests["W"],
    ),
    _before(
        "other inputs in the array of the call before",
        lambda a, b: a.places["xs"] == b.places["xs"] and a.digests["xs"] != b.digests["xs"],
    ),
)

# Those that are combined with sizes, at which pools, workspaces and in-place paths begin.
BY_NAME = {each.name: each for each in OF_ANY_SIZE}
KEPT = (
    _calls("the second call of a process or later", lambda call: call.history.forwards > 0),
    BY_NAME["a second backward of one forward"],
    BY_NAME["a backward after another forward"],
    BY_NAME["other sizes than at the call before"],
    BY_NAME["the same sizes as at the call before"],
    BY_NAME["fewer records than at the call before"],
    BY_NAME["another type than at the call before"],
    BY_NAME["the sizes of the call before in another type"],
    BY_NAME["the numbers of the call before"],
    BY_NAME["other inputs in the array of the call before"],
    BY_NAME["other parameters in the arrays of the call before"],
)


def _at_size(each: Trigger) -> Trigger:
    """The same of a state of 64 KiB in double precision."""
    return replace(
        each, name=f"{each.name}, N H from 8,192", kind=STATE, sizes=lambda sizes: sizes.N * sizes.H >= 2**13
    )


CONDITIONS = (*OF_ANY_SIZE, *map(_at_size, KEPT))
