"""Wrong blocks in words."""

import numpy as np
import pytest

from verification import models
from verification.diagnosis.probe import Seen
from verification.diagnosis.words import (
    blocks_in_words,
    common_factor,
    constant_factor,
    factor_in_words,
    gates,
    joined,
    wrong_parts,
)
from verification.models.case import random_case
from verification.properties.truth import Truth

TRUTH = Truth(random_case(models.lstm, np.random.default_rng(0), {"H": 2, "D": 3}, 3, 4))


def seen_of(**changes):
    """An answer that is right but for some blocks, each changed by a function."""
    got = {name: expected.truth.astype(float) for name, expected in TRUTH.blocks.items()}
    got |= {name: change(got[name]) for name, change in changes.items()}
    return Seen(TRUTH, got=got, blocks=tuple(changes))


def in_gate(number, factor):
    """A change of one gate of H rows."""

    def change(array):
        changed = array.copy()
        changed[2 * number : 2 * number + 2] *= factor
        return changed

    return change


FACTORS = {
    "the sign is wrong": -1,
    "twice what it should be": 2,
    "half of what it should be": 0.5,
    "1/3 of what it should be, a mean over records": 1 / 3,
    "1/4 of what it should be, a mean over steps": 1 / 4,
    "1.7 times what it should be": 1.7,
    "all zero": 0,
    "not finite": np.nan,
    "off by 1e-04 of its size or less": 1 + 2e-5,
}


@pytest.mark.parametrize(("words", "factor"), FACTORS.items(), ids=FACTORS)
def test_a_factor_is_told(words, factor):
    """Of all, and of the wrong gates alone where some are right."""
    seen = seen_of(xs=lambda array: factor * array, W=in_gate(1, factor))
    assert factor_in_words(seen, "xs", ()) == words
    assert factor_in_words(seen, "W", ("f",)) == words
    assert common_factor(seen) == (None if words.startswith("off") else words)
    assert wrong_parts(seen, "W") == ("f",)


def test_no_factor_is_told_of_what_is_no_multiple():
    """Nor one that two blocks do not share."""
    seen = seen_of(b=lambda array: array + 1, W=lambda array: -array)
    assert factor_in_words(seen, "b", ()) == ""
    assert common_factor(seen) is None
    assert constant_factor(np.ones(2), np.zeros(2)) is None
    assert constant_factor(np.array([2.0, 4.0]), np.array([1.0, 2.0])) == 2
    assert constant_factor(np.array([2j, 4j]), np.array([1.0, 2.0])) is None


def test_blocks_that_are_wrong_alike_are_told_together():
    """With their gates."""
    seen = seen_of(U=in_gate(2, -1), W=in_gate(2, -1), h0=lambda array: array + 1)
    assert list(blocks_in_words(seen)) == ["U, W are wrong in g (the sign is wrong)", "h0 is wrong"]


def test_a_factor_of_the_first_case_alone_is_told_with_its_steps():
    """One that the last shows as well without; and parts are those of either."""
    first, last = seen_of(xs=lambda array: 2 * array), seen_of(xs=lambda array: array + array**2)
    assert list(blocks_in_words(first, last)) == ["xs is wrong (at T = 4 twice what it should be)"]
    assert list(blocks_in_words(first, first)) == ["xs is wrong (twice what it should be)"]
    assert (common_factor(first, last), common_factor(first, first)) == (None, "twice what it should be")
    first, last = seen_of(W=in_gate(1, -1)), seen_of(W=in_gate(3, -1))
    assert list(blocks_in_words(first, None, (first, last))) == ["W is wrong in f, o"]
    assert gates(first, (last,)) == ("f", "o")
    assert gates(first) == ("f",)


def test_names_are_joined():
    """One, two, three."""
    assert [joined(names) for names in ("a", "ab", "abc")] == ["a", "a and b", "a, b and c"]
