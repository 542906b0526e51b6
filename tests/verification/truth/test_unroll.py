"""A walk over the steps of a case, and copies of a model, together and one by one."""

from dataclasses import replace

import autograd.numpy as anp
import pytest

from verification.models import scan, vanilla
from verification.truth.unroll import broadcasts, readout_broadcasts


@pytest.mark.parametrize(
    "step",
    [
        lambda f, p, x, h: f.activation(x @ p.U.T + h @ p.W.T + p.b),
        lambda f, p, x, h: h.reshape(5, -1),
        lambda f, p, x, h: h[0],
        lambda f, p, x, h: h + h.sum(),
    ],
    ids=["raises", "another shape", "one record", "mixes copies"],
)
def test_a_step_that_takes_no_copies_is_seen(step):
    """Whether it raises, returns another shape, or mixes them."""
    assert not broadcasts(replace(vanilla, step=step))


def test_a_step_that_drops_axes_of_one_number_takes_no_copies():
    """Though it is right in sizes of several."""
    squeezed = replace(scan, step=lambda f, p, x, h: anp.squeeze(x.a) * h + x.x)
    assert not broadcasts(squeezed)
    assert broadcasts(scan)


def test_a_loss_of_all_records_at_once_takes_no_copies():
    """One number has no index of a copy."""
    assert readout_broadcasts(vanilla)
    assert not readout_broadcasts(replace(vanilla, loss=lambda f, o, target: anp.sum((o - target) ** 2)))
