"""The exercise contract: what a run must have seen before its agreement is worth anything.

Agreement on problems that cannot tell right from wrong proves nothing, and the faults that public suites let
live were mostly never exercised. A case counts here only if it is *live*: the case determines the gradient,
and the gradient of the recurrent parameters is not zero (a saturated sigmoid or a dead relu has a true
gradient of exactly zero, with which everything agrees). A run in which an entry was seen less than ``LEAST``
times is *not exercised*, which is neither pass nor fail.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnn import ACTIVATIONS
from verification.problem import Problem
from verification.strategies import POLICIES
from verification.tolerance import WIDER
from verification.trial import Truth

# Fewer could be a coincidence of one odd draw; the rarest entry is seen about ten times by the quick profile.
LEAST = 3

# A part that has decayed to this share of its block is one that a comparison of totals cannot see.
DECAYED = 1e-9


@dataclass(frozen=True)
class Entry:
    """A circumstance that must have been met, and how a problem is seen to have it."""

    name: str
    met: Callable[[Truth], bool]


def live(truth: Truth) -> bool:
    """Does agreement on this problem say anything of the recurrent gradient?"""
    return truth.determined and any(
        truth.blocks[name].size > 0 and truth.blocks[name].determined for name in ("U", "W", "b")
    )


def seen(truth: Truth) -> tuple[str, ...]:
    """The names of the entries that a problem meets."""
    return tuple(entry.name for entry in CONTRACT if entry.met(truth))


def _one(name: str) -> Entry:
    return Entry(f"{name} = 1", lambda truth: truth.problem.sizes[name] == 1)


def _from(name: str, least: int) -> Entry:
    return Entry(f"{name} ≥ {least}", lambda truth: truth.problem.sizes[name] >= least)


def _is(value: str, of: Callable[[Problem], object]) -> Entry:
    return Entry(value, lambda truth: of(truth.problem) == value)


def _chunked(name: str, met: Callable[[int, int, int], bool]) -> Entry:
    """An entry for a chunked problem, met by its k1, k2 and T."""

    def is_met(truth: Truth) -> bool:
        policy, numbers = truth.problem.policy
        return policy == "Chunked" and met(numbers[0], numbers[1], truth.problem.steps)

    return Entry(name, is_met)


def _asymmetric(truth: Truth) -> bool:
    W = truth.problem.params["W"]
    return not np.array_equal(W, W.T)


def _beyond(truth: Truth) -> bool:
    """Is T at most the policy's k?"""
    policy, numbers = truth.problem.policy
    return policy in ("Window", "Tail", "Chunked") and truth.problem.steps <= numbers[0]


def _uneven(truth: Truth) -> bool:
    """Are the losses' gradients by the outputs not all the same number?"""
    outputs = truth.table.outputs[0].swapaxes(0, 1)[truth.problem.first_loss :]
    residuals = np.asarray(outputs - truth.problem.targets_by_step)
    return residuals.size > 1 and bool(np.ptp(residuals) > 0)


def _decays(truth: Truth) -> bool:
    """Is a part of W's gradient that the case determines a tiny share of the largest?"""
    parts = np.abs(truth.table.grads["a"][0]).max(axis=(2, 3))
    return bool(np.any((parts > 0) & (parts < DECAYED * parts.max())))


def _loses(truth: Truth) -> bool:
    """Does a loss reach a step on the way to which the type may lose a cotangent?"""
    return bool(np.any(truth.table.lost["b"].max(axis=2) * truth.reach > 0))


CONTRACT = (
    *map(_one, "TNDHK"),
    *(_from(name, 2) for name in "NDHK"),
    _from("T", 7),
    _from("T", 13),
    Entry("D ≠ H", lambda truth: truth.problem.sizes["D"] != truth.problem.sizes["H"]),
    Entry("W asymmetric", _asymmetric),
    Entry("h0 zero", lambda truth: not truth.problem.h0.any()),
    Entry("h0 not zero", lambda truth: bool(truth.problem.h0.any())),
    Entry("loss on the last step", lambda truth: truth.problem.targets.ndim == 2),
    Entry("loss on every step", lambda truth: truth.problem.targets.ndim == 3),
    Entry("uneven upstream gradients", _uneven),
    Entry("a lag decayed to 1e-9", _decays),
    Entry("a cotangent below what the type keeps", _loses),
    *(_is(name, lambda problem: problem.activation) for name in ACTIVATIONS),
    *(_is(dtype.name, lambda problem: problem.dtype.name) for dtype in WIDER),
    *(_is(name, lambda problem: problem.policy[0]) for name in POLICIES),
    Entry("Window(0)", lambda truth: truth.problem.policy == ("Window", (0,))),
    Entry("T ≤ k", _beyond),
    _chunked("k2 = k1", lambda k1, k2, steps: k1 == k2),
    _chunked("k2 > k1", lambda k1, k2, steps: k1 < k2),
    _chunked("k2 < k1", lambda k1, k2, steps: k1 > k2),
    _chunked("a ragged last chunk", lambda k1, k2, steps: k1 < steps and steps % k1 > 0),
)
