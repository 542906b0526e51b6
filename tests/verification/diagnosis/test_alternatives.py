"""Other ways back with the same forward: most are told of faults in tests/layers/faults."""

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers import gru, layer_with, vanilla
from verification import models
from verification.diagnosis.alternatives import (
    ALONE,
    DIRECT,
    never_updated,
    turned,
    with_carries,
    with_loops,
    with_slopes,
)
from verification.diagnosis.going_back import Steps
from verification.diagnosis.probe import healthy_case, look_at
from verification.models.case import final_cotangents, outputs_cotangent

LOOP = "for t in reversed(range(xs.shape[1])):"
ADDED = "da = (dh + d_outputs[:, t]) * (1 - h * h)"
NONE = "d_xs[:] = 0\n    "

# Of a layer: what is made of it, by which alternatives, and what that is called.
PLAIN = {
    "a loop that ends early": (
        (models.vanilla, vanilla, LOOP, f"{NONE}for t in reversed(range(xs.shape[1] - 1)):"),
        *(with_loops, "the last step were left out on the way back"),
    ),
    "the next output": (
        (
            *(models.vanilla, vanilla, ADDED),
            "later = d_outputs[:, t + 1] if t + 1 < xs.shape[1] else 0 * h\n        "
            "da = (dh + later) * (1 - h * h)",
        ),
        *(with_loops, "each step took the cotangent of the next one's output"),
    ),
    "the previous output": (
        (
            *(models.vanilla, vanilla, ADDED),
            "da = (dh + (d_outputs[:, t - 1] if t else 0 * h)) * (1 - h * h)",
        ),
        *(with_loops, "each step took the cotangent of the previous one's output"),
    ),
    # What a reset gate's own gradient is made of stays as it was on the way forward.
    "turned beside a gate": (
        (
            *(models.gru, gru, "dh = dw @ W + dh * z"),
            "dh = dw @ np.concatenate([part.T for part in np.split(W, 3)]) + dh * z",
        ),
        *(with_carries, "W were transposed on the way back"),
    ),
}


@pytest.mark.parametrize(("planted", "alternatives", "words"), PLAIN.values(), ids=PLAIN)
def test_each_is_what_a_plain_layer_with_it_gives(planted, alternatives, words):
    """Every gradient."""
    engine = layer_with(*planted)
    seen = look_at(engine, healthy_case(engine))
    gradients = dict(alternatives(Steps.of(seen.truth.case)))[words]()
    assert seen.wrong
    for name, got in seen.got.items():
        np.testing.assert_allclose(gradients[name].astype(float), got, 1e-10, 1e-13)


def test_of_one_step_there_is_no_other_order():
    """And nothing to leave out."""
    assert list(with_loops(Steps.of(a_case(models.gru, 3, 1)))) == []


def test_what_is_never_updated_comes_back_at_every_step():
    """Of a scan the cotangents of the output and of the final state."""
    case = a_case(models.scan)
    made = [gradients() for _, gradients in never_updated(Steps.of(case))]
    (final,) = final_cotangents(case)
    for gradients in made:
        want = outputs_cotangent(case) + final[:, None]
        np.testing.assert_allclose(gradients["x"].astype(float), want)
    carried, untouched = (gradients["h0"].astype(float) for gradients in made)
    np.testing.assert_allclose(untouched, final)
    np.testing.assert_allclose(carried, case.blocks["a"][:, 0] * (outputs_cotangent(case)[:, 0] + final))


@pytest.mark.parametrize("model", [models.scan, models.linear])
def test_a_model_without_functions_has_no_other_slopes(model):
    """There is no call to change."""
    assert list(with_slopes(Steps.of(a_case(model)))) == []


def test_square_parts_are_turned_each_by_itself():
    """What is not square is not."""
    block = models.lstm.block("W")
    array = np.arange(16.0).reshape(8, 2)
    assert turned(block, array)[:2].tolist() == array[:2].T.tolist()
    assert turned(block, np.zeros((8, 3))) is None
    assert turned(models.lstm.block("b"), np.zeros(8)) is None


def test_what_has_no_other_path_has_no_direct_one():
    """All that a linear recurrence carries goes by its factor, and a vanilla cell has none."""
    for model in (models.linear, models.vanilla):
        assert not {*DIRECT, ALONE} & dict(with_carries(Steps.of(a_case(model)))).keys()
