"""The smallest case on which something fails."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import strategies as st

from tests.layers import layer_with, lstm, scan
from verification import Scope, models
from verification.diagnosis.diagnosis import diagnose
from verification.diagnosis.probe import healthy_case
from verification.diagnosis.shown import wrong_in
from verification.judging import shrinking
from verification.judging.shrinking import Shrunk, smallest, smallest_of, smallest_showing
from verification.models.case import random_case
from verification.properties.findings import findings, truth_of
from verification.properties.property import Finding
from verification.sampling.sample import conditioned
from verification.sampling.simpler import in_two_digits
from verification.truth import replay

FOUND = Finding("lags", "a", "off")
CASE = random_case(models.scan, np.random.default_rng(0), {"H": 3}, 3, 4, np.float32)


def shrunk(wrong, finding, case=CASE, model=models.scan, module=scan, right="return {}, ", **claimed):
    """What is found for a layer with a line replaced: a case, its finding, why it may not be the smallest."""
    engine = layer_with(model, module, right, wrong, scope=Scope(**claimed) if claimed else None)
    found = smallest(engine, case, finding)
    return found.case, found.finding, found.larger


def test_sizes_shrink_to_what_the_fault_needs():
    """Two records, say; in the number type of the case that failed."""
    case, found, larger = shrunk("d_a *= len(a); return {}, ", FOUND)
    assert case.sizes == {"N": 2, "T": 1, "H": 1}
    assert case.dtype == np.float32
    assert found.property == "lags"
    assert found.wrong.startswith("d_a[")
    assert larger == ""


def test_the_form_shrinks_too():
    """An engine that raises for more than two steps."""
    case, found, _ = shrunk("assert a.shape[1] < 3; return {}, ", Finding("form", "", "raised"))
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
    case, _, larger = found
    assert (tuple(case.sizes[name] for name in "NTDH"), larger) == (sizes, "")
    assert case.layouts == layouts
    assert all(np.array_equal(4 * array, np.round(4 * array)) for array in case.blocks.values())


@pytest.mark.parametrize(
    ("seconds", "tried", "why"),
    [(float("-inf"), 300, "-inf s"), (60.0, 1, "1 cases")],
    ids=["late", "many"],
)
def test_where_the_search_ends_early_it_says_so(monkeypatch, seconds, tried, why):
    """What was found until then is no smaller, or may not be the smallest."""
    monkeypatch.setattr(shrinking, "SECONDS", seconds)
    monkeypatch.setattr(shrinking, "TRIED", tried)
    case, _, larger = shrunk("d_a *= 2; return {}, ", FOUND)
    assert (case is CASE) == (seconds < 0)
    assert larger == f"the search for a smaller one ended after {why}"


GIVEN = [CASE.blocks["a"], CASE.objective.outputs, CASE.objective.state[0]]
SUMS = [float(array.sum()) for array in (*GIVEN, replay.forward(CASE)["outputs"])]


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        # Of numbers that are rounded, or fewer, none has the same sums.
        (
            f"np.allclose([each.sum() for each in (a, d_outputs, d_state[0], np.stack(states[1:]))], {SUMS})",
            "",
        ),
        ("False", "it does not fail when it is run again"),
    ],
)
def test_what_fails_on_no_smaller_case_is_the_smallest_if_it_fails_again(condition, why):
    """Nothing of it can be left out; the finding is that of the run."""
    assert shrunk(f"d_a *= 1 + bool({condition}); return {{}}, ", FOUND) == (CASE, FOUND, why)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("calls of a training", "it is a call of the training, as it was"),
        ("calls in a row", "“calls in a row” is checked on no other case"),
    ],
)
def test_what_is_checked_on_no_other_case_is_not_shrunk(name, why):
    """And why is said."""
    finding = Finding(name, "a", "off")
    assert shrunk("d_a *= 2; return {}, ", finding) == (CASE, finding, why)


# By line what stands there instead, and the least sizes at which all that the sentence names is wrong.
SHOWN = {
    "dc = dc + dh * o * (1 - s * s)": ("dc = dc + (dh * o * (1 - s * s) if t else 0)", (1, 1, 1, 1)),
    "d_W += da.T @ h_prev": ("d_W += da.T @ h_prev / len(x)", (2, 1, 1, 1)),
    "d_b += da.sum(axis=0)": ("d_b += da.sum(axis=0) * (1 + t)", (1, 2, 1, 1)),
}


@pytest.mark.parametrize(("right", "wrong", "sizes"), [(right, *other) for right, other in SHOWN.items()])
def test_the_example_for_a_sentence_is_small_and_has_few_digits(right, wrong, sizes):
    """All of its blocks are wrong in it, with numbers that have two digits or are quarters."""
    engine = layer_with(models.lstm, lstm, right, wrong)
    case = healthy_case(engine)
    first = next(each for each in findings(engine, truth_of(case)) if each.wrong)
    diagnosis = diagnose(engine, first, case)
    found = smallest_showing(engine, diagnosis)
    assert (tuple(found.case.sizes[name] for name in "NTDH"), found.larger) == (sizes, "")
    assert wrong_in(engine, found.case) >= {*diagnosis.blocks} > set()
    arrays = [*found.case.blocks.values(), *found.case.objective.arrays().values()]
    assert all(np.array_equal(in_two_digits(array), array) for array in arrays)


def test_no_larger_drawn_case_is_run_though_it_is_simpler():
    """Hypothesis calls small numbers simple; here they are the large ones."""
    run = []

    def size(n):
        return 1000 - n

    def wrong_on(n):
        run.append(n)
        return FOUND if n >= 10 else None

    found = smallest_of(st.integers(0, 1000), wrong_on, size, Shrunk(0, FOUND))
    wrong = [each for each in run if each >= 10]
    assert wrong == sorted(wrong)
    assert (found.case, found.finding, found.larger) == (wrong[-1], FOUND, "")
    assert len(wrong) > 1


def test_what_is_found_is_made_smaller_until_nothing_is():
    """Among a billion numbers none that is drawn is the smallest by itself."""
    first = Shrunk(10**9, FOUND)
    found = smallest_of(st.integers(0, 10**9), lambda n: FOUND if n >= 123_456 else None, lambda n: n, first)
    assert found.case == 123_456


@pytest.mark.parametrize(("least", "why"), [(99, "none that was drawn is as small and fails"), (3, "")])
def test_of_drawn_values_none_is_larger_than_the_first(least, why):
    """Which is the example if no other fails."""
    found = smallest_of(
        st.integers(0, 9), lambda n: FOUND if n >= least else None, lambda n: n, Shrunk(9, FOUND)
    )
    assert (found.case, found.larger) == (9 if why else least, why)


def test_a_search_among_drawn_values_says_that_its_time_was_up(monkeypatch):
    """What it had found until then is the example."""
    monkeypatch.setattr(shrinking, "SECONDS", float("-inf"))
    found = smallest_of(st.integers(0, 9), lambda n: FOUND, lambda n: n, Shrunk(9, FOUND))
    assert (found.case, found.larger) == (9, "the search for a smaller one ended after -inf s")
