"""Numbers where code switches: what is wrong there alone is refuted by the row of that switch."""

from itertools import product

import numpy as np
import pytest

from tests.cases import claimed
from tests.layers import RIGHT, gru, vanilla
from tests.layers.faults import SWITCHES, model_of, planted
from tests.quick import first_quick
from verification import Scope, layer, models
from verification.adapters import problem
from verification.judging.sampled import truth_of_row
from verification.properties.findings import findings
from verification.sampling.at_random import SMALL
from verification.sampling.factors import ORDINARY, OVERFLOWING
from verification.sampling.quiet import QUIET
from verification.sampling.switches import (
    CHANGES,
    FAR_OUT,
    GROWING,
    LEAST,
    NOTHING,
    ON_ONE_SIDE,
    rows_where_code_switches,
    where_code_switches,
)


def found(model, module, switch=None, names=None):
    """By row, whether its case is informative and which properties, of those named, find a layer wrong."""
    engine = layer(module.forward, module.backward, model=model)
    design = where_code_switches(model, engine.claim)
    for number, row in enumerate(rows_where_code_switches(model, engine.claim)):
        if switch in (None, row.levels["switch"]):
            truth = truth_of_row(design, row, number, engine.claim.blocks)
            result = [each for each in findings(engine, truth, names) if each.wrong]
            yield row, truth.informative(engine.claim.blocks), {each.property for each in result}


@pytest.mark.parametrize("fault", SWITCHES, ids=lambda fault: f"{fault.cell}: {fault.name}")
def test_a_fault_is_refuted_on_its_row(fault):
    result = found(model_of(fault), planted(fault), fault.case["switch"], ("autograd",))
    assert any(fault.caught_by in wrong for *_, wrong in result)


@first_quick(("model", "module"), RIGHT[1::4], count=0, ids=[model.name for model, _ in RIGHT[1::4]])
def test_a_right_layer_holds(model, module):
    """In each type; few cases say nothing, as those of a share that cancels in single precision."""
    rows = [*found(model, module)]
    assert not [(row.levels, wrong) for row, _, wrong in rows if wrong]
    assert sum(informative for _, informative, _ in rows) >= len(rows) - 1


@pytest.mark.parametrize("model", [models.vanilla, models.lstm], ids=lambda model: model.name)
def test_all_properties_are_checked_on_a_switch_and_half_of_the_states_stay(model):
    """Its case is small, but for far numbers, which each gate has to have many of."""
    claim = claimed(model)
    design = where_code_switches(model, claim)
    for row in rows_where_code_switches(model, claim):
        assert row.levels["switch"] == FAR_OUT or max(row.sizes.values()) <= SMALL
        if row.levels["switch"] == FAR_OUT:
            h = np.abs(design.make(row, np.random.default_rng(0)).state[0])
            assert 0.25 < (h < LEAST).mean() < 0.75


def some_are_quiet(array, axes):
    """Is what has an index far below the rest, over the other axes?"""
    size = np.abs(array).max(axis=axes)
    return size.min() < 4 * QUIET * size.max()


def test_the_numbers_are_what_they_are_called():
    """Of a model whose inputs are of a domain, and of one whose inputs are any numbers."""
    for model, name in ((models.rg_lru, "a"), (models.selective_scan, "delta")):
        claim = claimed(model)
        design, cases = where_code_switches(model, claim), {}
        for row in rows_where_code_switches(model, claim):
            if row.levels["type"] == "float64":
                cases[row.levels["switch"]] = design.make(row, np.random.default_rng(0))
        near = np.abs(1 - cases["inputs and vectors near 1"].blocks[name])
        assert near.max() <= 1e-4
        assert near.min() < 1e-7
        assert (near > 0).all()
        assert np.abs(cases["inputs and vectors near 0"].blocks[name]).max() <= 1e-4
        other = "u" if name == "delta" else "x"
        assert np.abs(cases["inputs next to nothing"].blocks[other]).max() <= NOTHING
        assert some_are_quiet(cases["a quiet record"].objective.outputs, (1, 2))
    assert some_are_quiet(cases["a record of quiet inputs and states"].blocks["u"], (1, 2))
    assert some_are_quiet(cases["a step of quiet inputs"].blocks["u"], (0, 2))
    assert some_are_quiet(cases["a quiet unit"].blocks["h0"], (0, 2))
    outputs = np.abs(cases["denormal cotangents"].objective.outputs)
    assert ((outputs > 0) & (outputs < np.finfo(float).tiny)).any()
    far = np.abs(cases["inputs and states of 5 to 45"].blocks["delta"])
    assert far.shape == (17, 6, 4)
    assert 20 < (far >= 5).sum() < 60
    assert 40 < far.max() < 45
    assert (cases["inputs and states of 5 to 45"].blocks["h0"] >= 5).mean() > 0.2
    for array in cases["equal records"].blocks["u"], cases["equal records"].objective.outputs:
        assert (array == array[:1]).all()
    assert {*cases} == {*CHANGES} - {GROWING}


def test_recurrent_weights_are_large_and_all_else_is_next_to_nothing():
    """So that a tanh is linear, and what is carried grows a thousandfold on its way."""
    for model, module in ((models.vanilla, vanilla), (models.gru, gru)):
        claim = claimed(model)
        design = where_code_switches(model, claim)
        wanted = {"switch": GROWING, "type": "float64"}.items()
        (row,) = (row for row in rows_where_code_switches(model, claim) if wanted <= row.levels.items())
        case = design.make(row, np.random.default_rng(0))
        assert 16 < np.abs(case.blocks["W"]).max() <= 64
        assert max(np.abs(case.blocks[name]).max() for name in ("xs", "b", "h0")) <= 2.0**-60
        answer = layer(module.forward, module.backward, model=model).answer(case)
        assert np.abs(answer[1]["h0"][0]).max() > 1000
        assert 0 < np.abs(answer[0]["outputs"]).max() < 2.0**-10


def test_each_function_that_tends_to_a_limit_is_far_out():
    """In each type, of an engine that is told its functions; and one number overflows, unless it declines."""
    for scope, vectors in ((None, OVERFLOWING), (Scope(declines=("overflow",)), ORDINARY)):
        claim = claimed(models.vanilla, scope, problem)
        rows = [row.levels for row in rows_where_code_switches(models.vanilla, claim)]
        far = [row for row in rows if row["switch"] == FAR_OUT]
        met = {(row["type"], row["function activation"], row["vectors"]) for row in far}
        assert met == {*product(claim.dtypes, ("tanh", "sigmoid"), (vectors,))}


OF_RECORDS = {"a quiet record", "a record of quiet inputs and states", "equal records"}
OF_COTANGENTS = {"a quiet record", "a quiet last step", "denormal cotangents"}


@pytest.mark.parametrize(
    ("model", "claim", "absent"),
    [
        (models.lstm, claimed(models.lstm, Scope(records=(1, 1))), OF_RECORDS),
        (models.vanilla, claimed(models.vanilla, adapter=problem), OF_COTANGENTS),
        (models.linear, claimed(models.linear), {FAR_OUT, GROWING, *ON_ONE_SIDE}),
        (models.vanilla, claimed(models.vanilla, Scope(dtypes=("float16", "float32"))), {GROWING}),
        (models.lstm, claimed(models.lstm, Scope(compiled=True)), {*CHANGES}),
    ],
    ids=["one record", "losses alone", "no functions", "few powers", "compiled"],
)
def test_nothing_is_run_that_a_claim_has_not(model, claim, absent):
    """Of one record no other is quieter; who compiles has none of these shapes."""
    rows = rows_where_code_switches(model, claim)
    assert {*CHANGES} - {row.levels["switch"] for row in rows} == absent
