"""What one call minds of another, of its arrays, and of where those lie."""

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers import edited, gated_linear_attention, gated_scan, lstm, scan, vanilla
from verification import layer, models
from verification.models.case import random_case
from verification.properties.conduct import INPUTS_STAY, MEMORY_LAYOUT
from verification.properties.engine import TimedOut
from verification.properties.findings import findings
from verification.properties.truth import Truth


def test_every_case_that_is_run_respects_a_domain():
    """Calls for other problems, too: no logarithm of a decay above 0, no gate of 0 or beyond."""
    sizes = {"A": 2, "K": 2, "V": 2, "H": 2}
    for model, module, name, within in (
        (models.gated_linear_attention, gated_linear_attention, "g", lambda g: g <= 0),
        (models.gated_scan, gated_scan, "a", lambda a: (a > 0) & (a < 1)),
    ):
        respected = []

        def forward(params, xs, state, module=module, name=name, within=within, respected=respected):
            respected.append(bool(np.all(within(xs[name]))))
            return module.forward(params, xs, state)

        case = random_case(model, np.random.default_rng(0), sizes, 2, 3)
        found = list(findings(layer(forward, module.backward, model=model), Truth(case)))
        assert [each for each in found if each.wrong] == []
        assert len(respected) > 20
        assert all(respected)


def test_who_does_not_return_for_another_layout_is_lost():
    """As for any other call: it would wait as long again for every further layout."""

    def forward(params, xs, state):
        if not xs.flags.c_contiguous:
            raise TimedOut("gone")
        return vanilla.forward(params, xs, state)

    case = random_case(models.vanilla, np.random.default_rng(0), {"H": 3, "D": 2}, 2, 3)
    engine = layer(forward, vanilla.backward, model=models.vanilla)
    (wrong,) = (each for each in findings(engine, Truth(case), (MEMORY_LAYOUT.name,)) if each.wrong)
    assert (wrong.property, wrong.wrong, wrong.lost) == (MEMORY_LAYOUT.name, "gone", True)


SHARED = "d_b: two gradients share memory, so that changing one changes both"

# As a caller sees them who scales each gradient in place.
IN_MEMORY = {
    '"b": d_b, "b_too": d_b': SHARED,
    '"b": d_b, "b_too": np.broadcast_to(d_b, d_b.shape)': SHARED,
    '"b": d_b, "b_too": d_b.copy()': None,
    '"b": np.broadcast_to(d_b, d_b.shape), "b_too": np.broadcast_to(d_b, d_b.shape)': None,
}


@pytest.mark.parametrize("returned", IN_MEMORY)
def test_no_two_gradients_share_what_can_be_changed(returned):
    """Nor one with itself; halves of one array do not."""
    made = edited(
        lstm,
        ('params["b"]\n    h, c', 'params["b"] + params["b_too"]\n    h, c'),
        ('"b": d_b}', f"{returned}}}"),
        ("}, d_xs, (dh, dc)", "}, d_xs, tuple(np.split(np.concatenate([dh, dc], axis=1), 2, axis=1))"),
    )
    engine = layer(made.forward, made.backward, model=models.lstm, arrays={"b": ("b", "b_too")})
    found = {each.wrong for each in findings(engine, Truth(a_case(models.lstm, 3, 3)), (INPUTS_STAY.name,))}
    assert found - {None} == {IN_MEMORY[returned]} - {None}


def test_a_state_and_inputs_may_not_share_a_gradient():
    """Which is the same number where one step adds its input to the state."""
    made = edited(scan, ("dh = dh * a[:, t].conj()", "d_x[:, t] = dh * a[:, t].conj(); dh = d_x[:, t]"))
    engine = layer(made.forward, made.backward, model=models.scan)
    found = findings(engine, Truth(a_case(models.scan, 1, 1)), (INPUTS_STAY.name,))
    assert "d_x and d_h0: two gradients share memory" in " ".join(each.wrong or "" for each in found)
