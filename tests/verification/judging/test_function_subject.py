"""A run of a function's backward, and what is said of a wrong one."""

import numpy as np
import pytest
from hypothesis import strategies as st

from tests.promises import SHORT
from verification import function, verify
from verification.diagnosis.picture import RIGHT
from verification.judge import subject_of
from verification.judging.run import CaseBlock
from verification.judging.tally import Tally
from verification.truth.of_function import expected

NUMBERS = st.integers(0, 99).map(lambda n: (np.random.default_rng(n).standard_normal((2, 3)),))


def test_nothing_that_could_be_wrong_is_no_exercise():
    """No argument of floating point, or a gradient that is always zero."""
    integers = st.integers(0, 9).map(lambda n: (n,))
    found = verify(function(lambda n: (np.ones(2), n), lambda n, d: (None,), integers), SHORT)
    assert (found.verdict, found.missing) == ("not exercised", ("an argument of floating point",))
    zero = NUMBERS.map(lambda given: (0 * given[0],))
    found = verify(function(lambda x: (x * x, x), lambda x, d: 2 * x * d, zero), SHORT)
    assert (found.verdict, found.missing) == ("not exercised", ("autograd x",))


@pytest.mark.parametrize(("factor", "wrong"), [(0.9, []), (1.5, ["x"])])
def test_a_picture_shows_what_is_beyond_its_bound(factor, wrong):
    """And nothing else."""

    def product(x, z):
        return x * z, (x, z)

    def backward(saved, d):
        x, z = saved
        return d * z + factor * expected(product, saved, (d,))[0].bound, d * x

    x, z = np.random.default_rng(0).uniform(1, 2, (2, 3))
    subject = subject_of(function(product, backward, st.just((x, z))))
    (call,) = subject.cases(CaseBlock(1, "0"))
    shown = subject.picture(call)
    assert [each.name for each in shown.numbers] == wrong
    assert (shown.instead == RIGHT) == (not wrong)


def test_an_argument_without_a_gradient_is_not_in_the_scope():
    """As whole numbers, whose gradient is None; of a run that met none every name is."""
    labels = NUMBERS.map(lambda given: (*given, 3))
    made = function(lambda x, k: (k * x, k), lambda k, d: (k * d, None), labels)
    assert "gradients of x by autograd of the forward" in str(verify(made, SHORT))
    assert subject_of(made).scope(Tally()) == "gradients of x, k by autograd of the forward"
