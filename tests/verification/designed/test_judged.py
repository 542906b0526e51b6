"""The designed sample is live, accuses no right engine, and refutes engines that are seldom wrong."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from rnn import Chunked, Full, Tail, Window
from tests.vanilla import ENGINES
from verification.designed.judged import DESIGNED, ROWS, as_case, expected
from verification.designed.problems import designed
from verification.directed import exact, ordinary
from verification.engine import manual
from verification.exactness import EXACT
from verification.oracles import autograd
from verification.patients import patient
from verification.properties import PROPERTIES, findings
from verification.strategies import POLICIES
from verification.trial import Trial, Truth

BY_NAME = {check.name: check for check in PROPERTIES}


@cache
def found(name):
    """What the property finds in a right engine, by the number of the problem."""
    engine = {"rnn": manual, **ENGINES}[name]
    return [list(findings(Trial(engine, Truth(problem)), DESIGNED)) for problem in designed()]


@pytest.mark.parametrize("name", ["rnn", "plain loops", "slopes from pre-activations"])
def test_a_right_engine_is_not_refuted(name):
    """By no problem."""
    assert [str(each.wrong) for some in found(name) for each in some if each.wrong is not None] == []


def test_every_problem_is_live():
    """Each determines the gradient of a recurrent parameter, and that is not zero."""
    recurrent = {f"designed {name}" for name in ("U", "W", "b")}
    live = [
        any(each.row in recurrent and each.nonzero and each.determined for each in some)
        for some in found("rnn")
    ]
    assert [n for n, is_live in enumerate(live) if not is_live] == []


def test_every_row_has_evidence_under_every_truncation():
    """In three problems at least."""
    counted = dict.fromkeys(((row, policy) for row in ROWS for policy in POLICIES), 0)
    for problem, some in zip(designed(), found("rnn"), strict=True):
        for row in {each.row for each in some if each.nonzero and each.determined}:
            counted[row, problem.policy[0]] += 1
    assert min(counted.values()) >= 3


@pytest.mark.parametrize("truncation", [Full(), Window(2), Chunked(2, 3), Chunked(4, 2), Tail(3)], ids=repr)
def test_the_truth_is_autograd_s(truncation):
    """As a case of the vanilla model, with a loss on every step and on the last."""
    for every_step in (True, False):
        problem = patient("tanh", truncation, every_step)
        wide, truth = autograd.gradients(problem, np.longdouble).named(), expected(problem)
        assert truth.keys() == wide.keys()
        for part, each in truth.items():
            np.testing.assert_allclose(each.truth, wide[part], rtol=1e-15, atol=1e-17)
            assert each.determined


def test_the_bound_of_long_double_is_narrower():
    """In proportion to its unit, and twice that."""
    problem = patient("tanh", Full(), True)
    arrays = {name: array.astype(np.longdouble) for name, array in problem.arrays().items()}
    narrow, wide = expected(problem.replaced(**arrays)), expected(problem)
    ratio = np.finfo(np.longdouble).eps / np.finfo(np.float64).eps
    for part, each in narrow.items():
        assert each.bound == pytest.approx(2 * ratio * wide[part].bound, rel=1e-6)


def test_a_case_has_the_losses_and_what_they_reach():
    """The earliest step of each; one that reaches none starts after itself."""
    case = as_case(patient("tanh", Chunked(4, 2), False))
    assert case.losses == (5,)
    assert case.reach[5] == 4
    reach = as_case(patient("tanh", Tail(0), True)).reach
    assert len(reach) == 6
    assert all(first > t for t, first in enumerate(reach))


def policy_of(kind, activation):
    """One activation with one kind of truncation, beyond twelve steps."""
    return lambda p: p.policy[0] == kind and p.activation == activation and p.steps > 12


def chunked(met):
    """Of chunks, by k1, k2 and T."""
    return lambda p: p.policy[0] == "Chunked" and met(*p.policy[1], p.steps)


def largest(name, least):
    """Of an array with a number beyond this."""
    return lambda p: np.abs(p.arrays()[name].astype(float)).max() > least


# When an engine is wrong, and right otherwise. Each was verified by what was drawn before.
WRONG_WHERE = {
    "k > T + 2": lambda p: p.policy[0] in ("Window", "Tail") and p.policy[1][0] > p.steps + 2,
    "k2 > 3 k1": chunked(lambda k1, k2, T: k2 > 3 * k1),
    "k2 < k1, ragged, T > 6": chunked(lambda k1, k2, T: k2 < k1 < T and T % k1 and T > 6),
    "checkpoints of 1": lambda p: p.checkpoints == 1 and p.steps != 2,
    "checkpoints beyond T": lambda p: p.checkpoints is not None and p.checkpoints > p.steps,
    "checkpoints between": lambda p: p.checkpoints is not None and 2 < p.checkpoints < p.steps - 1,
    "long double": lambda p: p.dtype == np.longdouble,
    "N > 4": lambda p: p.sizes["N"] > 4,
    "K > 4": lambda p: p.sizes["K"] > 4,
    "D > 8": lambda p: p.sizes["D"] > 8,
    "T > 100": lambda p: p.steps > 100,
    "N > 2, T > 12": lambda p: p.sizes["N"] > 2 and p.steps > 12,
    "a dense W of H > 4": lambda p: p.sizes["H"] > 4 and p.params["W"].all(),
    "|w| > 40": largest("W", 40),
    "all |w| < 1e-3": lambda p: not largest("W", 1e-3)(p),
    "|x| > 6": largest("xs", 6),
    "|h0| > 5": largest("h0", 5),
    "|b| > 40": largest("b", 40),
    "xs alone in Fortran order": lambda p: (
        p.xs.flags.f_contiguous > p.xs.flags.c_contiguous and p.params["W"].flags.c_contiguous
    ),
    "xs alone with a negative stride": lambda p: min(p.xs.strides) < 0 <= min(p.params["W"].strides),
    "xs alone with a stride of 0": lambda p: 0 in p.xs.strides and 0 not in p.params["W"].strides,
    **{
        f"{kind}, {activation}, T > 12": policy_of(kind, activation)
        for kind in POLICIES
        for activation in ("tanh", "sigmoid", "relu", "softsign", "identity")
    },
}


def wrong_where(is_met):
    """The right engine, but where the condition is met b's gradient is off by a hundredth."""

    def engine(problem):
        answer = manual(problem)
        return replace(answer, b=answer.b * problem.dtype.type(1.01)) if is_met(problem) else answer

    return engine


@pytest.mark.parametrize("name", WRONG_WHERE)
def test_an_engine_that_is_wrong_there_is_refuted(name):
    """In the row of the block that is off, and in none where the condition is not met."""
    engine = wrong_where(WRONG_WHERE[name])
    met = [problem for problem in designed() if WRONG_WHERE[name](problem)]
    refuted = [
        finding.row
        for problem in met[:12]
        for finding in findings(Trial(engine, Truth(problem)), DESIGNED)
        if finding.wrong is not None
    ]
    assert set(refuted) == {"designed b"}


def test_layouts_of_xs_alone_are_met_by_what_is_directed_as_well():
    """Small problems under every property: each of these three engines is refuted by memory layout."""
    for name in WRONG_WHERE:
        if name.startswith("xs alone"):
            engine = wrong_where(WRONG_WHERE[name])
            check = BY_NAME["memory layout"]
            wrong = [
                finding
                for problem in ordinary()
                for finding in findings(Trial(engine, Truth(problem)), check)
                if finding.wrong is not None
            ]
            assert wrong, name


def test_fractions_in_a_workspace_are_asked_for():
    """An engine that is wrong with them alone is refuted."""

    def engine(problem):
        answer = manual(problem)
        return replace(answer, c=2 * answer.c) if problem.workspace else answer

    refuted = [
        finding.row
        for problem in exact()[:4]
        for finding in findings(Trial(engine, Truth(problem)), EXACT)
        if finding.wrong is not None
    ]
    assert set(refuted) == {"exact recomputation"}
