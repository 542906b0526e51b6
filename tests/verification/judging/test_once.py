"""What every run asks once."""

from dataclasses import replace

import numpy as np
import pytest

from tests.layers import lstm, scan
from tests.quick import first_quick
from verification import Profile, Scope, layer, manual, models, scoped, verify
from verification.judging.once import once
from verification.properties import in_a_row
from verification.properties.findings import findings, truth_for, truth_of

FEW = Profile("few", cases=1, exact_cases=0, strength=1)
SMALL = Scope(records=(1, 3), steps=(1, 4), dtypes=("float64",))


def asked(engine):
    """What is wrong, by the names of the cases."""
    found = {}
    for each in once(engine):
        case = each.make()
        truth = truth_of(case) if each.property is None else truth_for(each.property, case)
        wrong = [finding.wrong for finding in findings(engine, truth) if finding.wrong]
        found[each.name] = wrong[0] if wrong else ""
    return found


def test_a_layer_is_asked_many_calls():
    """A call that is wrong is told by its number."""
    assert asked(layer(lstm.forward, lstm.backward, model=models.lstm)) == {"calls in a row": ""}
    calls = []

    def backward(saved, d_outputs, d_state):
        calls.append(d_outputs)
        return lstm.backward(saved, d_outputs * (1 + (len(calls) > 500)), d_state)

    told = asked(layer(lstm.forward, backward, model=models.lstm))["calls in a row"]
    assert told.startswith("at call 50")


@pytest.mark.slow
def test_of_a_slow_engine_fewer_calls_are_made_and_it_is_said(monkeypatch):
    """Under "not asked", with their number."""
    monkeypatch.setattr(in_a_row, "SECONDS", 0.0)
    judgement = verify(layer(scan.forward, scan.backward, model=models.scan, scope=SMALL), FEW)
    assert judgement.not_asked[-1] == f"more than 2 of {in_a_row.CALLS} calls in a row"


def test_what_is_kept_for_another_type_is_told():
    """Zeros by their shape alone."""
    kept = {}

    def backward(saved, d_outputs, d_state):
        d_params, d_xs, d_initial = lstm.backward(saved, d_outputs, d_state)
        return d_params, kept.setdefault(d_xs.shape, 0 * d_xs) + d_xs, d_initial

    told = asked(layer(lstm.forward, backward, model=models.lstm))["calls in a row"]
    assert "in float32: the gradient of xs has dtype float64, needed float32" in told


@first_quick("name", ["targets far from the outputs", "targets near the outputs"])
def test_a_function_is_asked_with_targets_far_and_near(name):
    """There a clip shows, or a threshold, that no ordinary target meets."""
    assert set(asked(scoped(manual, Scope())).values()) == {""}

    def engine(problem):
        answer = manual(problem)
        least, most = (0, 50) if name == "targets far from the outputs" else (1e-5, np.inf)
        kept = {n: np.clip(d, -most, most) * (abs(d).max() > least) for n, d in answer.blocks().items()}
        return replace(answer, **{n: d.astype(problem.dtype) for n, d in kept.items()})

    assert asked(scoped(engine, Scope()))[name]
