"""The adapter for a step: loops that are the verifier's, every truncation, and the program that it prints."""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers.steps import scan, scan_back, vanilla, vanilla_back
from verification import models, step
from verification.models.truncation import Standard, Tabled
from verification.processes.invalid import InvalidAnswer
from verification.properties.calling import run_case
from verification.truth import replay

TRUNCATIONS = (
    Standard("Full"),
    Standard("Window", (1,)),
    Standard("Chunked", (2, 3)),
    Standard("Chunked", (3, 1)),
    Standard("Tail", (2,)),
    Standard("Tail", (0,)),
    Tabled((0, 9, 1, 2, 0)),
)


@pytest.mark.parametrize("truncation", TRUNCATIONS, ids=str)
@pytest.mark.parametrize(
    ("model", "forward", "backward"),
    [(models.vanilla, vanilla, vanilla_back), (models.complex_scan, scan, scan_back)],
    ids=["vanilla", "complex_scan"],
)
def test_the_loops_truncate_as_detached_replays_do(truncation, model, forward, backward):
    """Whatever the truncation, its losses in any order."""
    case = replace(a_case(model, 2, 5), truncation=truncation)
    truth = replay.gradient(case)
    answer = run_case(step(forward, backward, model=model), case)
    assert answer.blocks.keys() == truth.keys()
    for name, got in answer.blocks.items():
        np.testing.assert_allclose(got, truth[name], rtol=0, atol=1e-14)


@pytest.mark.parametrize(
    ("forward", "backward", "expected"),
    [
        (lambda params, x, state: state, vanilla_back, "step's answer is a tuple of 1, needed a tuple of 2"),
        (lambda params, x, state: (state[0], 1), vanilla_back, "step's state is a ndarray, needed a tuple"),
        (vanilla, lambda saved, d: (d, d), "step_back's answer is a tuple of 2, needed a tuple of 3"),
        (vanilla, lambda saved, d: (None, d, d), "step_back's d_params is a NoneType, needed a dict by name"),
        (
            vanilla,
            lambda saved, d: ({**vanilla_back(saved, d)[0], "b": d[0]}, d[0], d),
            r"step_back's d_params of b is \(2, 3\) of float64, needed \(3,\) of float64",
        ),
        (
            vanilla,
            lambda saved, d: (vanilla_back(saved, d)[0], 2, d),
            r"step_back's d_x is int, needed \(2, 2\) of float64",
        ),
        (vanilla, lambda saved, d: ({}, d[0][:, :2], d), "the gradient of U is missing"),
    ],
)
def test_what_has_not_the_form_is_reported(forward, backward, expected):
    case = a_case(models.vanilla, 2, 2, sizes={"H": 3, "D": 2})
    with pytest.raises(InvalidAnswer, match=expected):
        run_case(step(forward, backward, model=models.vanilla), case)


@pytest.mark.parametrize("name", ["U", "b", "x"])
def test_who_answers_in_the_same_arrays_at_every_call_is_refuted(name):
    """A caller may keep an answer beside the next one."""
    kept = {}

    def backward(saved, d_state):
        d_params, d_x, d_h = vanilla_back(saved, d_state)
        array = d_x if name == "x" else d_params[name]
        same = kept.setdefault((name, array.shape, array.dtype), array)
        same[...] = array
        return ({**d_params, name: same}, d_x, d_h) if name != "x" else (d_params, same, d_h)

    what = "d_x" if name == "x" else f"d_params {name}"
    with pytest.raises(InvalidAnswer, match=f"step_back: {what} is changed by a later call"):
        run_case(step(vanilla, backward, model=models.vanilla), a_case(models.vanilla))
