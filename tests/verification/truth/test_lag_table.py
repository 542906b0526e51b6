"""The lag table of any model: its masks, its bounds, what it calls undetermined."""

from dataclasses import replace

import autograd.numpy as anp
import numpy as np
import pytest

from rnn import Window
from tests.cases import a_case, assert_alike
from tests.quick import first_quick
from tests.verification.truth.test_perturbed_replays import (
    CLOSE,
    TRUNCATIONS,
    by_name,
    in_two_types,
    some,
    truths,
)
from verification.models import SHIPPED, gru, lstm, scan, vanilla
from verification.models.case import Cotangents
from verification.models.model import Block, Model, Use
from verification.models.truncation import FULL
from verification.truth import replay, unroll
from verification.truth.lag_table import grouped_table, lag_table
from verification.truth.perturbed_replays import replayed

MADE = pytest.mark.parametrize("made", [grouped_table, replayed])


# Each model under three of them, by cotangents and, if it has a readout, by targets; each of seven models.
IN_TURN = [
    (model, TRUNCATIONS[(number + further) % len(TRUNCATIONS)], objective)
    for further, objective in ((0, "cotangents"), (3, "targets"), (5, "targets"))
    for number, model in enumerate(SHIPPED)
]


@first_quick(("model", "truncation", "objective"), IN_TURN, len(SHIPPED), ids=by_name)
def test_every_way_equals_detached_replays(model, truncation, objective):
    """A table of single losses, masked by whatever is given; losses that reach back to one step; replays."""
    objective = objective if model.of(Use.READOUT) else "cotangents"
    case = some(model, truncation=truncation, objective=objective)
    truth = replay.gradient(case)
    for got in (
        lag_table(replace(case, truncation=FULL)).gradient(case.reach),
        grouped_table(case).gradient(case.reach),
        truths(replayed(case)),
    ):
        assert_alike(got, truth, CLOSE)


@pytest.mark.parametrize("model", [lstm, gru, scan], ids=lambda model: model.name)
@MADE
def test_a_step_that_does_not_broadcast_has_the_same_truth(model, made):
    """Nor a readout, loop by loop: to a rounding, and the table's bounds to the bit of the noise."""

    def one_copy(f, p, x, *state):
        assert state[0].ndim == 2, "a step of one copy alone"
        return model.step(f, p, x, *state)

    def one_readout(f, p, *state):
        assert state[0].ndim == 2, "a readout of one copy alone"
        return model.readout(f, p, *state)

    slow = replace(model, step=one_copy, readout=one_readout)
    assert unroll.broadcasts(model)
    assert not unroll.broadcasts(slow)
    case = some(model, 3, truncation=Window(1), objective="targets" if model is gru else "cotangents")
    together, alone = made(case), made(replace(case, model=slow))
    fast, loop = ({**each.expected(), **each.forward()} for each in (together, alone))
    for name, expected in fast.items():
        np.testing.assert_allclose(loop[name].truth, expected.truth, rtol=0, atol=CLOSE)
        assert loop[name].bound == pytest.approx(expected.bound, rel=1e-6 if made is grouped_table else 1)


@first_quick(("model", "dtype"), in_two_types(SHIPPED), len(SHIPPED[::2]), ids=by_name)
def test_the_working_type_is_within_the_bound_and_the_bound_is_small(model, dtype):
    """autograd's gradient in the working type, on many seeds."""
    if dtype == np.float64 and np.finfo(np.longdouble).eps == np.finfo(np.float64).eps:
        pytest.skip("no wider type here")
    dtype = np.result_type(dtype, np.complex64) if model.complex else np.dtype(dtype)
    for seed in range(8):
        case = some(model, dtype=dtype, seed=seed)
        table = grouped_table(case)
        got = replay.gradient(case, case.dtype)
        for name, expected in table.expected().items():
            assert np.max(np.abs(got[name] - expected.truth)) <= expected.bound, (seed, name)
            assert expected.determined


def test_terms_are_of_every_record_and_step():
    """Two records whose gradients cancel have terms that do not."""
    case = some(vanilla, steps=1)
    blocks = {**case.blocks, **{n: np.repeat(case.blocks[n][:1], 2, axis=0) for n in ("xs", "h0")}}
    d = np.stack([case.objective.outputs[0], -case.objective.outputs[0]])
    zero = tuple(0 * array for array in case.objective.state)
    table = grouped_table(replace(case, blocks=blocks, objective=Cotangents(d, zero)))
    expected = table.expected()["W"]
    assert expected.size < 1e-15
    assert expected.terms > 0.01


def test_a_cotangent_that_the_type_loses_is_allowed_for_at_every_step_before():
    """Of 1e-33 in float32 nothing need arrive; by replays the allowance is no less than the table's."""
    case = some(lstm, dtype=np.float32)
    small = replace(case, objective=case.objective.replaced(np.zeros_like))
    small.objective.outputs[:, -1] = 1e-33
    table, wide = (made(small).expected() for made in (grouped_table, replayed))
    for name, expected in table.items():
        assert 0 < expected.size <= expected.lost < 1e3 * expected.size, name
        assert expected.size <= wide[name].lost < 1e4 * expected.size, name
        assert wide[name].lost >= 0.5 * expected.lost
    healthy = [*grouped_table(case).expected().values(), *replayed(case).expected().values()]
    assert all(expected.lost == 0 for expected in healthy)


def test_what_is_lost_inside_a_step_is_allowed_for_too():
    """A saturated gate's cotangent is lost though the states' are healthy."""
    case = some(lstm, dtype=np.float32, steps=2)
    case.blocks["b"][:] = -75
    assert replayed(case).expected()["b"].lost >= 0.5 * grouped_table(case).expected()["b"].lost > 0


@MADE
@pytest.mark.parametrize("truncation", [FULL, Window(1)], ids=repr)
def test_a_kink_and_what_overflows_determine_nothing(made, truncation):
    """relu at 0 has no slope, and a truth that is larger than its type holds is none."""
    case = some(vanilla, truncation=truncation, functions={"activation": "relu"})
    assert made(case).determined
    assert not made(replace(case, blocks={n: 0 * array for n, array in case.blocks.items()})).determined
    case = some(scan, dtype=np.float32, truncation=truncation)
    case.blocks["a"][:] = 1e20
    assert not made(case).determined


def test_a_function_of_a_parameter_alone_has_its_copies_too():
    """A decay through a gate, as in many scans."""

    def step(f, p, x, h):
        return f.decay(p.rate)[..., None, :] * h + anp.tanh(x)

    model = Model(
        "decay",
        (Block("rate", ("H",), Use.STEP), Block("x", ("H",), Use.INPUT), Block("h", ("H",), Use.STATE)),
        step,
        functions={"decay": ("sigmoid",)},
    )
    case = a_case(model)
    assert_alike(truths(grouped_table(case)), replay.gradient(case), CLOSE)


def test_a_size_that_no_axis_has_by_itself():
    """A model whose only axis is of two parts is judged all the same."""
    model = Model(
        "halves",
        (Block("x", ("2 H",), Use.INPUT), Block("h", ("2 H",), Use.STATE)),
        lambda f, p, x, h: x * h,
    )
    case = a_case(model)
    assert case.sizes == {"N": 2, "T": 3, "H": 2}
    assert grouped_table(case).determined


@MADE
def test_what_comes_back_on_two_ways_of_a_step_and_cancels_may_be_off_by_its_roundings(made):
    """Even where the truth is 0, and by no more; of what comes back on one way nothing is added."""
    x, h = Block("x", ("H",), Use.INPUT), Block("h0", ("H",), Use.STATE)
    cancels = Model("m", (x, h), lambda f, p, x, h: x * (h + 1) - x * h)
    case = a_case(cancels, 2, 1, np.float32)
    expected = made(case).expected()["h0"]
    rounding = np.finfo(np.float32).eps / 2 * np.max(np.abs(case.blocks["x"] * case.objective.outputs))
    assert expected.size == 0
    assert rounding < expected.bound < 300 * rounding
    plain = Model("m", (x, h), lambda f, p, x, h: x + h)
    assert made(replace(case, model=plain)).expected()["h0"].bound < 300 * np.finfo(np.float32).eps
