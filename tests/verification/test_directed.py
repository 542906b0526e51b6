"""What every run meets before it draws: enough by itself, and the same for every seed."""

import numpy as np
import pytest

from verification.directed import exact, integers, ordinary
from verification.engine import manual
from verification.exactness import EXACT, INTEGERS, fits_exactly
from verification.exercise import CONTRACT, LEAST, live
from verification.properties import PROPERTIES
from verification.suite import EVERY_PROPERTY, Profile, verify
from verification.trial import Truth

NOTHING_DRAWN = Profile("nothing drawn", cases=0, exact_cases=0)


@pytest.fixture(scope="module")
def found():
    """A run that draws nothing at all, but for the larger problems, which are another matter."""
    return verify(manual, NOTHING_DRAWN, properties=[p for p in EVERY_PROPERTY if p.problems is not None])


def test_a_run_that_draws_nothing_is_exercised(found):
    """So a run that draws is exercised whatever its seed: none of these counts depends on it."""
    assert found.idle == ()
    assert found.verdict == "verified"


def test_every_entry_is_seen_often_enough(found):
    """Each entry of the contract is met by as many live problems as it asks for."""
    assert {entry.name for entry in CONTRACT if found.seen.get(entry.name, 0) < LEAST} == set()


def test_every_row_has_its_evidence(found):
    """Under each kind of truncation, in that many problems whose truth is not zero, and determined."""
    poor = [(row.name, row.truncation) for row in found.rows if row.nonzero - row.undetermined < LEAST]
    assert poor == []


def test_the_seed_changes_nothing():
    """What is fixed is counted alike with every seed."""
    one, other = (verify(manual, NOTHING_DRAWN, seed=seed, properties=PROPERTIES[:3]) for seed in (1, 2))
    counts = [
        [(row.name, row.truncation, row.cases, row.nonzero, row.undetermined) for row in run.rows]
        for run in (one, other)
    ]
    assert counts[0] == counts[1]
    assert one.seen == other.seen


def test_each_is_healthy():
    """All are determined, and nearly all live; only Tail and Window can let nothing through."""
    truths = [Truth(problem) for problem in ordinary()]
    assert all(truth.determined for truth in truths)
    assert sum(map(live, truths)) >= 0.9 * len(truths)


def test_integers_do_not_round():
    """Each is one of those that the property about integers looks at."""
    assert all(map(fits_exactly, integers()))


def test_exact_problems_have_every_rational_activation():
    """In Fractions, so that softsign, which integers leave, is among them."""
    assert {problem.activation for problem in exact()} == {"identity", "relu", "softsign"}
    assert {problem.dtype for problem in exact()} == {np.dtype(object)}


def test_they_are_whose_they_are():
    """The properties that draw Fractions and integers have fixed ones of their own."""
    assert (EXACT.fixed, INTEGERS.fixed) == (exact, integers)
    assert {check.fixed for check in PROPERTIES} == {ordinary}
