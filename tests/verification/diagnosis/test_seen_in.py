"""What is seen in the numbers of a case, of the block that makes the difference."""

from dataclasses import replace

import numpy as np
import pytest

from verification.diagnosis.seen_in import facts, numbers_in_words
from verification.models import lstm
from verification.models.case import random_case
from verification.sampling.conditioned import conditioned

SEEN = {
    ("zero", "a step", "xs"): "where a step of xs is 0",
    ("zero", "a record's state", "c0"): "where a record of c0 is 0",
    ("zero", "a record", "xs"): "where a record of xs is 0",
    ("zero", "b", "b"): "where b is 0",
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


def test_the_facts_of_a_case_begin_with_its_kind():
    """And are those of every block, of what has a cotangent, and of how arrays lie in memory."""
    case = replace(made(zero="b"), layouts={"W": "read-only"}, lengths=(2, 3))
    told = [*facts(case)]
    assert told[:3] == ["in float64", "under Full()", "under Full"]
    for fact in ("with W in memory: read-only", "where records end early", "where b is 0"):
        assert fact in told
    none = replace(case, objective=case.objective.replaced(lambda array: 0 * array))
    assert "where no output has a cotangent" in [*facts(none)]
    assert not {"where xs is one-hot", "where no output has a cotangent"} & {*told}


def test_some_zeros_are_told_where_they_form_no_pattern():
    """Of any block."""
    case = made()
    U = case.blocks["U"].copy()
    U[1, 1] = 0
    case = replace(case, blocks={**case.blocks, "U": U})
    assert numbers_in_words(case, "U") == "where some numbers of U are 0"
