"""What an engine keeps from call to call is reported as that, and not as what it is met by."""

from dataclasses import replace

import numpy as np
import pytest

from tests.examples import text_of
from tests.layers import edited, lstm, lstm_that, lstm_with, ragged
from verification import Scope, layer, models
from verification.diagnosis.circumstances import ending_early
from verification.diagnosis.diagnosis import diagnose
from verification.diagnosis.history import kept_in_words, of_history, of_other_answers, of_unwritten
from verification.diagnosis.probe import healthy_case, look_at
from verification.properties.property import Finding

PARAMS = 'U, W, b = params["U"], params["W"], params["b"]'
BACK = 'U, W = params["U"], params["W"]'
PAGE = text_of("diagnosis")
BY_U = "(U.shape, U.dtype, U.tobytes())"
KEPT = "vars({}).setdefault('kept', {{}}).setdefault({}, {})"


BY_NUMBERS = "for the numbers of U is answered for the same ones again"
# Which memory is given again is chance, and no reading of its arrays makes it right.
BY_ADDRESS = "(U.ctypes.data, U.shape, U.dtype)"
STALE = {
    "the bias": (PARAMS, f"{PARAMS}; b = {KEPT.format('forward', BY_U, 'b')}", BY_NUMBERS),
    "the weights on the way back": (BACK, f"{BACK}; W = {KEPT.format('backward', BY_U, 'W')}", BY_NUMBERS),
    "by address": (
        PARAMS,
        f"{PARAMS}; U = {KEPT.format('forward', BY_ADDRESS, 'U.copy()')}",
        "for arrays is answered when their numbers have changed",
    ),
}


@pytest.mark.parametrize(("right", "wrong", "words"), STALE.values(), ids=STALE)
def test_what_is_kept_is_reported_by_what_it_is_kept_by(right, wrong, words):
    """Whatever is stale then, and whether or not that was found by the case that a run names."""
    engine = lstm_with(right, wrong)
    found = diagnose(engine, Finding("autograd", "b", "off"), healthy_case(engine))
    assert found.sentence == (
        "Answers differ from call to call, and this one is right where it is the first; what it computed "
        f"{words}: off."
    )
    assert found.stage == "conduct"
    assert found.sentence.removesuffix(" off.") in PAGE


def doubled_at(condition):
    """A layer of which a gradient is doubled at some of its calls."""
    counted = "vars(backward)['calls'] = vars(backward).get('calls', 0) + 1"
    return lstm_that(f"{counted}; d_b = d_b * (1 + (backward.calls {condition}))")


def test_an_engine_that_is_wrong_from_its_second_call_on_is_not_wrong_by_its_steps():
    """The shortest case is run first."""
    engine = doubled_at("> 1")
    small = [look_at(engine, healthy_case(engine, steps)) for steps in (1, 2)]
    assert [seen.wrong for seen in small] == [False, True]
    assert of_other_answers(engine, small).sentence == (
        "Answers differ from call to call: b is wrong (twice what it should be) in one of two calls for the "
        "same numbers."
    )


def test_a_layout_is_named_only_if_the_engine_is_wrong_again():
    """Of one whose first call is wrong, in C order the next one is right, and in any other."""
    engine = doubled_at("== 1")
    case = replace(healthy_case(engine), layouts={"b": "backwards"})
    found = diagnose(engine, Finding("autograd", "b", "off"), case)
    assert found.sentence == "Answers differ from call to call, and this one is right at another time: off."


def test_an_engine_that_keeps_nothing_has_no_history():
    """Right or wrong; a case on which it is wrong is so again."""
    for engine in (layer(lstm.forward, lstm.backward, model=models.lstm), lstm_that("d_b *= 2")):
        assert of_unwritten(engine, look_at(engine, healthy_case(engine))) is None
        assert of_other_answers(engine, [look_at(engine, healthy_case(engine))]) is None
    assert of_history(engine, Finding("autograd", "b", "off"), healthy_case(engine)) is None
    assert kept_in_words(layer(lstm.forward, lstm.backward, model=models.lstm)) == ""


def unwritten(*replaced):
    """A layer of records that end early, some lines replaced, of which something is made by np.empty."""
    made = edited(ragged, *replaced)
    return layer(made.forward, made.backward, model=models.vanilla, scope=Scope(lengths=True))


ENDS = "t != np.where(lengths < xs.shape[1], lengths - 1, -1)"
UNWRITTEN = {
    "xs": (
        ("d_xs = np.zeros_like(xs)", "d_xs = np.empty_like(xs)"),
        ("d_xs[:, t] = da @ U", f"own = {ENDS}; d_xs[own, t] = (da @ U)[own]"),
    ),
    "outputs": (
        ("outputs = [h], np.zeros(", "outputs = [h], np.empty("),
        ("outputs[:, t] = np.where(runs, h, 0)", f"own = {ENDS}; outputs[own, t] = h[own]"),
    ),
    "final h0": (
        ("states, outputs = [h]", "final = np.empty_like(h); states, outputs = [h]"),
        (
            "        states.append(h)\n",
            "        states.append(h); final[lengths == t] = states[-2][lengths == t]\n",
        ),
        ("(h.copy(),)", "(final,)"),
    ),
}


@pytest.mark.parametrize(("name", "replaced"), UNWRITTEN.items(), ids=UNWRITTEN)
def test_what_is_left_unwritten_is_reported_as_that(name, replaced):
    """Whatever was in memory before: one call shows it, where that holds other numbers."""
    engine = unwritten(*replaced)
    case = ending_early(engine)
    assert of_unwritten(engine, look_at(engine, case)).sentence == (
        f"{name} {'are' if name == 'outputs' else 'is'} not written everywhere, as if made by np.empty: what "
        "was in memory before is answered, which is right at times."
    )


def test_what_is_left_unwritten_in_small_cases_is_no_other_mistake():
    """The memory of a case before is no factor, and no step that is left out."""
    engine = lstm_with("d_xs[:, t] = da @ U", "d_xs[:, t] = da @ U if t else d_xs[:, t]")
    found = diagnose(engine, Finding("autograd", "xs", "off"), healthy_case(engine))
    assert found.sentence.startswith("xs is not written everywhere, as if made by np.empty: ")
    assert found.sentence in PAGE
    assert found.blocks == ("xs",)
    assert not np.isnan(look_at(engine, healthy_case(engine)).want("xs")).any()
