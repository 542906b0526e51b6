"""The adapter for any function: right backwards, wrong ones, and the program that is printed."""

import autograd.numpy as anp
import numpy as np
import pytest
from hypothesis import strategies as st

from tests.promises import SHORT
from verification import function, verify
from verification.processes.invalid import InvalidAnswer
from verification.properties.of_function import Call, run_call


@st.composite
def arguments(draw):
    """Logits, weights, a temperature that is no array."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 5))
    dtype = draw(st.sampled_from((np.float64, np.float32)))
    x = (3 * rng.standard_normal((rows, columns))).astype(dtype)
    return x, rng.standard_normal(columns).astype(dtype), draw(st.sampled_from((1.0, 2.0)))


def softmax(x, w, temperature):
    """Two outputs: softmax(w x / temperature) by rows, and its logarithms' sum."""
    a = w * x / temperature
    e = anp.exp(a - anp.max(a, axis=1, keepdims=True))
    p = e / anp.sum(e, axis=1, keepdims=True)
    return (p, anp.sum(a)), (x, w, temperature, p)


def softmax_back(saved, dp, ds):
    x, w, temperature, p = saved
    da = p * (dp - (dp * p).sum(axis=1, keepdims=True)) + ds
    return (da * w / x.dtype.type(temperature)), (da * x / x.dtype.type(temperature)).sum(axis=0), None


def test_a_right_backward_is_verified():
    """In both types, with several outputs, and an argument that has no gradient."""
    found = verify(function(softmax, softmax_back, arguments()), SHORT)
    assert (found.word, found.missing) == ("verified", ())
    assert found.scope == "gradients of x, w by autograd of the forward"
    assert {row.part for row in found.rows if row.property == "autograd"} == {"x", "w"}


@pytest.mark.parametrize(
    ("backward", "expected"),
    [
        (lambda saved, *d: saved[:2], "backward returned a tuple of 2, needed a tuple of 3"),
        (lambda saved, *d: None, "backward returned a NoneType, needed a tuple of 3"),
        (lambda saved, *d: (None, None, None), r"the gradient of x is missing, needed an array \(2, 3\)"),
        (lambda saved, *d: (saved[0].T, None, None), r"of x has shape \(3, 2\), needed \(2, 3\)"),
        (lambda saved, *d: 1 / 0, "raised ZeroDivisionError: division by zero"),
    ],
)
def test_what_has_not_the_form_is_reported(backward, expected):
    engine = function(softmax, backward, arguments())
    call = Call((np.ones((2, 3)), np.ones(3), 1.0), (np.ones((2, 3)), np.ones(())))
    with pytest.raises(InvalidAnswer, match=expected):
        run_call(engine, call)
