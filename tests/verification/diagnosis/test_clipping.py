"""Clipped gradients: by value, by norm, and what only looks like it."""

import pytest

from tests.layers import layer_with, scan
from verification import models
from verification.diagnosis.clipping import clipped
from verification.diagnosis.probe import healthy_case, look
from verification.properties.truth import Truth

RETURN = "return {}, "


def told(change):
    """What is said of a scan whose gradients are changed."""
    each = f"d_a, d_x, dh = ({change} for a in (d_a, d_x, dh)); {RETURN}"
    engine = layer_with(models.scan, scan, RETURN, each)
    return clipped(engine, look(engine, Truth(healthy_case(engine))))


CHANGES = {
    "np.clip(a, -0.25, 0.25)": "gradients were clipped to ±0.25",
    "a * (0.5 / np.sqrt(np.sum(a * a)))": "each gradient were scaled to a norm of 0.5",
    "a * (0.5 / np.sqrt(sum(np.sum(b * b) for b in (d_a, d_x, dh))))": (
        "the gradients were scaled to a norm of 0.5 in all"
    ),
    "a / 2": None,
    "np.clip(a, -0.25, 0.3)": None,
    "a * np.nan": None,
    "a": None,
}


@pytest.mark.parametrize(("change", "words"), CHANGES.items(), ids=CHANGES)
def test_clipping_is_told_from_other_faults(change, words):
    """By one limit for all, or by a norm that does not grow with the cotangents."""
    found = told(change)
    assert found == words
