"""What a claim admits of cases that were made without it."""

from dataclasses import replace

import numpy as np
import pytest

from verification import Scope
from verification.adapters.problem import CAPABILITIES
from verification.models import vanilla
from verification.models.case import random_case
from verification.models.truncation import Standard, Tabled
from verification.sampling.admitting import admits
from verification.sampling.resolving import resolved

CASE = random_case(vanilla, np.random.default_rng(0), {"H": 2, "D": 2, "K": 2}, 2, 3, losses="every")


@pytest.mark.parametrize(
    "scope",
    [
        Scope(functions={"activation": ("relu",)}),
        Scope(dtypes=("float32",)),
        Scope(truncations=("Window",)),
        Scope(losses=("last",)),
        Scope(states="zero"),
        Scope(records=(3, 4)),
        Scope(records=(1, 1)),
        Scope(steps=(4, 9)),
        Scope(steps=(1, 2)),
        Scope(compiled=True),
    ],
    ids=str,
)
def test_a_narrower_claim_does_not_admit_it(scope):
    """Each by one of its fields; a claim of everything does."""
    assert admits(resolved(None, vanilla, CAPABILITIES), CASE)
    assert not admits(resolved(scope, vanilla, CAPABILITIES), CASE)


def test_how_it_is_computed_has_to_be_claimed():
    """With checkpoints, or in a workspace."""
    claim = resolved(Scope(), vanilla, CAPABILITIES)
    assert not admits(claim, replace(CASE, checkpoints=2))
    assert not admits(claim, replace(CASE, workspace=True))


def test_who_sets_no_limit_takes_as_many_steps_as_there_are():
    """And a truncation of one's own is run by the engine that brings it."""
    claim = resolved(Scope(), vanilla, CAPABILITIES)
    long = random_case(vanilla, np.random.default_rng(0), {"H": 1, "D": 1, "K": 1}, 1, 512, losses="last")
    assert admits(claim, long)
    assert admits(claim, replace(CASE, truncation=Tabled((0, 0, 1))))
    assert not admits(
        resolved(Scope(truncations=("Full",)), vanilla, CAPABILITIES),
        replace(CASE, truncation=Standard("Tail", (1,))),
    )
