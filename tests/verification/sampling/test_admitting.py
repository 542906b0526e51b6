"""What a claim admits of cases that were made without it."""

from dataclasses import replace

import pytest

from tests.cases import a_case, claimed
from verification import Scope
from verification.adapters import problem
from verification.models import vanilla
from verification.models.truncation import Standard, Tabled
from verification.sampling.admitting import admits

CASE = a_case(vanilla, losses="every")
CLAIM = claimed(vanilla, Scope(), problem)


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
    """Each by one of its fields; a claim without limits does."""
    assert admits(CLAIM, CASE)
    assert not admits(claimed(vanilla, scope, problem), CASE)


def test_how_it_is_computed_has_to_be_claimed():
    assert not admits(CLAIM, replace(CASE, checkpoints=2))
    assert not admits(CLAIM, replace(CASE, workspace=True))


def test_who_sets_no_limit_takes_as_many_steps_as_there_are():
    """And a truncation of one's own is run by the engine that brings it."""
    assert admits(CLAIM, a_case(vanilla, 1, 512, losses="last"))
    assert admits(CLAIM, replace(CASE, truncation=Tabled((0, 0, 1))))
    whole = claimed(vanilla, Scope(truncations=("Full",)), problem)
    assert not admits(whole, replace(CASE, truncation=Standard("Tail", (1,))))
