"""Other carries, beside what they are by hand."""

import numpy as np
import pytest

from tests.layers import gru, lstm, planted
from tests.verification.judging.by_hand import vanilla_by_hand
from verification import layer, models
from verification.diagnosis.carries import ADDED, ALONE, DIRECT, turned, with_carries
from verification.diagnosis.probe import healthy_case, look_at
from verification.models.case import random_case
from verification.truth import replay


def case_of(model, steps=4):
    """A case of three records."""
    sizes = {"H": 2, "D": 3}
    sizes = {name: sizes[name] for name in model.dimensions if name in sizes}
    return random_case(model, np.random.default_rng(0), sizes, 3, steps)


def test_a_carry_is_made_otherwise_and_nothing_else():
    """Through W itself, or without the slope: as by hand."""
    case = case_of(models.vanilla)
    made = {words: replay.gradient(other) for words, other in with_carries(case)}
    hand = {
        "what is carried went through W transposed": lambda dh, da, W: da @ W.T,
        "the slope of tanh were left out of what is carried": lambda dh, da, W: dh @ W,
        ADDED: lambda dh, da, W: dh + da @ W,
    }
    assert made.keys() == hand.keys()
    for words, carry in hand.items():
        for name, want in vanilla_by_hand(case, carry).items():
            np.testing.assert_allclose(made[words][name].astype(float), want, 1e-10, 1e-13)


def test_square_parts_are_turned_each_by_itself():
    """What is not square is not."""
    block = models.lstm.block("W")
    array = np.arange(16.0).reshape(8, 2)
    assert turned(block, array)[:2].tolist() == array[:2].T.tolist()
    assert turned(block, np.zeros((8, 3))) is None
    assert turned(models.lstm.block("b"), np.zeros(8)) is None


LEFT_OUT, NO_FACTOR, ONE_MINUS = DIRECT
GRU = "dh = dw @ W + dh * z"
LSTM = "dh, dc = da @ W, dc * f"


@pytest.mark.parametrize(
    ("model", "module", "right", "wrong", "words"),
    [
        (models.gru, gru, GRU, "dh = dw @ W", LEFT_OUT),
        (models.gru, gru, GRU, "dh = dw @ W + dh", NO_FACTOR),
        (models.gru, gru, GRU, "dh = dw @ W + dh * (1 - z)", ONE_MINUS),
        (models.gru, gru, GRU, "dh = dh * z", ALONE),
        (models.gru, gru, GRU, "dh = dh + dw @ W + dh * z", ADDED),
        (models.lstm, lstm, LSTM, "dh, dc = da @ W, dc", NO_FACTOR),
        (models.lstm, lstm, LSTM, "dh, dc = da @ W, dc * (1 - f)", ONE_MINUS),
    ],
    ids=["left out", "no factor", "one minus", "alone", "added", "LSTM, no factor", "LSTM, one minus"],
)
def test_direct_paths_are_those_of_plain_layers(model, module, right, wrong, words):
    """Every gradient of the case is that of a layer with the fault, and the forward is the right one."""
    made = planted(module, right, wrong)
    engine = layer(made.forward, made.backward, model=model)
    seen = look_at(engine, healthy_case(engine))
    gradients = replay.gradient(dict(with_carries(seen.truth.case))[words])
    assert seen.wrong
    for name, got in seen.got.items():
        np.testing.assert_allclose(gradients[name].astype(float), got, 1e-10, 1e-13)


def test_what_has_no_other_path_has_no_direct_one():
    """All that a linear recurrence carries goes by its factor, and a vanilla cell has none."""
    for model in (models.linear, models.vanilla):
        assert not {*DIRECT, ALONE} & dict(with_carries(case_of(model))).keys()
