"""What is far below the others, and what is next to 1, is made, recognised and named."""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import a_case
from verification.diagnosis.seen_in import facts, numbers_in_words
from verification.models import lstm, rg_lru, vanilla
from verification.sampling.quiet import NEXT_TO, QUIET_COTANGENTS, QUIET_NUMBERS, UNIT
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


@pytest.mark.parametrize("base", NEXT_TO)
def test_numbers_next_to_1_or_0_are_recognised_and_named(base):
    """On either side, of decays; not those that are all 1 or 0, and not one that is farther off."""
    case, each = a_case(rg_lru, 3, 5), NEXT_TO[base]
    a = each.apply(case.blocks["a"], np.random.default_rng(0))
    after = replace(case, blocks={**case.blocks, "a": np.abs(a)})
    assert numbers_in_words(after, "a") == f"where all numbers of a are next to {base:.0f}"
    assert each.holds(2 * base - a)
    assert not any(each.holds(some) for some in (np.full(3, base), a - 2, np.append(a, base - 1e-3)))


def test_of_numbers_of_any_size_it_is_not_said_that_they_are_small():
    """Making them larger shows how small."""
    assert [each.of(rg_lru.block("x")) for each in NEXT_TO.values()] == [True, False]


def test_decays_have_one_sign_always():
    """So it is not said of them."""
    case = a_case(rg_lru, 3, 5)
    assert (case.blocks["a"] > 0).all()
    assert numbers_in_words(case, "a") == "with these numbers of a"
