"""From which size or magnitude an engine goes wrong."""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers import lstm_that, lstm_with
from tests.verification.diagnosis.wrong import doubled_where
from tests.verification.properties.stub import Stub
from verification import Scope, layer, models
from verification.adapters.layer import CAPABILITIES
from verification.diagnosis.onset import onset
from verification.diagnosis.probe import healthy_case
from verification.models.truncation import FULL, Standard
from verification.sampling.resolving import resolved


def case_of(records=7, steps=9, sizes=None, dtype=np.float64, **factors):
    case = a_case(models.lstm, records, steps, dtype, sizes=sizes or {"H": 6, "D": 5})
    blocks = {name: array * array.dtype.type(factors.get(name, 1)) for name, array in case.blocks.items()}
    return replace(case, blocks=blocks)


def said(engine, case):
    """From where on it is wrong, in words."""
    return onset(engine, case).words


SIZES = {
    "len(d_xs) == 5": "at N = 5 alone",
    "len(d_xs) > 5 and d_xs.shape[1] > 6": "from N = 6 on and from T = 7 on",
    "not len(d_xs) % 7": "where N is a multiple of 7",
    "len(d_xs) * len(tape) >= 32": "from N · T = 32 on",
    # With three records nine steps are enough.
    "len(d_xs) * len(tape) > 26": "from about N · T = 27 on",
    "len(d_xs) * len(tape) >= 32 and len(W) >= 20": "from N · T = 32 on and from H = 5 on",
}


@pytest.mark.parametrize(("condition", "words"), SIZES.items(), ids=SIZES)
def test_the_size_from_which_it_is_wrong(condition, words):
    """Found with healthy numbers; sizes that do not matter are not reported."""
    records = 5 if "==" in condition else 7
    assert said(doubled_where(condition), case_of(records)) == words


@pytest.mark.slow
def test_sizes_that_depend_on_each_other():
    """Also where three times of one is beyond the claim; not where there is no multiple to tell it."""
    assert said(doubled_where("len(d_xs) == len(W[0])"), case_of(64, 4, {"H": 64, "D": 5})) == "where H = N"
    alone = doubled_where("len(tape) == 9 == len(W[0])", scope=Scope(steps=(1, 10)))
    assert said(alone, case_of(2, 9, {"H": 9, "D": 5})) == "at T = 9 alone and at H = 9 alone"


def test_a_size_that_a_claim_names_is_no_factor():
    """Others of it may not be tried."""
    engine = doubled_where("len(d_xs) * len(W[0]) >= 256", scope=Scope(sizes={"H": (2, 16)}))
    assert said(engine, case_of(32, 4, {"H": 16, "D": 3})) == "from N = 16 on and at H = 16"


def test_the_smallest_size_is_looked_for_from_below():
    """Of a long case that no glance sees, whose truth takes long, one alone is run as it is."""
    made, lengths = lstm_that("d_U *= 1 + 1e-10 * (len(tape) > 16)"), []

    def forward(params, xs, state):
        lengths.append(xs.shape[1])
        return made.forward(params, xs, state)

    engine = layer(forward, made.backward, model=models.lstm)
    assert said(engine, case_of(2, 200, {"H": 2, "D": 3})) == "from T = 17 on"
    assert [steps for steps in lengths if steps > 40] == [200]


def test_sizes_below_those_that_are_right():
    """One record alone, and up to two."""
    assert said(doubled_where("len(d_xs) == 1"), case_of(1)) == "at N = 1 alone"
    assert said(doubled_where("len(d_xs) < 3"), case_of(1)) == "up to N = 2"


@pytest.mark.parametrize(
    ("condition", "case", "right"),
    [
        ("len(d_xs) == len(W[0])", case_of(6, 4, {"H": 6, "D": 5}), "in which all sizes differ"),
        ("len(d_xs) == 1", case_of(1), "with N = 3"),
        ("len(d_xs) < 3 and len(tape) < 4", case_of(1, 1), "with N = 3 and with T = 4"),
        ("len(d_xs) > 5", case_of(), ""),
    ],
)
def test_which_small_cases_are_right_is_said_where_others_are_wrong(condition, case, right):
    """Those whose sizes are equal, or are as small as the wrong ones."""
    assert onset(doubled_where(condition), case).right == right


@pytest.mark.parametrize("kept", ["h_prev", "c_prev"])
def test_a_rounding_that_a_glance_sees_at_some_sizes_alone(kept):
    """It is seen from the first size on, and no relation of sizes is said, as T = 40 D."""
    row = "(x, h_prev, c_prev, i, f, g, o, s)"
    rounded = f"(np.asarray({kept}, np.float32).astype(h.dtype) if xs.shape[1] > 100 else {kept})"
    engine = lstm_with(f"saved.append({row})", f"saved.append({row.replace(kept, rounded)})")
    assert said(engine, case_of(3, 120, {"H": 2, "D": 3})) == "from T = 101 on"


MAGNITUDES = {
    "abs(W).max() < 1e-3": ({"W": 1e-4}, "where all |W| < 0.001"),
    "not tape[0][1].any()": ({"h0": 0}, "where h0 is 0"),
}


@pytest.mark.parametrize(("condition", "given"), MAGNITUDES.items(), ids=MAGNITUDES)
def test_the_magnitude_from_which_it_is_wrong(condition, given):
    """Found with the other blocks healthy."""
    factors, words = given
    assert said(doubled_where(condition), case_of(3, 4, **factors)) == words


def test_gradients_beyond_a_limit_are_a_matter_of_cotangents():
    """And of no size, though they grow with it."""
    engine = lstm_with("dh, dc = da @ W, dc * f", "dh, dc = da @ W, np.clip(dc * f, -0.9, 0.9)")
    assert said(engine, case_of(40, 9)).startswith("where some |cotangents| > ")


def wrong_where(condition):
    """An engine that answers with the truth, and with twice the gradient on some cases."""

    def plant(call, parts):
        for array in parts.values() if call.back and condition(call.case) else ():
            array *= 2

    return Stub(models.vanilla, resolved(None, models.vanilla, CAPABILITIES), plant)


def test_a_number_type_a_function_and_a_truncation_are_reported():
    """Where all else is healthy and small."""
    single = wrong_where(lambda case: case.dtype == np.float32)
    assert said(single, healthy_case(single, 9, dtype=np.dtype(np.float32))) == "in float32"
    cut = wrong_where(lambda case: case.truncation != FULL)
    assert said(cut, replace(healthy_case(cut, 9), truncation=Standard("Window", (1,)))) == "under Window(1)"
    linear = wrong_where(lambda case: case.chosen["activation"].name == "identity")
    case = replace(healthy_case(linear, 9), functions={"activation": "identity"})
    assert said(linear, case) == "with activation identity"


def test_a_state_that_is_zero_by_claim_is_no_onset():
    """It has to be."""
    engine = doubled_where("abs(U).max() > 6", scope=Scope(states="zero"))
    assert said(engine, case_of(3, 4, U=30, h0=0, c0=0)) == "where some |U| > 6"
