"""What is far below the others, and what is next to 1, is made, recognised and named."""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import a_case
from verification.diagnosis.seen_in import facts, numbers_in_words
from verification.models import lstm, scan, vanilla
from verification.sampling.quiet import NEXT_TO_1, QUIET_COTANGENTS, QUIET_NUMBERS, UNIT
from verification.sampling.zeros import RECORD, STEP, ZEROS


@pytest.mark.parametrize(
    ("part", "names"), [(RECORD, ("xs", "h0", "c0")), (STEP, ("xs",)), (UNIT, ("h0", "c0"))]
)
def test_what_is_far_below_the_others_is_recognised_and_named(part, names):
    """Of each array; not where it is zero, where others are no larger, or of what has no such axis."""
    case = a_case(lstm, 3, 5)
    each = QUIET_NUMBERS[part]
    assert {block.name for block in lstm.blocks if each.of(block)} == {*names}
    arrays = each.apply([case.blocks[name] for name in names], np.random.default_rng(0))
    after = replace(case, blocks={**case.blocks, **dict(zip(names, arrays, strict=True))})
    for name in names:
        assert f"where {each.words.format(name)}" in [*facts(after)]
        assert numbers_in_words(after, name) == f"where {each.words.format(name)}"
    (zero,) = ZEROS[RECORD].apply([case.blocks["xs"]], np.random.default_rng(0))
    for none in (zero, np.zeros((3, 4)), np.ones((1, 1, 1)), np.array(2.0)):
        assert not each.holds([none])


@pytest.mark.parametrize("part", QUIET_COTANGENTS)
def test_quiet_cotangents_are_recognised_and_named(part):
    """Not of a loss, which has none of its own."""
    case = a_case(lstm, 3, 5)
    each = QUIET_COTANGENTS[part]
    assert numbers_in_words(each.apply(case, np.random.default_rng(0)), "cotangents") == f"where {each.words}"
    assert not each.holds(a_case(vanilla, losses="every"))


def test_numbers_next_to_1_are_recognised_and_named():
    """Below it or on both sides, and not those that are 1 or as near as a pattern makes them."""
    case = a_case(scan, 3, 5)
    a = NEXT_TO_1.apply(case.blocks["a"], np.random.default_rng(0))
    assert (a < 1).any()
    after = replace(case, blocks={**case.blocks, "a": a})
    assert numbers_in_words(after, "a") == "where all numbers of a are next to 1"
    assert NEXT_TO_1.holds(2 - a)
    assert not NEXT_TO_1.holds(np.ones(3))
    assert not NEXT_TO_1.holds(-a)
    assert not NEXT_TO_1.holds(np.array([1.0, 0.999]))
