"""Declared forms of gradients: of what they are made, and what is none."""

import pytest

from verification.models import gated_linear_attention, scalar_gated_linear_attention
from verification.models.forms import formed, in_words

FORMS = {"g": ("q", "k", "S0")}


@pytest.mark.parametrize("model", [gated_linear_attention, scalar_gated_linear_attention])
def test_a_block_has_its_form(model):
    """It alone; without one the model stays as it is."""
    made = formed(model, FORMS)
    assert {block.name: block.form for block in made.blocks if block.form} == FORMS
    assert formed(model, {}) is model
    assert in_words(FORMS) == ("the gradient of g is made by suffix sums of q, k, S0",)
