"""The same problem, asked in another way, has the same gradient."""

import numpy as np

from verification import Scope
from verification.adapters.rnn.engine import manual
from verification.adapters.rnn.scoping import as_rnn, scoped
from verification.models import vanilla
from verification.models.case import random_case
from verification.properties import variants as again
from verification.properties.findings import asked_of


def test_states_are_kept_at_several_places():
    """Every two steps, all but one, and another number with each T."""
    every = {steps: [c.checkpoints for c in again.recomputed(random_steps(steps))] for steps in (1, 2, 5, 9)}
    assert every == {1: [2, 1, 3], 2: [2, 1, 3], 5: [2, 4, 5], 9: [2, 8, 2][:2]}


def random_steps(steps):
    """A case of so many steps."""
    return random_case(vanilla, np.random.default_rng(0), {"H": 1, "D": 1, "K": 1}, 1, steps, losses="last")


def test_they_are_asked_of_who_claims_them():
    """A function with a scope of its own claims neither, unless it says so; nor one of one truncation."""
    names = {"identities", "recomputation", "workspace", "bits"}

    def asked(engine):
        return {each.name for each in asked_of(engine.claim)} & names

    assert asked(as_rnn(manual)) == names
    assert asked(scoped(manual, Scope())) == {"identities"}
    assert asked(scoped(manual, Scope(truncations=("Full",)))) == set()
