"""Units are permuted where they are alike."""

from dataclasses import replace

import autograd.numpy as anp

from tests.cases import a_case
from tests.layers import lstm
from tests.layers.own import grouped_attention, short_convolution
from verification import layer, models
from verification.properties.trial import Trial
from verification.properties.truth import Truth
from verification.properties.units import unit_dimensions, units_permute


def test_heads_are_permuted_with_their_groups():
    """Heads of keys with their queries, and queries within all groups; neither time nor a kernel's width."""
    assert unit_dimensions(grouped_attention.MODEL, "cotangents") == ("A", "G", "V", "K")
    assert unit_dimensions(short_convolution.MODEL, "cotangents") == ("H",)
    for module in (grouped_attention, short_convolution):
        scope = getattr(module, "SCOPE", None)
        engine = layer(module.forward, module.backward, model=module.MODEL, scope=scope)
        trial = Trial(engine, Truth(a_case(module.MODEL)))
        found = list(units_permute(trial))
        assert len(found) >= len(engine.claim.blocks)
        assert not any(wrong for _, wrong, _ in found)


def test_units_are_not_permuted_where_they_are_not_alike():
    """In the model itself: here the first unit feeds the second."""

    def step(f, p, x, h):
        return anp.concatenate((h[..., :1], h[..., 1:] + h[..., :1]), axis=-1) + x.x

    model = replace(models.scan, step=step)
    case = a_case(model)
    engine = layer(lstm.forward, lstm.backward, model=models.lstm)
    assert list(units_permute(Trial(engine, Truth(case)))) == []
