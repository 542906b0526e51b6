"""The smallest case on which something fails."""

import numpy as np
import pytest
from hypothesis import strategies as st

from tests.layers import planted, scan
from verification import layer, models
from verification.judging import shrinking
from verification.judging.shrinking import smallest, smallest_of
from verification.models.case import random_case
from verification.properties.property import Finding

FOUND = Finding("lags", "a", "off")
CASE = random_case(models.scan, np.random.default_rng(0), {"H": 3}, 3, 4, np.float32)


def shrunk(wrong, finding):
    """What is found for a scan with a line replaced."""
    made = planted(scan, "return {}, ", wrong)
    return smallest(layer(made.forward, made.backward, model=models.scan), CASE, finding)


def test_sizes_shrink_to_what_the_fault_needs():
    """Two records, say; in the number type of the case that failed."""
    case, found = shrunk("d_a *= len(a); return {}, ", FOUND)
    assert case.sizes == {"N": 2, "T": 1, "H": 1}
    assert case.dtype == np.float32
    assert found.property == "lags"
    assert found.wrong.startswith("d_a[")


def test_the_form_shrinks_too():
    """An engine that raises for more than two steps."""
    case, found = shrunk("assert a.shape[1] < 3; return {}, ", Finding("form", "", "raised"))
    assert case.sizes == {"N": 1, "T": 3, "H": 1}
    assert found.wrong == "raised AssertionError"


@pytest.mark.parametrize("seconds", [0.0, 60.0])
def test_where_nothing_smaller_is_found_there_is_none(monkeypatch, seconds):
    """For time is up, or nothing fails."""
    monkeypatch.setattr(shrinking, "SECONDS", seconds)
    monkeypatch.setattr(shrinking, "TRIED", 20)
    wrong = "d_a *= len(a) if len(a) > 99 or 0 == SECONDS else 1; return {}, ".replace(
        "SECONDS", str(seconds)
    )
    assert shrunk(wrong, FOUND) is None


def test_none_that_is_larger_is_asked_though_it_is_simpler():
    """Hypothesis calls small numbers simple; here they are the large ones."""
    asked = []

    def size(n):
        return 1000 - n

    def wrong_on(n):
        asked.append(n)
        return FOUND if n >= 10 else None

    n, found = smallest_of(st.integers(0, 1000), wrong_on, size)
    wrong = [each for each in asked if each >= 10]
    assert wrong == sorted(wrong)
    assert (n, found.wrong) == (wrong[-1], "off")
    assert len(wrong) > 1


def test_what_is_found_is_made_smaller_until_nothing_is():
    """Among a billion numbers none that is drawn is the smallest by itself."""
    n, _ = smallest_of(st.integers(0, 10**9), lambda n: FOUND if n >= 123_456 else None, lambda n: n)
    assert n == 123_456
