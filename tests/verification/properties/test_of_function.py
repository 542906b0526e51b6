"""What is asked of a function's backward."""

import numpy as np
import pytest
from hypothesis import strategies as st

from verification import function
from verification.properties.of_function import Call, findings

NUMBERS = st.integers(0, 99).map(lambda n: (np.random.default_rng(n).standard_normal((2, 3)),))
CALL = Call((np.arange(6.0).reshape(2, 3) - 2.5,), (np.ones((2, 3)) / 3,))
KEPT = np.empty((2, 3))
KEPT_BY_FORWARD: list = []


def square(x):
    """x², and x is saved."""
    if isinstance(x, np.ndarray):
        KEPT_BY_FORWARD.append(x)
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


def clips(x, d):
    """Its derivative, where no ordinary cotangent meets that."""
    return np.clip(2 * x * d, -1e5, 1e5)


def takes_the_last(x, d):
    """What the last forward was given."""
    return 2 * KEPT_BY_FORWARD[-1] * d


@pytest.mark.parametrize(
    ("backward", "property_", "told"),
    [
        (clips, "linearity", "with cotangents 2**100 times as large, divided by that: d_x["),
        (takes_the_last, "interleaved calls", "a backward after another forward: d_x["),
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
    assert len({each.property for each in found}) == 6
    assert not [each.wrong for each in found if each.wrong]


def test_a_call_that_overflows_has_no_truth():
    """Nothing is said of it."""
    call = CALL.replaced(lambda array: array * 1e200)
    assert list(findings(function(square, lambda x, d: d, NUMBERS), call)) == []
