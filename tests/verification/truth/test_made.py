"""What has been made of a truth is made once."""

import numpy as np

from verification import models
from verification.models.case import random_case
from verification.truth.made import Made, nothing

CASE = random_case(models.scan, np.random.default_rng(0), {"H": 2})


def test_a_value_is_made_once():
    """By its name; another name is another value."""
    made, calls = Made(), []
    assert [made.once("a", lambda: calls.append(1) or 7) for _ in range(3)] == [7, 7, 7]
    assert made.once("b", lambda: 8) == 8
    assert calls == [1]


def test_nothing_made_is_remembered():
    """Who has no memory makes everything anew of each case."""
    nothing(CASE).once("a", lambda: 7)
    assert nothing(CASE).values == {}
