"""What is seen in the numbers of a case, of the block that makes the difference."""

from dataclasses import replace

import numpy as np
import pytest

from verification.diagnosis.seen_in import numbers_in_words
from verification.models import lstm
from verification.models.case import random_case
from verification.sampling.conditioned import conditioned

SEEN = {
    ("zero", "a step", "xs"): "where a step of xs is 0",
    ("zero", "a record's state", "c0"): "where a record of c0 is 0",
    ("pattern of inputs", "one-hot", "xs"): "where xs is one-hot",
    ("pattern of inputs", "whole numbers", "xs"): "where xs is of whole numbers",
    ("pattern of inputs", "all alike", "xs"): "where all numbers of xs are alike",
    ("pattern of inputs", "of one sign", "xs"): "where xs has one sign",
    ("pattern of weights", "symmetric", "W"): "where W is symmetric",
    ("pattern of weights", "diagonal", "W"): "where W is diagonal",
    ("cotangents", "not of a record", "cotangents"): "where a record has no cotangent",
    ("cotangents", "not of a unit", "cotangents"): "where a unit of the outputs has no cotangent",
    ("cotangents", "not of a step", "cotangents"): "where the outputs of a step have no cotangent",
}


def made(**levels):
    """A case with these levels."""
    rng = np.random.default_rng(0)
    return conditioned(random_case(lstm, rng, {"H": 3, "D": 2}, 2, 3), levels, rng)


@pytest.mark.parametrize(("factor", "level", "name"), SEEN)
def test_a_condition_is_told_of_the_numbers_that_have_it(factor, level, name):
    """And nothing of random ones but that they matter."""
    assert numbers_in_words(made(**{factor: level}), name) == SEEN[factor, level, name]
    assert numbers_in_words(made(), name) == f"with these numbers of {name}"


def test_some_zeros_are_told_where_they_form_no_pattern():
    """Of any block."""
    case = made()
    U = case.blocks["U"].copy()
    U[1, 1] = 0
    case = replace(case, blocks={**case.blocks, "U": U})
    assert numbers_in_words(case, "U") == "where some numbers of U are 0"
