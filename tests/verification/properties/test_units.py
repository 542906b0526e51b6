"""Units are permuted where they are alike."""

from dataclasses import replace

import autograd.numpy as anp
import numpy as np

from tests.layers import lstm
from verification import layer, models
from verification.models.case import random_case
from verification.properties.trial import Trial
from verification.properties.truth import Truth
from verification.properties.units import units_permute


def test_units_are_not_permuted_where_they_are_not_alike():
    """In the model itself: here the first unit feeds the second."""

    def step(f, p, x, h):
        return anp.concatenate((h[..., :1], h[..., 1:] + h[..., :1]), axis=-1) + x.x

    model = replace(models.scan, step=step)
    case = random_case(model, np.random.default_rng(0), {"H": 2})
    engine = layer(lstm.forward, lstm.backward, model=models.lstm)
    assert list(units_permute(Trial(engine, Truth(case)))) == []
