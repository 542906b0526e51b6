"""Each property accepts the right engine and refutes one that is wrong in its own way."""

import re
from collections import Counter
from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from rnn import Chunked, Full, Tail, Window
from verification.answer import InvalidAnswer
from verification.engine import manual
from verification.problem import BLOCKS, Gradients, Problem
from verification.properties import (
    BITS,
    PROPERTIES,
    Finding,
    Property,
    equivalents,
    findings,
)
from verification.reference.truncation import mask
from verification.trial import Trial, Truth
from verification.unfolding import LAG_BLOCKS

EVERY = (*PROPERTIES, BITS)
BY_NAME = {check.name: check for check in EVERY}

# Those that look at any problem in floating point.
GENERAL = tuple(check for check in EVERY if check.problems is BY_NAME["forward"].problems)


def a_problem(
    truncation=Full(),
    activation="tanh",
    every_step=True,
    dtype=np.float64,
    N=3,
    T=5,
    D=2,
    H=3,
    K=2,
    scale=1.0,
):
    """A problem of normal numbers."""
    rng = np.random.default_rng(0)
    shapes = {"U": (H, D), "W": (H, H), "b": (H,), "V": (K, H), "c": (K,)}
    params = {name: (scale * rng.standard_normal(shape)).astype(dtype) for name, shape in shapes.items()}
    shapes = ((N, T, D), (N, T, K) if every_step else (N, K), (N, H))
    xs, targets, h0 = (rng.standard_normal(shape).astype(dtype) for shape in shapes)
    return Problem(activation, params, xs, targets, h0, truncation)


def found(engine, problem, name):
    """All that the named property finds."""
    return list(findings(Trial(engine, Truth(problem)), BY_NAME[name]))


def refuted(engine, problem, name):
    """The rows that the named property refutes."""
    return {finding.row for finding in found(engine, problem, name) if finding.wrong is not None}


def with_(**parts):
    """The right engine but for some parts of its answer, each changed by a function of it and the problem."""

    def engine(problem):
        answer = manual(problem)
        changed = {name: change(getattr(answer, name), problem) for name, change in parts.items()}
        return replace(answer, **changed)

    return engine


def off(name, by=1e-8):
    """One part is a little too large."""
    return with_(**{name: lambda part, problem: part * part.dtype.type(1 + by)})


def one_jump_too_many(problem):
    """The classic off-by-one: a window of k steps' jumps."""
    match problem.truncation:
        case Window(k):
            return manual(problem.replaced(truncation=Window(k + 1)))
    return manual(problem)


def no_initial_state(problem):
    """h0 is taken for zero."""
    return manual(problem.replaced(h0=np.zeros_like(problem.h0)))


def mean_over_records(problem):
    """The parameters' gradients are those of the mean."""
    names = ("U", "W", "b", "V", "c")
    return with_(**dict.fromkeys(names, lambda part, p: part / p.dtype.type(len(p.xs))))(problem)


def first_record_twice(problem):
    """The first record counts twice in b."""
    alone = manual(problem.replaced(xs=problem.xs[:1], targets=problem.targets[:1], h0=problem.h0[:1]))
    return with_(b=lambda b, p: b + alone.b)(problem)


def records_out_of_order(problem):
    """A record's h0 gradient is given to its neighbour."""
    return with_(h0=lambda h0, p: np.concatenate((h0[:1], h0[:0:-1])))(problem)


def second_unit_swapped(problem):
    """The first two units' parts of b are exchanged."""
    return with_(b=lambda b, p: np.concatenate((b[1::-1], b[2:])))(problem)


def eats_its_inputs(problem):
    """The residual is left where the targets were."""
    answer = manual(problem)
    problem.targets[...] -= 1
    return answer


def clips_its_inputs(problem):
    """The initial state is rounded where it stands, and a second call changes nothing more."""
    answer = manual(problem)
    np.round(problem.h0, 1, out=problem.h0)
    return answer


def rebinds_its_inputs(problem):
    """The transposed weights take the place of the weights."""
    answer = manual(problem)
    problem.params["W"] = problem.params["W"].T.copy()
    return answer


def reshapes_its_inputs(problem):
    """The targets are given another shape where they stand."""
    answer = manual(problem)
    problem.targets.resize(problem.targets.size, refcheck=False)
    return answer


def returns_a_view(problem):
    """The gradient of xs is the xs."""
    return replace(manual(problem), xs=problem.xs)


def wears_out(by):
    """Every call after the first is off."""
    calls = count()
    return lambda problem: manual(problem) if next(calls) == 0 else off("b", by)(problem)


def adds_up():
    """Every call adds to the answers that were given before it."""
    given = []

    def engine(problem):
        answer = manual(problem)
        for earlier in given:
            earlier.W[...] += 1
        given.append(answer)
        return answer

    return engine


def keeps_its_buffers():
    """Answers of one shape share their memory, so the next overwrites the last."""
    buffers = {}

    def engine(problem):
        named = manual(problem).named()
        for name, part in named.items():
            buffer = buffers.setdefault((name, np.shape(part), problem.dtype), np.array(part))
            buffer[...] = part
            named[name] = buffer
        return Gradients(**named)

    return engine


def reads_memory(problem):
    """The inputs are read in the order of memory."""
    return manual(problem.replaced(xs=problem.xs.ravel(order="K").reshape(problem.xs.shape)))


def recomputes(**lines):
    """Only where states are to be computed again, a block is replaced by a function of it."""

    def engine(problem):
        return with_(**lines)(problem) if problem.checkpoints else manual(problem)

    return engine


def a_bit(part, problem):
    """The next number of its type, towards 9."""
    return np.nextafter(part, part.dtype.type(9))


def used(name, change=lambda part, _: part * part.dtype.type(1 + 1e-8)):
    """Only in arrays that are used before, a part is off."""

    def engine(problem):
        if not problem.workspace:
            return manual(problem)
        return with_(**{name: change})(problem)

    return engine


def scribbles(problem):
    """The inputs serve as scratch, and are put back."""
    problem.params["W"][...] *= -1
    problem.params["W"][...] *= -1
    return manual(problem)


def flips_a_reversed_x(problem):
    """A negative stride is taken for a positive one."""
    xs = problem.xs
    return manual(problem.replaced(xs=np.flip(xs) if min(xs.strides) < 0 else xs))


def takes_one_record_for_all(problem):
    """Where an array repeats itself, it is taken for zeros."""
    return manual(problem.replaced(xs=problem.xs * (0 not in problem.xs.strides)))


def sums_another_way_in_fortran_order(problem):
    """The last bit of a sum depends on the order in memory, as it does where BLAS does the summing."""
    answer = manual(problem)
    return answer if problem.xs.flags.c_contiguous else replace(answer, W=a_bit(answer.W, problem))


# For each property: engines that it refutes (each made anew), and a problem on which it does.
WRONG = {
    "forward": [
        (lambda: off("outputs"), a_problem()),
        (lambda: off("value"), a_problem()),
        (lambda: no_initial_state, a_problem()),
    ],
    "autograd": [
        *((lambda name=name: off(name), a_problem()) for name in BLOCKS),
        (lambda: one_jump_too_many, a_problem(Window(2))),
        (lambda: mean_over_records, a_problem()),
    ],
    "lags": [
        *((lambda name=name: off(name), a_problem()) for name in BLOCKS),
        (lambda: one_jump_too_many, a_problem(Window(2))),
        (lambda: no_initial_state, a_problem()),
    ],
    "lag by lag": [
        *((lambda name=name: off(name), a_problem()) for name in BLOCKS),
        *((lambda name=name: off(name), a_problem(every_step=False)) for name in BLOCKS),
        (lambda: one_jump_too_many, a_problem(Window(2))),
    ],
    "identities": [(lambda: one_jump_too_many, a_problem(Window(2)))],
    "records add up": [(lambda: mean_over_records, a_problem()), (lambda: first_record_twice, a_problem())],
    "records permute": [
        (lambda: records_out_of_order, a_problem()),
        (lambda: first_record_twice, a_problem()),
    ],
    "units permute": [(lambda: second_unit_swapped, a_problem())],
    "recomputation": [
        *(
            (lambda name=name: recomputes(**{name: lambda part, _: part * 1.001}), a_problem())
            for name in BLOCKS
        ),
        (lambda: recomputes(outputs=lambda part, _: part * (1 + 1e-8)), a_problem()),
    ],
    "workspace": [
        *((lambda name=name: used(name), a_problem()) for name in BLOCKS),
        (lambda: used("outputs"), a_problem()),
        (lambda: used("value"), a_problem()),
    ],
    "inputs stay": [
        (lambda: eats_its_inputs, a_problem()),
        (lambda: rebinds_its_inputs, a_problem()),
        (lambda: reshapes_its_inputs, a_problem()),
        (lambda: clips_its_inputs, a_problem()),
        (lambda: returns_a_view, a_problem()),
    ],
    "second call": [
        (lambda: wears_out(1e-8), a_problem()),
        (adds_up, a_problem()),
        (keeps_its_buffers, a_problem()),
    ],
    "memory layout": [
        (lambda: reads_memory, a_problem()),
        (lambda: scribbles, a_problem()),
        (lambda: flips_a_reversed_x, a_problem()),
        (lambda: takes_one_record_for_all, a_problem(N=1, T=3)),
    ],
    "bits": [
        *((lambda name=name: used(name, a_bit), a_problem()) for name in (*BLOCKS, "outputs", "value")),
        (lambda: recomputes(outputs=a_bit), a_problem()),
        (lambda: wears_out(1e-15), a_problem()),
        (lambda: sums_another_way_in_fortran_order, a_problem()),
    ],
}

CASES = [(name, make, problem) for name, cases in WRONG.items() for make, problem in cases]


def afresh(problem):
    """A copy of the problem, for engines that spoil theirs."""
    return problem.replaced(**{name: array.copy() for name, array in problem.arrays().items()})


def test_every_general_property_has_its_wrong_engines():
    """No property of any problem is without an engine that it refutes."""
    assert {check.name for check in GENERAL} <= set(WRONG)


@pytest.mark.parametrize(("name", "make", "problem"), CASES)
def test_a_wrong_engine_is_refuted(name, make, problem):
    """The property that is about the fault finds it."""
    assert refuted(make(), afresh(problem), name)


@pytest.mark.parametrize("name", WRONG)
def test_the_right_engine_is_accepted_where_wrong_ones_are_refuted(name):
    """On each of these problems the property decides something that is not zero, and it holds."""
    for problem in {id(problem): problem for _, problem in WRONG[name]}.values():
        all_ = found(manual, afresh(problem), name)
        assert {finding.row for finding in all_} == set(BY_NAME[name].rows)
        assert [str(finding.wrong) for finding in all_ if finding.wrong is not None] == []
        assert {finding.row for finding in all_ if finding.nonzero} == set(BY_NAME[name].rows)
        assert all(finding.determined for finding in all_)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "truncation", [Full(), Window(0), Window(3), Chunked(2), Chunked(3, 1), Chunked(2, 4), Tail(2)], ids=repr
)
def test_the_right_engine_is_accepted_under_every_truncation(truncation, dtype):
    """Every property, with a loss on every step and on the last alone."""
    for every_step, activation in ((True, "sigmoid"), (False, "softsign")):
        trial = Trial(manual, Truth(a_problem(truncation, activation, every_step, dtype)))
        for check in PROPERTIES:
            for finding in findings(trial, check):
                assert finding.wrong is None, str(finding.wrong)
                assert finding.row in check.rows


@pytest.mark.parametrize("oracle", ["autograd", "lags"])
@pytest.mark.parametrize("name", BLOCKS)
def test_an_oracle_names_the_block(oracle, name):
    """A block that is off by 1e-8 refutes its own row and no other."""
    assert refuted(off(name), a_problem(), oracle) == {f"{oracle} {name}"}


@pytest.mark.parametrize("every_step", [True, False])
@pytest.mark.parametrize("name", BLOCKS)
def test_lag_by_lag_names_the_block(name, every_step):
    """The same, lag by lag; a is read off xs, and so they are wrong together."""
    rows = {f"lag by lag {block}" for block in (("xs", "a") if name == "xs" else (name,))}
    assert refuted(off(name), a_problem(every_step=every_step), "lag by lag") == rows


def test_lag_by_lag_names_the_loss_and_the_step():
    """A window one jump too long is wrong where the window ends: the last loss, from the step before it."""
    told = [
        str(f.wrong) for f in found(one_jump_too_many, a_problem(Window(1), T=4), "lag by lag") if f.wrong
    ]
    assert any(wrong.startswith("W of the loss at step 3 from step 1[") for wrong in told)
    assert not any("step 0" in wrong.partition("from")[0] for wrong in told)


@pytest.mark.parametrize("name", ["V", "c"])
def test_the_readout_is_judged_where_the_recursion_is_lost(name):
    """V and c take a loss directly: that a chain vanishes in the type excuses nothing in them."""
    problem = a_problem(dtype=np.float32, every_step=False)
    problem = problem.replaced(W=np.float32(1e-20) * problem.params["W"])
    assert Truth(problem).table.lost["a"][0, 0].any()
    assert refuted(manual, problem, "lag by lag") == set()
    assert refuted(off(name, 1e-2), problem, "lag by lag") == {f"lag by lag {name}"}


def one_unit(activation, xs, targets, h0, U, W, b, V, c):
    """A float32 problem of one unit, in plain lists."""
    params = {name: np.float32(array) for name, array in {"U": U, "W": W, "b": b, "V": V, "c": c}.items()}
    return Problem(activation, params, np.float32(xs), np.float32(targets), np.float32(h0), Full())


# Each refuted the right engine once, in a hundred thousand.
RIGHT_AT_THE_EDGE = {
    # A sigmoid at −108 is below the least float32.
    "a state underflows": one_unit(
        "sigmoid", [[[-0.9, 3.3]]], [[[0.2, -0.4]]], [[-0.3]],
        U=[[20.4, -25.6]], W=[[4.2]], b=[-5.7], V=[[-4.5], [-2.2]], c=[-20.2, -2.3],
    ),
    # The same residual 172 times, whose sum is rounded the same way each time.
    "addends are all alike": one_unit(
        "tanh", np.ones((2, 86, 2)), np.tile([-2.0, 1.0], (2, 86, 1)), [[-3.0], [1.0]],
        U=[[1, -2]], W=[[1]], b=[-3], V=[[1], [1]], c=[1, -3],
    ),
    # Beside later outputs of 1e17 the roundings of silent losses are larger than the loss in the middle.
    "a loss does not stand out": one_unit(
        "relu", np.repeat([-1.0, 2.6], 14).reshape(1, 28, 1), np.ones((1, 28, 2)), [[0.0]],
        U=[[4.03]], W=[[16.78]], b=[-9.06], V=[[10.2], [-20.4]], c=[2.6, -0.6],
    ),
}  # fmt: skip


@pytest.mark.parametrize("problem", RIGHT_AT_THE_EDGE.values(), ids=RIGHT_AT_THE_EDGE)
def test_the_right_engine_is_not_accused_at_the_edge(problem):
    """By no property, at the ends of what a type holds."""
    assert [check.name for check in GENERAL if refuted(manual, problem, check.name)] == []


@pytest.mark.parametrize("block", ["W", "h0", "value"])
def test_nan_is_wrong(block):
    """An engine that answers NaN is refuted, however large the bound."""
    nan = with_(**{block: lambda part, problem: part * np.nan})
    name = "forward" if block == "value" else "lags"
    assert refuted(nan, a_problem(), name) == {name if block == "value" else f"lags {block}"}


@pytest.mark.parametrize("name", [check.name for check in GENERAL if check.name != "inputs stay"])
def test_nan_is_wrong_for_every_property(name):
    """Where the truth is finite a NaN refutes whoever looks at the answer, and the entry is named."""

    def spoils(array, problem):
        spoilt = np.array(array)
        # Lag by lag reads some columns of each block, and b off U.
        spoilt[... if name == "lag by lag" else (-1,) * spoilt.ndim] = np.nan
        return spoilt

    parts = {"forward": ("outputs", "value")}.get(name, BLOCKS)
    for part in parts:
        engine = with_(**{part: (lambda v, p: v * np.nan) if part == "value" else spoils})
        told = [str(f.wrong) for f in found(engine, a_problem(Window(4)), name) if f.wrong is not None]
        assert told, part
        assert all("got nan" in wrong for wrong in told)
        if name != "lag by lag":
            assert {re.split(r"\[|:| \(", wrong)[0] for wrong in told} == {part}


@pytest.mark.parametrize("name", ["second call", "bits"])
def test_the_same_nan_is_the_same_where_there_is_no_truth(name):
    """An overflow makes NaN of the right engine too, and it is the same at every call."""
    problem = a_problem(activation="identity", dtype=np.float32, scale=1e20)
    assert np.isnan(Trial(manual, Truth(problem)).answer.W).any()
    all_ = found(manual, problem, name)
    assert all_
    assert [finding for finding in all_ if finding.wrong is not None] == []


def test_inputs_are_seen_to_change_whatever_was_asked_before():
    """An engine whose second call changes nothing more, after all the other properties."""
    trial = Trial(clips_its_inputs, Truth(a_problem()))
    for name in ("forward", "second call", "lags", "inputs stay"):
        refuted_by = [f.row for f in findings(trial, BY_NAME[name]) if f.wrong is not None]
        assert refuted_by == (["inputs stay"] if name == "inputs stay" else [])


@pytest.mark.parametrize(
    ("engine", "message"),
    [
        (rebinds_its_inputs, "put something else in the place of the problem's W"),
        (reshapes_its_inputs, "the shape of targets: got (30,), want (3, 5, 2)"),
    ],
)
def test_what_became_of_an_input_is_told(engine, message):
    """By its name."""
    assert [str(f.wrong) for f in found(engine, a_problem(), "inputs stay") if f.wrong] == [message]


def policies(steps):
    """Every policy with numbers from 0 to beyond the steps."""
    counts = range(steps + 3)
    yield Full()
    yield from (kind(k) for kind in (Window, Tail) for k in counts)
    yield from (Chunked(k1, k2) for k1 in counts[1:] for k2 in (None, *counts))


def table(truncation, steps, last_only):
    """The mask, or its last row."""
    name = type(truncation).__name__
    numbers = tuple(vars(truncation).values())
    if name == "Chunked" and numbers[1] is None:
        numbers = numbers[0], numbers[0]
    return mask(name, numbers, steps)[-1 if last_only else 0 :].tolist()


@pytest.mark.parametrize("last_only", [False, True])
@pytest.mark.parametrize("steps", range(1, 7))
def test_equivalents_have_the_same_mask(steps, last_only):
    """By brute force: every pair that is called the same reaches the same steps, for the losses there are."""
    pairs = Counter()
    for truncation in policies(steps):
        for other in equivalents(truncation, steps, last_only):
            assert table(other, steps, last_only) == table(truncation, steps, last_only), (truncation, other)
            pairs[type(truncation), type(other)] += 1
    assert {(Full, Chunked), (Full, Window), (Full, Tail), (Window, Chunked)} <= set(pairs)
    assert {(Chunked, Window), (Tail, Chunked)} <= set(pairs)


def test_full_is_asked_for_in_three_other_ways():
    """Full = Chunked(T) = Window(T − 1) = Tail(T), and a window is a chunk of one step."""
    assert set(equivalents(Full(), 4, False)) == {Chunked(4), Window(3), Tail(4)}
    assert Chunked(1, 3) in set(equivalents(Window(2), 4, False))


def test_what_has_no_equivalent_is_not_compared():
    """Chunks of two steps are nothing else: the property says nothing of them."""
    assert found(manual, a_problem(Chunked(2)), "identities") == []


@pytest.mark.parametrize(
    ("name", "sizes"),
    [("records add up", {"N": 1}), ("records permute", {"N": 1}), ("units permute", {"H": 1})],
)
def test_a_property_of_many_says_nothing_of_one(name, sizes):
    """One record has no order, and one unit none."""
    assert found(manual, a_problem(**sizes), name) == []


@pytest.mark.parametrize("name", [check.name for check in GENERAL])
def test_where_there_is_no_truth_only_bits_are_judged(name):
    """On an overflow every property that needs a truth is silent, and the others still find something."""
    problem = a_problem(activation="identity", dtype=np.float32, scale=1e8)
    assert not Truth(problem).determined
    without_truth = name in ("inputs stay", "second call", "bits")
    assert bool(found(manual, problem, name)) is without_truth


@pytest.mark.parametrize("T", [8, 10, 12])
def test_an_exploding_gradient_accuses_nobody(T):
    """Where a loss a trillion times as loud would overflow the type, lag by lag blames no right engine."""
    problem = a_problem(activation="identity", dtype=np.float32, N=2, T=T, D=2, H=4, scale=10.0)
    assert Truth(problem).table.finite or T == 12
    assert refuted(manual, problem, "lag by lag") == set()


def test_a_zero_gradient_is_told():
    """Of a loss that reaches no step the recurrent rows are decided, and zero: they count for nothing."""
    worth = {finding.row: finding.nonzero for finding in found(manual, a_problem(Tail(0)), "lags")}
    zero = {f"lags {name}" for name in ("U", "W", "b", "xs", "h0")}
    assert {row for row, nonzero in worth.items() if not nonzero} == zero


def test_a_case_that_determines_little_is_told():
    """A part that has cancelled down to its own rounding is within its bound and proves nothing."""
    problem = a_problem(activation="identity", N=1, every_step=False)
    exact = np.asarray(Truth(problem).table.outputs[0][:, -1], np.float64)
    nearly = problem.replaced(targets=exact * (1 - 2.0**-50))
    worth = {finding.row: finding.determined for finding in found(manual, nearly, "lags")}
    assert not worth["lags W"]
    assert all(finding.wrong is None for finding in found(manual, nearly, "lags"))


def test_rows_and_names_are_nobody_elses():
    """Every row belongs to one property, and every property has a claim."""
    rows = [row for check in EVERY for row in check.rows]
    assert len(rows) == len(set(rows))
    assert len(BY_NAME) == len(EVERY)
    assert all(check.claim for check in EVERY)
    assert set(LAG_BLOCKS) == {*BLOCKS, "a"}


def test_an_invalid_answer_midway_keeps_what_was_found():
    """What a property found before an invalid answer is not lost; then each of its rows is refuted."""

    def check(trial):
        yield Finding("one", None)
        raise InvalidAnswer("raised")

    trial = Trial(manual, Truth(a_problem()))
    all_ = list(findings(trial, Property("both", ("one", "two"), "", check)))
    assert [(finding.row, finding.wrong is None) for finding in all_] == [
        ("one", True),
        ("one", False),
        ("two", False),
    ]
