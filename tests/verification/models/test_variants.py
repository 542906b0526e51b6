"""What may be computed in a model's place."""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers import planted, zoned_out
from verification import layer, models
from verification.diagnosis.probe import look
from verification.models.variants import VARIANTS, gru_two_biases, variants
from verification.models.variants import zoned_out as with_zoneout
from verification.properties.truth import Truth
from verification.truth.lag_table import grouped_table
from verification.truth.soundness import check


def outputs(case):
    return grouped_table(case).forward()["outputs"].truth.astype(float)


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
    case = a_case(model)
    for variant in variants(model):
        if "two biases" not in variant.words:
            drawn = a_case(variant.model, sizes=case.sizes)
            other = replace(drawn, blocks={**drawn.blocks, **case.blocks})
            assert not np.allclose(outputs(other), outputs(case))


def test_two_biases_are_one_and_that_of_the_candidate():
    """Those of r and z add up; the candidate's second is within the reset."""
    case = a_case(models.gru, sizes={"H": 3})
    b, bn = case.blocks["b"], case.blocks["bn"]
    two = {"b_ih": np.concatenate([b[:6] / 4, b[6:]]), "b_hh": np.concatenate([3 * b[:6] / 4, bn])}
    other = replace(case, model=gru_two_biases, blocks={**case.blocks, **two})
    np.testing.assert_allclose(outputs(other), outputs(case), 1e-14)


@pytest.mark.parametrize(("model", "which"), [(gru_two_biases, "haste_gru"), (models.lstm, "haste_lstm")])
def test_a_layer_with_zoneout_is_right_unless_it_takes_the_first_mask_for_all(model, which):
    """haste's GRU and LSTM, and haste-43 of benchmarks/happened in both."""
    model = with_zoneout(model)
    truth = Truth(a_case(model, 3, 4))
    wrong = planted(zoned_out, "taken, saved = tape[t]", "taken, saved = tape[0][0], tape[t][1]")
    found = [look(layer(*getattr(made, which), model=model), truth).blocks for made in (zoned_out, wrong)]
    assert found[0] == ()
    assert {"U", "W", "xs", "h0"} <= {*found[1]}
