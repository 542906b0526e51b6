"""The properties without a tolerance hold of the engine, and refute engines that are wrong in one place."""

from collections import Counter
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, Phase, find, given, seed, settings

from rnn import Chunked, Full, Tail, Window
from verification.engine import manual
from verification.exactness import COMPLEX_STEP, EXACT, EXACTNESS, INTEGERS, fits_exactly
from verification.problem import BLOCKS, Gradients, Problem
from verification.properties import findings
from verification.strategies import POLICIES, exact_problems
from verification.trial import Trial, Truth

SLOPES = {
    "identity": lambda h: (h == h) + 0 * h,
    "relu": lambda h: (h > 0) + 0 * h,
    "softsign": lambda h: (1 - np.abs(h)) ** 2,
    "tanh": lambda h: 1 - h * h,
    "sigmoid": lambda h: h * (1 - h),
}
VALUES = {
    "identity": lambda a: a,
    "relu": lambda a: np.where(a > 0, a, 0 * a),
    "softsign": lambda a: a / (1 + np.abs(a)),
    "tanh": np.tanh,
    "sigmoid": lambda a: 1 / (1 + np.exp(-a)),
}


def plain(carry=lambda da, W: da @ W, first=lambda truncation, t, T: truncation.first(t, T)):
    """An engine of plain loops, one loss at a time, with the two places where most faults sit open."""

    def engine(problem):
        p, f, slope = problem.params, VALUES[problem.activation], SLOPES[problem.activation]
        T, xs = problem.steps, problem.xs
        hs = [problem.h0]
        for t in range(T):
            hs.append(f(xs[:, t] @ p["U"].T + hs[t] @ p["W"].T + p["b"]))
        outputs = np.stack([h @ p["V"].T + p["c"] for h in hs[1:]], axis=1)
        g = {name: 0 * problem.arrays()[name] for name in BLOCKS}
        value = 0 * outputs.ravel()[0]
        for target, t in zip(problem.targets_by_step, range(problem.first_loss, T), strict=True):
            residual = outputs[:, t] - target
            value = value + np.sum(residual * residual) / 2
            g["V"] = g["V"] + residual.T @ hs[t + 1]
            g["c"] = g["c"] + residual.sum(axis=0)
            dh, start = residual @ p["V"], first(problem.truncation, t, T)
            for s in range(t, start - 1, -1):
                da = dh * slope(hs[s + 1])
                g["U"] = g["U"] + da.T @ xs[:, s]
                g["W"] = g["W"] + da.T @ hs[s]
                g["b"] = g["b"] + da.sum(axis=0)
                g["xs"][:, s] = g["xs"][:, s] + da @ p["U"]
                dh = carry(da, p["W"])
            if start == 0:
                g["h0"] = g["h0"] + dh
        return Gradients(outputs, value, **g)

    return engine


def altered(name, alter):
    """The real engine with one part of its answer altered."""

    def engine(problem):
        parts = manual(problem).named()
        return Gradients(**{**parts, name: alter(parts[name])})

    return engine


def off_by_one(truncation, t, T):
    """A window of k steps where k jumps are meant; any other policy is right."""
    late = isinstance(truncation, Window) and truncation.k > 0
    return min(t, truncation.first(t, T) + 1) if late and t > 0 else truncation.first(t, T)


def run(check, engine, cases=16, **fixed):
    """For each row: the cases of the property's deck, those whose truth was not 0, and those that refute."""
    counts = {"cases": Counter(), "nonzero": Counter(), "refuted": Counter()}

    @seed(0)
    @settings(
        max_examples=cases, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck)
    )
    @given(check.problems(most_steps=6, **fixed))
    def every_case(problem):
        for finding in findings(Trial(engine, Truth(problem)), check):
            counts["cases"][finding.row] += 1
            counts["nonzero"][finding.row] += finding.nonzero
            counts["refuted"][finding.row] += finding.wrong is not None

    every_case()
    return counts


@pytest.mark.parametrize("check", EXACTNESS, ids=lambda check: check.name)
@pytest.mark.parametrize("policy", POLICIES)
def test_the_engine_holds_in_every_row(check, policy):
    """Each row is decided under each policy, mostly by truths that are not zero, and never refuted."""
    counts = run(check, manual, policy=policy)
    assert set(counts["cases"]) == set(check.rows)
    assert all(counts["nonzero"][row] >= 2 for row in check.rows)
    assert not +counts["refuted"]


@pytest.mark.parametrize("check", EXACTNESS, ids=lambda check: check.name)
def test_another_right_engine_holds(check):
    """Equality is no matter of how the engine goes about it: plain loops are equal as well."""
    assert not +run(check, plain())["refuted"]


@pytest.mark.parametrize("check", EXACTNESS, ids=lambda check: check.name)
def test_a_transposed_carry_is_refuted(check):
    """W where Wᵀ is due is wrong in all that passes through it, and in nothing else."""
    refuted = set(+run(check, plain(carry=lambda da, W: da @ W.T))["refuted"])
    assert refuted == {f"{check.name} {name}" for name in ("U", "W", "b", "xs", "h0")}


@pytest.mark.parametrize("check", EXACTNESS, ids=lambda check: check.name)
def test_a_window_one_step_short_is_refuted(check):
    """k steps for k jumps: refuted under Window, where alone it is wrong."""
    engine = plain(first=off_by_one)
    refuted = set(+run(check, engine, policy="Window")["refuted"])
    assert {f"{check.name} {name}" for name in ("U", "W", "b")} <= refuted
    assert not +run(check, engine, cases=12, policy="Chunked")["refuted"]


@pytest.mark.parametrize("name", [*BLOCKS, "outputs", "value"])
def test_the_smallest_error_in_any_part_is_refuted(name):
    """One part in 10⁴⁰ in Fractions, and one unit in the last place in floating point."""
    part = name if name in BLOCKS else "forward"
    fractions = altered(name, lambda array: array + Fraction(1, 10**40))
    assert set(+run(EXACT, fractions, cases=6)["refuted"]) == {f"exact {part}"}

    def next_number(array):
        return np.nextafter(array, np.asarray(array).dtype.type(np.inf))

    assert set(+run(INTEGERS, altered(name, next_number), cases=6)["refuted"]) == {f"integers {part}"}


@pytest.mark.parametrize("check", [INTEGERS, COMPLEX_STEP], ids=lambda check: check.name)
def test_nan_is_named(check):
    """The entry that is none, in the block that it is in."""

    def spoils(array):
        spoilt = np.array(array)
        spoilt[0, 0] = np.nan
        return spoilt

    problem = whole() if check is INTEGERS else whole("tanh")
    all_ = findings(Trial(altered("W", spoils), Truth(problem)), check)
    wrong = {finding.row: str(finding.wrong) for finding in all_ if finding.wrong is not None}
    assert set(wrong) == {f"{check.name} W"}
    assert wrong[f"{check.name} W"].startswith("W[0, 0]: got nan, want ")


def test_numbers_that_are_no_fractions_are_named():
    """A float64 that equals the Fraction shows that the engine left exact arithmetic."""
    floats = altered("W", lambda array: np.array(array, dtype=float).astype(object))
    problem = find(exact_problems(), lambda problem: problem.steps == 1)
    wrong = [finding.wrong for finding in findings(Trial(floats, Truth(problem)), EXACT) if finding.wrong]
    assert {str(each) for each in wrong} == {"W holds an object of type float at (0, 0), needed a Fraction"}


def test_a_counterexample_reads_like_an_exercise():
    """The transposed carry's smallest problem has one record, a step or two, and ones but for a 2 or a 0."""
    engine = plain(carry=lambda da, W: da @ W.T)

    def wrong(problem):
        return [f.wrong for f in findings(Trial(engine, Truth(problem)), EXACT) if f.wrong]

    problem = find(
        exact_problems(policy="Full", most_steps=2),
        wrong,
        settings=settings(max_examples=200, database=None, derandomize=True, deadline=None),
    )
    assert (len(problem.xs), problem.h0.shape[1]) == (1, 2)
    assert problem.steps <= 2
    assert problem.activation == "identity"
    assert all(entry in (0, 1, 2) for array in problem.arrays().values() for entry in array.ravel())
    assert "'b': np.array([Fraction(1), Fraction(1)], dtype=object)" in problem.code()
    scope = {}
    exec(problem.code(), scope)
    again = scope["problem"]
    assert [str(each) for each in wrong(again)] == [str(each) for each in wrong(problem)]
    assert {type(entry) for array in again.arrays().values() for entry in array.ravel()} == {Fraction}


def whole(activation="identity", size=1, steps=3, dtype=np.float64, truncation=Full()):
    """A problem of one unit in which every number is ``size``."""
    params = {"U": (1, 1), "W": (1, 1), "b": (1,), "V": (1, 1), "c": (1,)}
    arrays = {name: np.full(shape, size, dtype) for name, shape in params.items()}
    xs, targets, h0 = np.ones((1, steps, 1), dtype), np.ones((1, steps, 1), dtype), np.ones((1, 1), dtype)
    return Problem(activation, arrays, xs, targets, h0, truncation)


@pytest.mark.parametrize(
    ("problem", "fits"),
    [
        (whole(), True),
        (whole("relu"), True),
        (whole("tanh"), False),
        (whole("softsign"), False),
        (whole(size=0.5), False),
        (whole(size=1, steps=30), True),
        (whole(size=3, steps=30), False),
        (whole(size=3, steps=8), True),
        # Float32 holds integers up to 2²⁴ only.
        (whole(size=3, steps=8, dtype=np.float32), False),
        # What cancels has been large: the bound is of absolute values.
        (whole(size=-3, steps=30), False),
        # It is that of no truncation, whatever the policy.
        (whole(size=3, steps=30, truncation=Window(0)), False),
        (whole(size=1e300, steps=3), False),
    ],
)
def test_what_fits_is_known_beforehand(problem, fits):
    """Integers, relu or identity, and no sum of absolute values beyond the type's integers."""
    assert fits_exactly(problem) is fits


def test_a_problem_of_another_kind_yields_nothing():
    """Decks can be shared: no property decides a case that it is not about."""
    floats, tanh = whole(size=0.5), whole("tanh")
    fractions = find(exact_problems(), lambda problem: True)
    relu = whole("relu")
    strange = {EXACT: (floats, tanh), INTEGERS: (floats, tanh, fractions), COMPLEX_STEP: (relu, fractions)}
    for check, others in strange.items():
        assert [f for problem in others for f in findings(Trial(manual, Truth(problem)), check)] == []


@pytest.mark.parametrize("truncation", [Full(), Window(1), Chunked(2, 3), Tail(2)])
def test_an_exact_problem_is_code_that_runs(truncation):
    """Problem.code() makes the same Fractions again, with the import that they need."""
    problem = find(exact_problems(), lambda problem: problem.steps == 2)
    scope = {}
    exec(problem.replaced(truncation=truncation).code(), scope)
    again = scope["problem"]
    assert again.truncation == truncation
    for name, array in problem.arrays().items():
        assert array.tolist() == again.arrays()[name].tolist()
