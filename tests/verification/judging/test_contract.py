"""The contract: what a claim must have seen, and cases that are seen to have it."""

from dataclasses import replace

import numpy as np
import pytest

from verification.asked.case import random_case
from verification.asked.draws import designed
from verification.asked.policies import Policy
from verification.asked.resolving import resolved
from verification.asked.scope import Scope
from verification.doors import layer, problem, step
from verification.judging.contract import contract
from verification.models import lstm, vanilla


def names(claim):
    """Of the entries."""
    return [entry.name for entry in contract(claim)]


def test_a_scope_bounds_what_must_be_met():
    """One record, at least two steps, a state of zero, one type: nothing else."""
    scope = Scope(records=(1, 1), steps=(2, 4), states="zero", dtypes=("float32",))
    assert names(resolved(scope, lstm, layer.OFFER)) == [
        "T ≥ 2",
        "N = 1",
        "initial state zero",
        "float32",
        "loss by the final state alone",
    ]


def test_what_an_engine_is_told_is_in_the_contract():
    """Functions, truncations, and where the losses are."""
    claim = resolved(None, vanilla, problem.OFFER)
    assert {"activation relu", "loss on the last step", "Chunked, k2 < k1"} <= set(names(claim))


@pytest.mark.parametrize(
    ("policy", "met"),
    [
        (Policy("Full"), ["Full"]),
        (Policy("Window", (0,)), ["Window(0)"]),
        (Policy("Window", (5,)), ["Window of all"]),
        (Policy("Chunked", (2, 2)), ["Chunked, k2 = k1", "a ragged last chunk"]),
        (Policy("Chunked", (2, 1)), ["Chunked, k2 < k1", "a ragged last chunk"]),
        (Policy("Chunked", (9, 9)), ["one chunk"]),
        (Policy("Tail", (2,)), ["Tail of a part"]),
    ],
)
def test_a_case_meets_what_its_truncation_is(policy, met):
    """On five steps."""
    claim = resolved(None, vanilla, step.OFFER)
    case = random_case(vanilla, np.random.default_rng(0), {"H": 1, "D": 1}, steps=5)
    case = replace(case, policy=policy)
    others = set(names(resolved(None, vanilla, layer.OFFER)))
    found = [entry.name for entry in contract(claim) if entry.met(case) and entry.name not in others]
    assert found == met


@pytest.mark.parametrize(
    ("model", "offer"), [(lstm, layer.OFFER), (vanilla, step.OFFER), (vanilla, problem.OFFER)]
)
def test_what_is_designed_meets_all_of_it_but_the_sizes(model, offer):
    """So that no run depends on luck."""
    claim = resolved(None, model, offer)
    cases = list(designed(model, claim))
    short = [e.name for e in contract(claim) if sum(map(e.met, cases)) < e.least]
    assert set(short) <= {"T ≥ 33", "N ≥ 33"}
