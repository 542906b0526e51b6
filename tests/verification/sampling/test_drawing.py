"""Draws: the same for the same seed, and the smallest that fails."""

import json
import subprocess
import sys

import pytest
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample

from tests.campaigns import ENVIRONMENT
from verification.sampling.drawing import all_drawn, one_drawn, smallest_drawn


def drawn(seed):
    return all_drawn(st.integers(0, 10**9), seed, 20)


def test_a_seed_says_what_is_drawn():
    """Another one draws something else; none draws more than was asked for."""
    assert drawn("0 30") == drawn("0 30")
    assert drawn("0 30") != drawn("0 60")
    assert len(drawn(1)) == 20


def test_the_smallest_that_fails_is_found():
    assert smallest_drawn(st.integers(0, 1000), lambda n: n > 12, 300) == 13
    with pytest.raises(NoSuchExample):
        smallest_drawn(st.integers(0, 1000), lambda n: n > 1000, 50)


ELSEWHERE = """
import json, sys
sys.path.insert(0, sys.argv[1])
import constants
from hypothesis import strategies as st
from verification.sampling.drawing import all_drawn

print(json.dumps(all_drawn(st.tuples(st.integers(), st.floats(0, 1)), "0", 300)))
"""


def test_what_is_drawn_does_not_depend_on_what_is_loaded(tmp_path):
    """By itself, Hypothesis mixes in the numbers of modules that are loaded."""
    (tmp_path / "constants.py").write_text("A = [123456789, 987654321, 0.123456789]\n")
    call = [sys.executable, "-c", ELSEWHERE, str(tmp_path)]
    done = subprocess.run(call, capture_output=True, text=True, check=True, env=ENVIRONMENT)
    here = all_drawn(st.tuples(st.integers(), st.floats(0, 1)), "0", 300)
    assert json.loads(done.stdout) == [list(each) for each in here]
    assert len({repr(each) for each in here}) > 250


def test_one_that_is_drawn_depends_on_the_seed():
    """It is not the simplest of all, with which Hypothesis begins."""
    assert len({one_drawn(st.integers(), number) for number in range(20)}) > 10
