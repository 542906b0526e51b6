"""Truth and bound by replays: they agree with autograd, and are no narrower than the lag table's."""

from dataclasses import replace

import numpy as np
import pytest

from rnn import Chunked, Full, Tail, Window
from tests.layers import RIGHT
from tests.quick import first_quick, one_quick_each
from verification import layer
from verification.models import SHIPPED, gru, lstm, scan, vanilla
from verification.models.case import Cotangents, Targets, random_case
from verification.models.model import Use
from verification.properties.asking import ask
from verification.truth import replay
from verification.truth.replayed import replayed
from verification.truth.table import grouped_table

TRUNCATIONS = (Full(), Window(0), Window(2), Chunked(2), Chunked(2, 4), Chunked(3, 1), Tail(2), Tail(0))
SIZES = {"H": 3, "D": 2, "K": 2, "A": 2, "V": 2, "E": 2, "S": 3, "P": 2, "H_l0": 2}
CLOSE = 1e-15 if np.finfo(np.longdouble).eps < 1e-18 else 1e-12


def some(
    model, steps=5, records=2, truncation=None, objective="cotangents", dtype=np.float64, seed=0, **options
):
    """A case of a few records, with cotangents or with the model's own loss."""
    rng = np.random.default_rng(seed)
    dtype = np.result_type(dtype, np.complex64) if model.complex else np.dtype(dtype)
    case = random_case(model, rng, options.pop("sizes", SIZES), records, steps, dtype, **options)
    if truncation is not None:
        case = replace(case, truncation=truncation)
    if objective == "targets":
        readout = {block.name: rng.uniform(-1, 1, block.shape(SIZES)) for block in model.of(Use.READOUT)}
        targets = Targets(rng.uniform(-1, 1, (records, steps, SIZES["K"])))
        case = replace(case, blocks={**case.blocks, **readout}, objective=targets)
    return case


@one_quick_each("truncation", TRUNCATIONS, type, ids=repr)
@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.name)
@first_quick("objective", ["cotangents", "targets"])
def test_the_gradient_is_autograd_s_of_detached_replays(model, objective, truncation):
    """Every block, under every truncation, with cotangents and with the model's own loss."""
    if objective == "targets" and not model.of(Use.READOUT):
        pytest.skip("the model has no readout")
    case = some(model, truncation=truncation, objective=objective)
    truth, got = replay.gradient(case), replayed(case).expected()
    assert got.keys() == truth.keys()
    for name, block in truth.items():
        np.testing.assert_allclose(got[name].truth, block, rtol=0, atol=CLOSE, err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize("objective", ["cotangents", "targets"])
def test_the_bound_is_as_wide_as_the_lag_table_s_and_of_its_size(objective):
    """Of 19 in 20 blocks it is at least the table's, of none a half of it, of 19 in 20 not five times it."""
    ratios = []
    for model in SHIPPED:
        if objective == "targets" and not model.of(Use.READOUT):
            continue
        for number, truncation in enumerate(TRUNCATIONS):
            case = some(model, 4 + number % 3, 1 + number % 4, truncation, objective)
            wide, table = replayed(case).expected(), grouped_table(case).expected()
            for name, expected in table.items():
                assert wide[name].size == 0 or wide[name].terms >= 0.9999 * expected.terms, (model.name, name)
                if expected.size:
                    ratios.append(wide[name].bound / expected.bound)
    low, typical, high = np.quantile(ratios, [0.05, 0.5, 0.95])
    assert min(ratios) > 0.5
    assert low >= 1
    assert typical < 3
    assert high < 5


def test_terms_of_many_records_are_bounded_too():
    """More terms than draws: what is drawn is still no fewer than the sum of absolute terms."""
    for seed in range(20):
        case = some(vanilla, 3, 40, Window(1), seed=seed)
        wide, table = replayed(case).expected(), grouped_table(case).expected()
        for name in ("U", "W", "b"):
            assert table[name].terms <= wide[name].terms <= 4 * table[name].terms


@pytest.mark.parametrize("objective", ["cotangents", "targets"])
def test_what_the_forward_computes_is_the_table_s(objective):
    """The truths to a rounding, the bounds by other draws."""
    case = some(lstm, truncation=Window(1), objective=objective)
    table, got = grouped_table(case).forward(), replayed(case).forward()
    assert got.keys() == table.keys()
    for name, expected in table.items():
        np.testing.assert_allclose(got[name].truth, expected.truth, rtol=1e-15, atol=CLOSE)
        assert expected.bound / 2 < got[name].bound < 4 * expected.bound


LARGE = ((40, 2, 2), (3, 70, 3), (2, 9, 40), (12, 33, 1))


@first_quick("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("model", "module"), RIGHT, ids=[model.name for model, _ in RIGHT])
def test_plain_layers_of_larger_cases_are_within_the_bound(model, module, dtype):
    """Their rounding takes a third of it at most, and the case is determined."""
    engine = layer(module.forward, module.backward, model=model)
    for steps, records, size in LARGE:
        sizes = SIZES | {"H": size, "D": size + 1, "K": size, "E": size, "H_l0": size}
        case = some(model, steps, records, dtype=dtype, sizes=sizes)
        truth, answer = replayed(case), ask(engine, case)
        assert truth.determined
        expected = truth.forward() | truth.expected()
        for name, got in [*answer.forward.items(), *answer.gradients()]:
            error = np.max(np.abs(got - expected[name].truth))
            assert error <= expected[name].bound / 3, (steps, records, size, name)
        assert any(expected[block.name].determined for block in model.of(Use.INPUT))


def test_a_cotangent_that_the_type_loses_is_allowed_for():
    """Of 1e-33 in float32 nothing need arrive; the allowance is no less than the table's."""
    case = some(lstm, dtype=np.float32)
    outputs = 0 * case.objective.outputs
    outputs[:, -1] = 1e-33
    zero = tuple(0 * array for array in case.objective.state)
    small = replace(case, objective=Cotangents(outputs, zero))
    table = grouped_table(small).expected()
    for name, expected in replayed(small).expected().items():
        assert 0 < expected.size <= expected.lost < 1e4 * expected.size, name
        assert expected.lost >= 0.5 * table[name].lost
    assert all(expected.lost == 0 for expected in replayed(case).expected().values())


def test_what_is_lost_inside_a_step_is_allowed_for_too():
    """A saturated gate's cotangent is lost though the states' are healthy."""
    case = some(lstm, dtype=np.float32, steps=2)
    case.blocks["b"][:] = -75
    table = grouped_table(case).expected()["b"]
    assert replayed(case).expected()["b"].lost >= 0.5 * table.lost > 0


@pytest.mark.parametrize("truncation", [Full(), Window(1)], ids=repr)
def test_a_function_at_its_kink_determines_nothing(truncation):
    """relu at 0 has no slope; beside it, it has."""
    case = some(vanilla, truncation=truncation, functions={"activation": "relu"})
    assert replayed(case).determined
    still = {name: 0 * array for name, array in case.blocks.items()}
    assert not replayed(replace(case, blocks=still)).determined


def test_a_case_that_overflows_determines_nothing():
    """Its truth is larger than the type holds."""
    case = some(scan, dtype=np.float32)
    case.blocks["a"][:] = 1e20
    assert not replayed(case).determined


def test_a_step_that_does_not_broadcast_has_the_same_truth():
    """Loop by loop."""

    def one_copy(f, p, x, *state):
        assert state[0].ndim == 2, "a step of one copy alone"
        return gru.step(f, p, x, *state)

    case = some(gru, 3, truncation=Window(1))
    fast, slow = (
        replayed(case).expected(),
        replayed(replace(case, model=replace(gru, step=one_copy))).expected(),
    )
    for name, expected in fast.items():
        np.testing.assert_allclose(slow[name].truth, expected.truth, rtol=0, atol=CLOSE)
        assert slow[name].bound == pytest.approx(expected.bound, rel=1)
