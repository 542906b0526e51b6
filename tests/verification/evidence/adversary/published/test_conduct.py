"""Conditions on the calls before hold after such calls."""

from dataclasses import replace

import numpy as np

from tests.verification.evidence.adversary.calls import after, call, met
from verification.evidence.adversary.call import History


def test_the_number_of_a_call():
    """Counted from the first of a process."""
    assert met("the first call of a process", call())
    assert not met("the second call of a process", call())
    assert met("every tenth call", call(history=History(forwards=19)))
    assert met("a call after a hundred", call(history=History(forwards=101)))


def test_backwards_of_one_forward_and_after_another():
    """As a user's two graphs do."""
    assert met("a second backward of one forward", call(history=History(again=1)))
    assert met("a backward after another forward", call(history=History(since=1)))
    assert not met("a backward after another forward", call(history=History(again=1)))


def test_the_call_before_had_other_sizes_or_types():
    """Or the same."""
    assert not met("other sizes than at the call before", call())
    assert met("more records than at the call before", after(call(N=2), call(N=3)))
    assert met("fewer steps than at the call before", after(call(T=5), call(T=3)))
    assert met("the sizes of the call before in another type", after(call(dtype="float32"), call()))
    assert met("the same sizes as at the call before", after(call(), call()))


def test_the_call_before_had_other_numbers_in_the_same_place():
    """Or the same numbers elsewhere."""
    before = call()
    assert met("the numbers of the call before", after(before, call()))
    W = before.params["W"]
    now = after(before, call(W=W))
    assert not met("other parameters in the arrays of the call before", now)
    W *= -1
    assert met("other parameters in the arrays of the call before", replace(now, xs=now.xs))


def test_the_same_network_for_other_inputs():
    """Of a data set."""
    name = "other inputs than at the call before, the same parameters"
    assert met(name, after(call(), call(xs=np.ones((3, 4, 2)))))
    assert not met(name, after(call(), call()))
