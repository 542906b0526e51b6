"""A walk over the steps of a case, and copies of a model, together and one by one."""

from dataclasses import replace

import autograd.numpy as anp
import numpy as np
import pytest

from tests.cases import a_case
from verification.models import gru, scan, vanilla
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import Named, Use
from verification.models.truncation import Tabled
from verification.truth.unroll import advance, broadcasts, replays, term


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


def arrays(model, copies):
    """Blocks of that many copies of two records."""
    rng = np.random.default_rng(0)
    sizes = {"H": 3, "D": 2, "K": 4, "A": 2, "V": 2, "E": 2, "S": 3, "P": 2, "H_l0": 2}
    lead = {Use.STATE: (2,), Use.INPUT: (2,)}
    return {b.name: rng.normal(size=(*copies, *lead.get(b.use, ()), *b.shape(sizes))) for b in model.blocks}


def test_one_by_one_is_as_together():
    """Steps and losses."""
    copies = (2, 3)
    blocks = arrays(gru, copies)
    f = Namespace(gru.chosen({}), Arithmetic())
    p = Named({block.name: blocks[block.name] for block in gru.of(Use.STEP, Use.READOUT)})
    state = (blocks["h0"],)

    def alone(f, p, x, h):
        assert h.ndim == 2
        return gru.step(f, p, x, h)

    def read_alone(f, p, h):
        assert h.ndim == 2
        return gru.readout(f, p, h)

    slow = replace(gru, step=alone, readout=read_alone)
    steps = [advance(model, f, p, {"xs": blocks["xs"]}, state, copies)[0] for model in (gru, slow)]
    np.testing.assert_allclose(*steps)
    data = {"target": np.ones((2, 3, 2, 4))}

    class Objective:
        """The model's own loss."""

        @staticmethod
        def term(model, f, p, data, state):
            return model.loss(f, model.readout(f, p, *state), data["target"])

    losses = [term(model, Objective, f, p, data, state, copies) for model in (gru, slow)]
    assert losses[0].shape == (2, 3, 2)
    np.testing.assert_allclose(*losses)


def test_a_step_that_drops_axes_of_one_number_takes_no_copies():
    """Though it is right in sizes of several."""
    squeezed = replace(scan, step=lambda f, p, x, h: anp.squeeze(x.a) * h + x.x)
    assert not broadcasts(squeezed)
    assert broadcasts(scan)
