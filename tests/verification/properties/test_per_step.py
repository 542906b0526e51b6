"""Lag by lag: the steps of a block apart, each with a bound of its own."""

import re
from dataclasses import replace

import pytest

from tests.cases import a_case
from tests.layers import layer_with, lstm, steps, vanilla
from tests.verification.adapters.test_problem import SCOPE, gradients
from tests.verification.properties.refuting import refuted_by
from verification import layer, models, step
from verification.adapters.problem import whole
from verification.models.truncation import Standard
from verification.properties.per_step import LAG_BY_LAG
from verification.properties.trial import Trial
from verification.properties.truth import Truth


def lags_of(engine, case):
    return LAG_BY_LAG.check(Trial(engine, Truth(case)))


def test_a_part_that_has_decayed_is_seen_here_alone():
    """Beside a sum of size one it is below every bound."""
    case = a_case(models.vanilla, steps=25)
    case = replace(case, blocks={**case.blocks, "W": 1e-2 * case.blocks["W"]})
    least = "1e-20 * np.abs(d_outputs).max()"
    right = "d_U += da.T @ xs[:, t]"
    engine = layer_with(models.vanilla, vanilla, right, f"{right} * (np.abs(da).max() > {least})")
    wrong = refuted_by(engine, case)
    assert set(wrong) == {"lag by lag"}
    assert wrong["lag by lag"].startswith("d_U of the loss at step 24 from step ")


@pytest.mark.parametrize("at", range(5))
def test_a_fault_of_one_step_is_told_from_that_step_alone(at):
    """Where a block has a column for each step, the first and the last among them."""
    engine = layer_with(
        models.vanilla, vanilla, "d_U += da.T @ xs[:, t]", f"d_U += da.T @ xs[:, t] * (1 + (t == {at}))"
    )
    wrong = [
        str(each)
        for name, each, _ in lags_of(engine, a_case(models.vanilla, steps=5))
        if each and name == "U"
    ]
    steps = re.findall(r" from step (\d+)", " ".join(wrong))
    assert steps == [str(at)]


@pytest.mark.parametrize(
    "truncation", [Standard("Window", (1,)), Standard("Chunked", (2, 3)), Standard("Tail", (2,))], ids=str
)
def test_what_a_loss_must_not_reach_is_zero(truncation):
    """To the bit: a part that is not zero there is reported with its step."""
    engine = step(steps.vanilla, steps.vanilla_back, model=models.vanilla)
    case = replace(a_case(models.vanilla, steps=5), truncation=truncation)
    found = [(str(wrong) if wrong else "", expected) for _, wrong, expected in lags_of(engine, case)]
    assert not [wrong for wrong, _ in found if wrong]
    assert any(not expected.truth.any() for _, expected in found)
    # The full gradient under that claim is refuted at the first step that must not be reached.
    full = layer(vanilla.forward, vanilla.backward, model=models.vanilla)
    wrong = [str(each) for _, each, _ in lags_of(full, case) if each]
    assert any("from step 0" in each for each in wrong)


def test_a_loss_on_the_last_step_stands_for_all_where_there_are_targets():
    """Losses on every step cannot be distinguished without cotangents."""
    case = a_case(models.lstm, steps=4, losses="every")
    engine = whole(gradients, model=models.lstm, scope=SCOPE)
    found = list(lags_of(engine, case))
    assert {name for name, _, _ in found} == set(engine.claim.blocks)
    assert not [str(wrong) for _, wrong, _ in found if wrong]
    assert not list(
        lags_of(whole(gradients, model=models.lstm, scope=replace(SCOPE, losses=("every",))), case)
    )


@pytest.mark.parametrize(("records", "checked"), [(2, True), (11, False)])
def test_many_records_of_many_units_are_not_checked(records, checked):
    """A table of their derivatives would cost too much: of each record there are 286,720."""
    engine = layer(lstm.forward, lstm.backward, model=models.lstm)
    case = a_case(models.lstm, records, 1, sizes={"H": 32, "D": 1})
    assert any(lags_of(engine, case)) == checked
