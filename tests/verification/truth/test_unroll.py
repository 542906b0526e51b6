"""A walk over the steps of a case, and copies of a model, together and one by one."""

from dataclasses import replace

import autograd.numpy as anp
import pytest

from tests.cases import a_case
from verification.models import scan, vanilla
from verification.models.truncation import Tabled
from verification.truth.unroll import broadcasts, replays


def test_replays_reach_back_as_the_truncation_says():
    """Each loss sees the steps from its first on, behind a state that is held; none is made twice."""
    case = replace(a_case(scan, sizes={"H": 1}, steps=4), truncation=Tabled((0, 1, 1, 9)))
    made = []

    def step(s, state):
        made.append(s)
        return (f"{state[0]}{s}",)

    seen = dict(replays(case, step, ("h",), lambda state: f"({state})"))
    assert {t: state[0] for t, state in seen.items()} == {0: "h0", 1: "(h0)1", 2: "(h0)12", 3: "(h0123)"}
    assert made == [0, 1, 2, 3, 1, 2]


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
