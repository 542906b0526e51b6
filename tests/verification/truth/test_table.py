"""The lag table of any model: its masks, its bounds, what it calls undetermined."""

from dataclasses import replace

import autograd.numpy as anp
import numpy as np
import pytest

from rnn import Chunked, Full, Tail, Window
from tests.quick import first_quick, one_quick_each
from verification.models import SHIPPED, gru, lstm, scan, vanilla
from verification.models.case import Case, Cotangents, Targets, random_case
from verification.models.model import Block, Model, Use
from verification.models.truncation import Tabled
from verification.truth import replay, unroll
from verification.truth.replayed import replayed
from verification.truth.table import grouped_table, lag_table

STEPS = 5
TRUNCATIONS = (Full(), Window(0), Window(2), Chunked(2), Chunked(2, 4), Chunked(3, 1), Tail(2), Tail(0))

# What the longdouble runs of two ways may differ by, beside numbers of size one.
CLOSE = 1e-15 if np.finfo(np.longdouble).eps < 1e-18 else 1e-12


def some(model, objective="cotangents", steps=STEPS, seed=0, **options):
    """A case of two records, with cotangents or with the model's own loss."""
    rng = np.random.default_rng(seed)
    dtype = np.complex128 if model.complex else np.float64
    sizes = {"H": 3, "D": 2, "K": 2, "A": 2, "V": 2, "E": 2, "S": 3, "P": 2, "H_l0": 2}
    case = random_case(model, rng, sizes, 2, steps, options.pop("dtype", dtype), **options)
    if objective == "targets":
        readout = {block.name: rng.uniform(-1, 1, block.shape(sizes)) for block in model.of(Use.READOUT)}
        targets = rng.uniform(-1, 1, (2, steps, sizes["K"]))
        case = replace(case, blocks={**case.blocks, **readout}, objective=Targets(targets))
    return case


@one_quick_each("truncation", TRUNCATIONS, type, ids=repr)
@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.name)
@first_quick("objective", ["cotangents", "targets"])
def test_masked_tables_equal_detached_replays(model, objective, truncation):
    """Losses apart, and in groups that reach back to one step."""
    if objective == "targets" and not model.of(Use.READOUT):
        pytest.skip("the model has no readout")
    first = tuple(truncation.first(t, STEPS) for t in range(STEPS))
    case = replace(some(model, objective), truncation=Tabled(first))
    truth = replay.gradient(case)
    for table in (lag_table(case), grouped_table(case)):
        got = table.gradient(first)
        assert got.keys() == truth.keys()
        for name, block in truth.items():
            np.testing.assert_allclose(got[name], block, rtol=0, atol=CLOSE, err_msg=name)


def test_one_table_of_single_losses_serves_every_truncation():
    """It is masked by whatever ``first`` is given."""
    case = some(lstm)
    table = lag_table(case)
    for truncation in TRUNCATIONS:
        first = tuple(truncation.first(t, STEPS) for t in range(STEPS))
        truth = replay.gradient(replace(case, truncation=Tabled(first)))
        for name, expected in table.expected(first).items():
            np.testing.assert_allclose(expected.truth, truth[name], rtol=0, atol=CLOSE)


@pytest.mark.parametrize("model", [lstm, gru, scan], ids=lambda model: model.name)
def test_a_step_that_does_not_broadcast_has_the_same_table(model):
    """Loop by loop: the truths to a rounding, the bounds to the bit of the noise."""

    def one_copy(f, p, x, *state):
        assert state[0].ndim == 2, "a step of one copy alone"
        return model.step(f, p, x, *state)

    slow = replace(model, step=one_copy)
    assert unroll.broadcasts(model)
    assert not unroll.broadcasts(slow)
    case = some(model, steps=3)
    fast, loop = grouped_table(case), grouped_table(replace(case, model=slow))
    for name, expected in fast.expected().items():
        np.testing.assert_allclose(loop.expected()[name].truth, expected.truth, rtol=0, atol=CLOSE)
        assert loop.expected()[name].bound == pytest.approx(expected.bound, rel=1e-6)


@first_quick("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.name)
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
    """Of 1e-33 in float32 nothing need arrive, and what need not arrive is of that size."""
    case = some(lstm, dtype=np.float32)
    outputs = 0 * case.objective.outputs
    outputs[:, -1] = 1e-33
    zero = tuple(0 * array for array in case.objective.state)
    table = grouped_table(replace(case, objective=Cotangents(outputs, zero)))
    for name, expected in table.expected().items():
        assert 0 < expected.size <= expected.lost < 1e3 * expected.size, name
    healthy = grouped_table(case).expected()
    assert all(expected.lost == 0 for expected in healthy.values())


def test_what_is_lost_inside_a_step_is_allowed_for_too():
    """A saturated gate's cotangent is lost though the states' are healthy."""
    case = some(lstm, dtype=np.float32, steps=2)
    case.blocks["b"][:] = -75
    table = grouped_table(case)
    assert table.expected()["b"].lost > 0


@pytest.mark.parametrize("steps", [1, 3])
def test_a_function_at_its_kink_determines_nothing(steps):
    """relu at 0 has no slope; beside it, it has."""
    case = some(vanilla, steps=steps, functions={"activation": "relu"})
    assert grouped_table(case).determined
    still = {name: 0 * array for name, array in case.blocks.items()}
    assert not grouped_table(replace(case, blocks=still)).determined


def test_a_case_that_overflows_determines_nothing():
    """Its truth is larger than the type holds."""
    case = some(scan, dtype=np.float32)
    case.blocks["a"][:] = 1e20
    assert not grouped_table(case).determined


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
    case = random_case(model, np.random.default_rng(0), {"H": 2})
    truth = replay.gradient(case)
    for name, expected in grouped_table(case).expected().items():
        np.testing.assert_allclose(expected.truth, truth[name], rtol=0, atol=CLOSE)


def test_a_size_that_no_axis_has_by_itself():
    """A model whose only axis is of two parts is judged all the same."""
    model = Model(
        "halves",
        (Block("x", ("2 H",), Use.INPUT), Block("h", ("2 H",), Use.STATE)),
        lambda f, p, x, h: x * h,
    )
    case = random_case(model, np.random.default_rng(0), {"H": 2})
    assert isinstance(case, Case)
    assert case.sizes == {"N": 2, "T": 3, "H": 2}
    assert grouped_table(case).determined


@pytest.mark.parametrize("made", [grouped_table, replayed])
def test_what_comes_back_on_two_ways_of_a_step_and_cancels_may_be_off_by_its_roundings(made):
    """Even where the truth is 0, and by no more; of what comes back on one way nothing is added."""
    x, h = Block("x", ("H",), Use.INPUT), Block("h0", ("H",), Use.STATE)
    cancels = Model("m", (x, h), lambda f, p, x, h: x * (h + 1) - x * h)
    case = random_case(cancels, np.random.default_rng(0), {"H": 2}, 2, 1, np.float32)
    expected = made(case).expected()["h0"]
    rounding = np.finfo(np.float32).eps / 2 * np.max(np.abs(case.blocks["x"] * case.objective.outputs))
    assert expected.size == 0
    assert rounding < expected.bound < 300 * rounding
    plain = Model("m", (x, h), lambda f, p, x, h: x + h)
    assert made(replace(case, model=plain)).expected()["h0"].bound < 300 * np.finfo(np.float32).eps
