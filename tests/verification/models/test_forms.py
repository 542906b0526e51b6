"""Declared forms of gradients: of what they are made, and what is none."""

import pytest

from verification.models import gated_linear_attention, lstm, scalar_gated_linear_attention
from verification.models.forms import formed, in_words

FORMS = {"g": ("q", "k", "S0")}


@pytest.mark.parametrize("model", [gated_linear_attention, scalar_gated_linear_attention])
def test_a_block_has_its_form(model):
    """It alone; without one the model stays as it is."""
    made = formed(model, FORMS)
    assert {block.name: block.form for block in made.blocks if block.form} == FORMS
    assert formed(model, {}) is model
    assert in_words(FORMS) == ("the gradient of g is made by suffix sums of q, k, S0",)


@pytest.mark.parametrize(
    ("model", "forms", "message"),
    [
        (lstm, {"U": ("xs",)}, r"forms: U: \('xs',\), needed for one of xs a tuple of blocks"),
        (gated_linear_attention, {"g": ()}, r"forms: g: \(\), needed for one of q, k, v, g a tuple"),
        (gated_linear_attention, {"g": "q"}, "forms: g: 'q', needed for one of q, k, v, g a tuple"),
        (gated_linear_attention, {"g": ("q", "v")}, "forms: g: 'v', needed inputs or states that have its"),
        (gated_linear_attention, {"g": ("p",)}, "forms: g: 'p', needed inputs or states that have its"),
    ],
)
def test_a_form_that_is_none_is_refused(model, forms, message):
    """In one line that shows what was given and what is needed."""
    with pytest.raises(ValueError, match=message):
        formed(model, forms)
