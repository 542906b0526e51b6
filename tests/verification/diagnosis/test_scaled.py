"""What is said of a gradient that does not scale with its cotangents."""

import pytest

from tests.layers import planted, scan
from verification import layer, models
from verification.diagnosis.scaled import of_scale
from verification.properties.property import Finding

RETURN = "return {}, "

CHANGES = {
    "np.clip(a, -50, 50)": (
        "a, x, h0 are wrong where cotangents are large, as if gradients were clipped to ±50: "
        "at ordinary ones it is right."
    ),
    "a * (abs(a) > 1e-6)": (
        "a, x, h0 are wrong where cotangents are small, as if what is below 1e-06 were dropped: at ordinary "
        "ones it is right."
    ),
    "a": "off: small cases of healthy numbers are right.",
}


@pytest.mark.parametrize(("change", "sentence"), CHANGES.items(), ids=CHANGES)
def test_a_clip_and_a_threshold_are_told_with_where_they_begin(change, sentence):
    """And of a right layer nothing but what was found."""
    made = planted(scan, RETURN, f"d_a, d_x, dh = ({change} for a in (d_a, d_x, dh)); {RETURN}")
    engine = layer(made.forward, made.backward, model=models.scan)
    assert of_scale(engine, Finding("linearity", "a", "off")).sentence == sentence
