"""The contract: what a claim must have seen, and cases that are seen to have it."""

from dataclasses import replace

import numpy as np
import pytest

from verification.adapters import layer, problem, step
from verification.judging.contract import contract
from verification.models import lstm, scan, slstm, vanilla
from verification.models.case import in_domains, random_case
from verification.models.domains import positive
from verification.sampling.resolving import resolved
from verification.sampling.sample import case_of, in_floats
from verification.sampling.scope import Scope


def names(claim):
    """Of the entries."""
    return [entry.name for entry in contract(claim)]


def test_a_scope_bounds_what_must_be_met():
    """One record, at least two steps, a state of zero, one type: nothing else."""
    scope = Scope(records=(1, 1), steps=(2, 4), states="zero", dtypes=("float32",))
    assert names(resolved(scope, lstm, layer.CAPABILITIES)) == [
        "T ≥ 2",
        "N = 1",
        "initial state zero",
        "float32",
        "loss by the final state alone",
    ]


def test_a_state_that_cannot_be_zero_is_not_waited_for():
    """Of a normaliser above zero the others are zero, or not all of them."""
    blocks = (replace(each, domain=positive) if each.name == "n0" else each for each in slstm.blocks)
    model = replace(slstm, blocks=tuple(blocks))
    entries = {entry.name: entry for entry in contract(resolved(None, model, layer.CAPABILITIES))}
    still = entries["initial state zero"]
    case = in_domains(random_case(model, np.random.default_rng(0), {"H": 1, "D": 1}))
    zero = {name: 0 * case.blocks[name] for name in ("h0", "c0", "m0")}
    assert not still.met(case)
    assert still.met(replace(case, blocks={**case.blocks, **zero}))


NARROW = Scope(records=(1, 2), steps=(2, 4), states="zero", dtypes=("float32",))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "capabilities", "scope"),
    [
        (lstm, layer.CAPABILITIES, Scope(lengths=True)),
        (lstm, layer.CAPABILITIES, NARROW),
        (scan, layer.CAPABILITIES, Scope(chunk=48)),
        (scan, layer.CAPABILITIES, Scope(chunks=(1, 6))),
        (scan, layer.CAPABILITIES, Scope(chunk=6, compiled=True)),
        (vanilla, step.CAPABILITIES, None),
        (vanilla, problem.CAPABILITIES, None),
    ],
)
def test_the_designed_sample_meets_all_of_it(model, capabilities, scope):
    """So that no run depends on luck."""
    claim = resolved(scope, model, capabilities)
    rows = in_floats(model, claim).rows(2)
    cases = [case_of(row, model, claim, np.random.default_rng(n)) for n, row in enumerate(rows)]
    assert [e.name for e in contract(claim) if sum(map(e.met, cases)) < e.least] == []


def test_an_engine_that_compiles_must_be_met_at_the_sizes_that_it_is_asked():
    """With a long recursion, where its scope admits one, and no larger number of records."""
    long = names(resolved(Scope(compiled=True), lstm, layer.CAPABILITIES))
    assert {"T = 1", "T ≥ 5", "N ≥ 2"} <= set(long)
    assert not {"T ≥ 33", "N ≥ 33"} & set(long)
    short = names(resolved(Scope(compiled=True, steps=(1, 8), records=(1, 2)), lstm, layer.CAPABILITIES))
    assert "N ≥ 2" not in short
    assert "T ≥ 2" in short
    assert "T ≥ 5" not in short
