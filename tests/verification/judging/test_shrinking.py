"""The smallest case on which something fails."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import strategies as st

from tests.layers import layer_with, lstm, scan
from verification import Scope, models
from verification.judging import shrinking
from verification.judging.shrinking import smallest, smallest_of
from verification.models.case import random_case
from verification.properties.property import Finding
from verification.sampling.sample import conditioned

FOUND = Finding("lags", "a", "off")
CASE = random_case(models.scan, np.random.default_rng(0), {"H": 3}, 3, 4, np.float32)


def shrunk(wrong, finding, case=CASE, model=models.scan, module=scan, right="return {}, ", **claimed):
    """What is found for a layer with a line replaced."""
    engine = layer_with(model, module, right, wrong, scope=Scope(**claimed) if claimed else None)
    return smallest(engine, case, finding)


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


RETURN = 'return {"U": d_U, "W": d_W, "b": d_b}'
LARGE = random_case(models.lstm, np.random.default_rng(0), {"H": 5, "D": 7}, 9, 40)

# By where a gradient is wrong, the case that failed, and the sizes and layouts of what is left of it.
NEEDED = {
    "d_xs.shape[1] > 17": (LARGE, (1, 18, 1, 1), {}),
    "not b.any()": (conditioned(LARGE, {"zero": "b"}, np.random.default_rng(0)), (1, 1, 1, 1), {}),
    "not W.flags.writeable": (
        replace(LARGE, layouts={"U": "backwards", "W": "read-only"}),
        (1, 1, 1, 1),
        {"W": "read-only"},
    ),
    "len(d_xs) == 9 and W.shape[1] == 5": (LARGE, (9, 1, 1, 5), {}),
}


@pytest.mark.parametrize(("condition", "needed"), NEEDED.items(), ids=NEEDED)
def test_the_condition_that_a_fault_needs_is_kept_and_nothing_else(condition, needed):
    """Of a case with too many numbers to be drawn by chance; those that are left are quarters."""
    given, sizes, layouts = needed
    wrong = f'b = params["b"]; d_U = d_U * (1 + bool({condition})); {RETURN}'
    found = shrunk(wrong, Finding("autograd", "U", "off"), given, models.lstm, lstm, RETURN)
    case, _ = found
    assert tuple(case.sizes[name] for name in "NTDH") == sizes
    assert case.layouts == layouts
    assert all(np.array_equal(4 * array, np.round(4 * array)) for array in case.blocks.values())


@pytest.mark.parametrize(
    ("seconds", "condition"), [(float("-inf"), "True"), (60.0, "len(a) > 99")], ids=["late", "nothing fails"]
)
def test_where_nothing_smaller_is_found_there_is_none(monkeypatch, seconds, condition):
    """For time is up, or nothing fails."""
    monkeypatch.setattr(shrinking, "SECONDS", seconds)
    monkeypatch.setattr(shrinking, "TRIED", 20)
    assert shrunk(f"d_a *= len(a) if {condition} else 1; return {{}}, ", FOUND) is None


def test_no_larger_drawn_case_is_run_though_it_is_simpler():
    """Hypothesis calls small numbers simple; here they are the large ones."""
    run = []

    def size(n):
        return 1000 - n

    def wrong_on(n):
        run.append(n)
        return FOUND if n >= 10 else None

    n, found = smallest_of(st.integers(0, 1000), wrong_on, size)
    wrong = [each for each in run if each >= 10]
    assert wrong == sorted(wrong)
    assert (n, found.wrong) == (wrong[-1], "off")
    assert len(wrong) > 1


def test_what_is_found_is_made_smaller_until_nothing_is():
    """Among a billion numbers none that is drawn is the smallest by itself."""
    n, _ = smallest_of(st.integers(0, 10**9), lambda n: FOUND if n >= 123_456 else None, lambda n: n)
    assert n == 123_456
