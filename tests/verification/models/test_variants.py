"""What may be computed in a model's place."""

from dataclasses import replace

import numpy as np
import pytest

from tests.layers import edited, zoned_out
from verification import layer, models
from verification.diagnosis.probe import look
from verification.models.case import random_case
from verification.models.variants import VARIANTS, gru_two_biases, variants
from verification.models.variants import zoned_out as with_zoneout
from verification.properties.truth import Truth
from verification.truth.lag_table import grouped_table
from verification.truth.soundness import check

SIZES = {"H": 3, "D": 2}


def outputs(model, blocks=None):
    """The outputs on one case, some blocks replaced."""
    case = random_case(models.gru, np.random.default_rng(0), SIZES)
    case = type(case)(model, {**case.blocks, **(blocks or {})}, case.objective)
    return grouped_table(case).forward()["outputs"].truth


def test_every_variant_is_a_sound_model_that_can_be_named():
    """And a user's own model has none."""
    for found in VARIANTS.values():
        for variant in found:
            check(variant.model)
            module, name = variant.say.removeprefix("model=").rsplit(".", 1)
            assert getattr(__import__(module, fromlist=[name]), name) is variant.model
    assert variants(models.vanilla) == ()


@pytest.mark.parametrize("model", VARIANTS, ids=lambda model: model.name)
def test_a_variant_computes_something_else(model):
    """In each of its words, of numbers that both may have."""
    sizes = dict(zip(model.dimensions, (3, 2, 4), strict=False))
    case = random_case(model, np.random.default_rng(0), sizes)
    right = grouped_table(case).forward()["outputs"].truth.astype(float)
    for variant in variants(model):
        if "two biases" not in variant.words:
            drawn = random_case(variant.model, np.random.default_rng(0), sizes)
            other = replace(drawn, blocks={**drawn.blocks, **case.blocks})
            assert not np.allclose(grouped_table(other).forward()["outputs"].truth.astype(float), right)


def test_two_biases_are_one_and_that_of_the_candidate():
    """Those of r and z add up; the candidate's second is within the reset."""
    case = random_case(models.gru, np.random.default_rng(0), SIZES)
    b, bn = case.blocks["b"], case.blocks["bn"]
    two = {"b_ih": np.concatenate([b[:6] / 4, b[6:]])}
    two["b_hh"] = np.concatenate([3 * b[:6] / 4, bn])
    np.testing.assert_allclose(
        outputs(gru_two_biases, two).astype(float), outputs(models.gru).astype(float), 1e-14
    )


@pytest.mark.parametrize(("model", "which"), [(gru_two_biases, "haste_gru"), (models.lstm, "haste_lstm")])
def test_a_layer_with_zoneout_is_right_unless_it_takes_the_first_mask_for_all(model, which):
    """haste's GRU and LSTM, and haste-43 of benchmarks/happened in both."""
    model = with_zoneout(model)
    case = random_case(model, np.random.default_rng(0), SIZES, records=3, steps=4)
    wrong = edited(zoned_out, ("taken, saved = tape[t]", "taken, saved = tape[0][0], tape[t][1]"))
    found = [
        look(layer(*getattr(made, which), model=model), Truth(case)).blocks for made in (zoned_out, wrong)
    ]
    assert found[0] == ()
    assert {"U", "W", "xs", "h0"} <= {*found[1]}
