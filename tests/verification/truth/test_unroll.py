"""A walk over the steps of a case, and copies of a model, together and one by one."""

from dataclasses import replace

import autograd.numpy as anp
import pytest

from verification.models import scan, vanilla
from verification.truth.unroll import broadcasts, readout_broadcasts


@pytest.mark.parametrize(
    ("model", "step"),
    [
        (vanilla, lambda f, p, x, h: f.activation(x @ p.U.T + h @ p.W.T + p.b)),
        (vanilla, lambda f, p, x, h: h.reshape(5, -1)),
        (vanilla, lambda f, p, x, h: h[0]),
        (vanilla, lambda f, p, x, h: h + h.sum()),
        # Right in sizes of several.
        (scan, lambda f, p, x, h: anp.squeeze(x.a) * h + x.x),
    ],
    ids=["raises", "another shape", "one record", "mixes copies", "drops axes of one number"],
)
def test_a_step_that_takes_no_copies_is_seen(model, step):
    """Whether it raises, returns another shape, or mixes them; the model's own does."""
    assert not broadcasts(replace(model, step=step))
    assert broadcasts(model)


def test_a_loss_of_all_records_at_once_takes_no_copies():
    """One number has no index of a copy."""
    assert readout_broadcasts(vanilla)
    assert not readout_broadcasts(replace(vanilla, loss=lambda f, o, target: anp.sum((o - target) ** 2)))
