"""What one call minds of another, of its arrays, and of where those lie."""

import numpy as np

from tests.layers import gated_linear_attention, gated_scan
from verification import layer, models
from verification.models.case import random_case
from verification.properties.findings import findings
from verification.properties.truth import Truth


def test_whatever_is_asked_respects_a_domain():
    """Calls for other problems, too: no logarithm of a decay above 0, no gate of 0 or beyond."""
    sizes = {"A": 2, "K": 2, "V": 2, "H": 2}
    for model, module, name, within in (
        (models.gated_linear_attention, gated_linear_attention, "g", lambda g: g <= 0),
        (models.gated_scan, gated_scan, "a", lambda a: (a > 0) & (a < 1)),
    ):
        asked = []

        def forward(params, xs, state, module=module, name=name, within=within, asked=asked):
            asked.append(bool(np.all(within(xs[name]))))
            return module.forward(params, xs, state)

        case = random_case(model, np.random.default_rng(0), sizes, 2, 3)
        found = list(findings(layer(forward, module.backward, model=model), Truth(case)))
        assert [each for each in found if each.wrong] == []
        assert len(asked) > 20
        assert all(asked)
