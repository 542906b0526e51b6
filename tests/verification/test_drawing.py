"""Draws: the same for the same seed, and the smallest that fails."""

import pytest
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from verification.drawing import each_drawn, smallest_drawn


def drawn(seed):
    """Twenty integers."""
    seen = []
    each_drawn(st.integers(0, 10**9), seed, 20, seen.append)
    return seen


def test_a_seed_says_what_is_drawn():
    """Another one draws something else; none draws more than was asked for."""
    assert drawn("0 30") == drawn("0 30")
    assert drawn("0 30") != drawn("0 60")
    assert len(drawn(1)) == 20


def test_the_smallest_that_fails_is_found():
    """If there is one."""
    assert smallest_drawn(st.integers(0, 1000), lambda n: n > 12, 300) == 13
    with pytest.raises(NoSuchExample):
        smallest_drawn(st.integers(0, 1000), lambda n: n > 1000, 50)
