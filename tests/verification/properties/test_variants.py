"""The same problem, asked in another way, has the same gradient."""

from dataclasses import replace

import numpy as np
import pytest

from rnn import Chunked, Window
from tests.verification.properties.refuting import refuted
from verification import Scope
from verification.adapters.rnn.engine import manual
from verification.adapters.rnn.scoping import as_rnn, scoped
from verification.models import vanilla
from verification.models.case import random_case
from verification.models.truncation import Standard
from verification.properties import variants as again
from verification.properties.findings import asked_of, truth_of
from verification.properties.trial import Trial


def a_case(**changed):
    """With targets, under a window."""
    case = random_case(vanilla, np.random.default_rng(0), {"H": 3, "D": 2, "K": 2}, 2, 5, losses="every")
    return replace(case, truncation=Standard("Window", (1,)), **changed)


def wrong_in(check, engine, case=None):
    """The parts in which a property refutes an engine."""
    return {name for name, wrong, _ in check(Trial(as_rnn(engine), truth_of(case or a_case()))) if wrong}


def off(answer):
    """An answer whose W is wrong."""
    return replace(answer, W=answer.W + 1)


def with_long_windows(problem):
    """Right under every truncation but ``Window``."""
    window = isinstance(problem.truncation, Window)
    return manual(problem.replaced(truncation=Window(problem.truncation.k + 1)) if window else problem)


def with_short_chunks(problem):
    """Right under every truncation but chunks of one step."""
    chunked = isinstance(problem.truncation, Chunked) and problem.truncation.k1 == 1
    return manual(problem.replaced(truncation=Window(0)) if chunked else problem)


@pytest.mark.parametrize("engine", [with_long_windows, with_short_chunks])
def test_identities(engine):
    """Whichever of two truncations with one mask is wrong."""
    assert "W" in wrong_in(again.identities, engine)
    assert wrong_in(again.identities, manual) == set()


def test_recomputation():
    """With checkpoints alone."""

    def wrong(problem):
        return manual(problem) if problem.checkpoints is None else off(manual(problem))

    assert wrong_in(again.recomputation, wrong) == {"W"}
    assert wrong_in(again.recomputation, manual) == set()


def test_states_are_kept_at_several_places():
    """Every two steps, all but one, and another number with each T."""
    every = {steps: [c.checkpoints for c in again.recomputed(random_steps(steps))] for steps in (1, 2, 5, 9)}
    assert every == {1: [2, 1, 3], 2: [2, 1, 3], 5: [2, 4, 5], 9: [2, 8, 2][:2]}


def random_steps(steps):
    """A case of so many steps."""
    return random_case(vanilla, np.random.default_rng(0), {"H": 1, "D": 1, "K": 1}, 1, steps, losses="last")


def test_workspace():
    """In a workspace alone."""

    def wrong(problem):
        return off(manual(problem)) if problem.workspace else manual(problem)

    assert wrong_in(again.workspace, wrong) == {"W"}
    assert wrong_in(again.workspace, manual) == set()


def noisy(where):
    """An engine whose W has another last bit where that is so."""

    def engine(problem):
        answer = manual(problem)
        return replace(answer, W=np.nextafter(answer.W, np.inf)) if where(problem) else answer

    return engine


@pytest.mark.parametrize(
    "where",
    [lambda p: p.workspace, lambda p: not p.xs.flags.c_contiguous, lambda p: not p.xs.flags.writeable],
    ids=["workspace", "strides", "read-only"],
)
def test_bits(where):
    """However it is called."""
    assert wrong_in(again.bits, noisy(where)) == {"W"}
    assert wrong_in(again.bits, manual) == set()
    assert wrong_in(again.bits, manual, a_case(checkpoints=2)) == set()


def test_they_are_asked_of_who_claims_them():
    """A function with a scope of its own claims neither, unless it says so; nor one of one truncation."""
    names = {"identities", "recomputation", "workspace", "bits"}

    def asked(engine):
        return {each.name for each in asked_of(engine.claim)} & names

    assert asked(as_rnn(manual)) == names
    assert asked(scoped(manual, Scope())) == {"identities"}
    assert asked(scoped(manual, Scope(truncations=("Full",)))) == set()


def test_bits_are_told_by_layout_and_by_call():
    """A product whose path depends on the layout is within the bound, and has other bits."""
    made = (
        "d_xs[:, t] = da @ U",
        "d_xs[:, t] = (da @ U) * (1 + 2e-16 * (not d_outputs.flags.c_contiguous))",
    )
    assert set(refuted(*made)) == set()
    found = refuted(*made, scope=Scope(bits=True))
    assert set(found) == {"bits"}
    assert found["bits"].startswith("d_xs has other bits with arrays laid out otherwise (")
