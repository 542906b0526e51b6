"""What may be computed in a model's place."""

from dataclasses import replace

import numpy as np
import pytest

from verification import models
from verification.models.case import random_case
from verification.models.variants import VARIANTS, gru_two_biases, variants
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
