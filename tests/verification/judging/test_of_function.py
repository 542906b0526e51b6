"""What is asked of a function's backward, and what is said of a wrong one."""

import os

import numpy as np
import pytest
from hypothesis import strategies as st

from verification import function, verify
from verification.judging.of_function import Call, findings
from verification.judging.profile import Profile

SHORT = Profile("short", cases=12, exact_cases=0)
NUMBERS = st.integers(0, 99).map(lambda n: (np.random.default_rng(n).standard_normal((2, 3)),))
CALL = Call((np.arange(6.0).reshape(2, 3) - 2.5,), (np.ones((2, 3)) / 3,))
KEPT = np.empty((2, 3))


def square(x):
    """x², and x is saved."""
    return x * x, x


def writes(x, d):
    """Into its cotangent."""
    d *= 2
    return d * x


def hands_out_twice(x, d):
    """The same buffer."""
    np.multiply(2 * x, d, out=KEPT)
    return KEPT


def trusts_the_layout(x, d):
    """Of the cotangent."""
    return 2 * x * (d if d.flags.c_contiguous else -d)


@pytest.mark.parametrize(
    ("backward", "property_", "told"),
    [
        (lambda x, d: 2 * x * d * (1 + 1e-12), "autograd", "d_x[0, 0]: got "),
        (writes, "inputs stay", "cotangent 0 is changed in place"),
        (hands_out_twice, "second call", "d_x of the first call is changed by a second one"),
        (trusts_the_layout, "memory layout", "with arrays laid out otherwise (Fortran order): d_x["),
    ],
)
def test_each_property_can_fail(backward, property_, told):
    """For its own reason."""
    found = findings(function(square, backward, NUMBERS), CALL)
    wrong = [f.wrong for f in found if f.wrong and f.property == property_]
    assert wrong[0].startswith(told)


def test_a_right_backward_fails_in_none():
    """Though its last bit is another than autograd's."""
    found = list(findings(function(square, lambda x, d: (x + x) * d, NUMBERS), CALL))
    assert len({each.property for each in found}) == 4
    assert not [each.wrong for each in found if each.wrong]


def test_a_call_that_overflows_has_no_truth():
    """Nothing is said of it."""
    call = CALL.replaced(lambda array: array * 1e200)
    assert list(findings(function(square, lambda x, d: d, NUMBERS), call)) == []


def test_nothing_that_could_be_wrong_is_no_exercise():
    """No argument of floating point, or a gradient that is always zero."""
    integers = st.integers(0, 9).map(lambda n: (n,))
    found = verify(function(lambda n: (np.ones(2), n), lambda n, d: (None,), integers), SHORT)
    assert (found.verdict, found.missing) == ("not exercised", ("an argument of floating point",))
    zero = NUMBERS.map(lambda given: (0 * given[0],))
    found = verify(function(square, lambda x, d: 2 * x * d, zero), SHORT)
    assert (found.verdict, found.missing) == ("not exercised", ("autograd x",))


def test_a_backward_that_ends_its_process_is_refuted():
    """With how it ended."""
    found = verify(function(square, lambda x, d: os._exit(3), NUMBERS), SHORT)
    assert found.verdict == "refuted"
    assert "ended its process with exit code 3, at x (2, 3)" in found.diagnosis.sentence


def test_the_same_seed_sees_the_same():
    """Progress included."""
    told = []
    engine = function(square, lambda x, d: 2 * x * d, NUMBERS)
    first = verify(engine, SHORT, progress=lambda done, total: told.append((done, total)))
    assert told[-1] == (12, 12) == (first.cases, first.live)
