"""The contract is met by the designed sample; what is in it, and which cases have it, is in test_rules."""

import numpy as np
import pytest

from verification.adapters import layer, problem, step
from verification.judging.contract import contract
from verification.models import lstm, scan, vanilla
from verification.sampling.resolving import resolved
from verification.sampling.sample import case_of, in_floats
from verification.sampling.scope import Scope

NARROW = Scope(records=(1, 2), steps=(2, 4), states="zero", dtypes=("float32",))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "capabilities", "scope"),
    [
        (lstm, layer.CAPABILITIES, Scope(lengths=True)),
        (scan, layer.CAPABILITIES, Scope(packed=True)),
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
