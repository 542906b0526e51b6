"""What a function of a whole problem is given, and what it returns."""

from dataclasses import fields

import numpy as np
import pytest

import verification
from verification.adapters.given import Gradients, Problem, as_function, returned_fields
from verification.processes.invalid import InvalidAnswer

GIVEN = {
    "functions": {"candidate": "tanh"},
    "params": {"U": np.ones((2, 1))},
    "xs": np.ones((1, 3, 1)),
    "state": (np.zeros((1, 2)),),
    "targets": np.zeros((1, 2)),
}


def test_a_problem_says_what_it_is_of():
    """Its steps, its type, its losses."""
    last, every = Problem(**GIVEN), Problem(**{**GIVEN, "targets": np.zeros((1, 3, 2))})
    assert (last.steps, last.first_loss, last.targets_by_step.shape) == (3, 2, (1, 1, 2))
    assert (every.first_loss, every.targets_by_step.shape) == (0, (3, 1, 2))
    assert (last.activation, last.dtype, last.h0.shape) == ("tanh", np.dtype(float), (1, 2))
    assert Problem(**{**GIVEN, "xs": {"a": GIVEN["xs"]}}).steps == 3


def engine(problem):
    """Whose gradients are what it was given."""
    return Gradients(problem.targets, 0.0, problem.params, problem.xs, problem.state)


def test_an_engine_is_a_function_of_fields():
    """And returns those of its gradients, in order."""
    (function,) = as_function(engine)
    found = dict(zip([field.name for field in fields(Gradients)], function(**GIVEN), strict=True))
    assert found["params"] is GIVEN["params"]
    assert found["value"] == 0.0


def test_anything_else_is_an_invalid_answer():
    """Even where it says that it is of that class."""

    class Pretends:
        __class__ = Gradients

    for wrong in (None, (1,), Pretends()):
        with pytest.raises(InvalidAnswer, match=rf"^returned a {type(wrong).__name__}, needed a Gradients$"):
            returned_fields(wrong)


def test_public_names_are_these():
    """An engine makes what the package offers."""
    assert (verification.Problem, verification.Gradients) == (Problem, Gradients)
