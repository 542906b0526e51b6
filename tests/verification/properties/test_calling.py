"""An engine runs a case in its own arrays, in limited time, and leaves the process as it was."""

import sys
from dataclasses import replace

import numpy as np
import pytest

from tests.vanilla import changed
from verification.adapters.rnn.manual import manual
from verification.adapters.rnn.scoping import as_rnn
from verification.models import scan, vanilla
from verification.models.case import random_case
from verification.processes.invalid import InvalidAnswer
from verification.properties.calling import rng_of, run_case

CASE = random_case(vanilla, np.random.default_rng(0), {"H": 2, "D": 2, "K": 2}, 2, 3, losses="every")


def refused(function, case=CASE):
    """What is wrong with a function's answer."""
    with pytest.raises(InvalidAnswer) as invalid:
        run_case(as_rnn(function), case)
    return str(invalid.value)


def wrong(W):
    """The right engine with something else for W's gradient."""
    return lambda problem: changed(manual(problem), W=W)


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda problem: None, "returned a NoneType, needed a Gradients"),
        (wrong(W=None), "the gradient of W is missing, needed an array (2, 2)"),
        (wrong(W=[[1, 2], [3, 4]]), "the gradient of W is a list, needed an ndarray"),
        (wrong(W=np.ma.ones((2, 2))), "the gradient of W is a MaskedArray, needed an ndarray"),
        (wrong(W=np.ones(2)), "the gradient of W has shape (2,), needed (2, 2)"),
        (wrong(W=np.ones((2, 2), "f4")), "the gradient of W has dtype float32, needed float64"),
        (lambda problem: replace(manual(problem), value="0"), "value has dtype <U1, needed float64"),
        (lambda problem: 1 / 0, "raised ZeroDivisionError: division by zero"),
        (lambda problem: sys.exit(3), "raised SystemExit: 3"),
    ],
)
def test_an_answer_in_another_form_is_none(function, expected):
    """In one line, by its name."""
    assert refused(function) == expected


def test_an_array_that_is_exchanged_is_reported():
    """The caller's dict has another array than it had."""

    def exchanges(problem):
        answer = manual(problem)
        problem.params["W"] = problem.params["W"].copy()
        return answer

    assert refused(exchanges) == "the function puts another array in the place of params['W']"


@pytest.mark.skipif(np.finfo(np.longdouble).nmant != 63, reason="a long double has no other bytes here")
def test_what_is_drawn_of_a_case_hangs_on_its_numbers_alone():
    """The bytes of a long double have some that are no number's."""
    case = random_case(scan, np.random.default_rng(0), {"H": 2}).astype(np.longdouble)
    other = case.objective.replaced(np.copy)
    other.outputs.view(np.uint8).reshape(-1, other.outputs.itemsize)[:, 10:] ^= 7
    drawn = [rng_of(each).random() for each in (case, replace(case, objective=other))]
    np.testing.assert_array_equal(other.outputs, case.objective.outputs)
    assert drawn[0] == drawn[1]
