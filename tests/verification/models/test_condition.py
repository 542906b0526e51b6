"""Conditions: what a sample makes of numbers is so, is recognised and named, and nothing else is changed."""

from dataclasses import replace

import numpy as np
import pytest

from verification.diagnosis.seen_in import facts, numbers_in_words
from verification.models import complex_scan, gru, linear, lstm, scan
from verification.models.case import random_case
from verification.models.condition import Condition
from verification.models.layouts import STEPS_FIRST
from verification.models.model import Block, Use
from verification.sampling.patterns import PATTERNS, is_square
from verification.sampling.sample import conditioned
from verification.sampling.zeros import COTANGENTS, ZEROS

SIZES = {"H": 4, "D": 3}
OUTPUTS, ENDS = {"d_outputs"}, {"d_state[0]", "d_state[1]"}
ALL = OUTPUTS | ENDS


def made(model=lstm, seed=0, dtype=np.float32, **levels):
    """A case of random numbers, and the arrays that these levels change, with the case that has them."""
    dtype = np.complex64 if model.complex else dtype
    rng = np.random.default_rng(seed)
    case = random_case(model, rng, SIZES, 3, 5, dtype)
    after = conditioned(case, {name.replace("_", " "): level for name, level in levels.items()}, rng)
    before, now = ({**each.blocks, **each.objective.arrays()} for each in (case, after))
    assert all(array.dtype == dtype for array in now.values())
    return case, {name: a for name, a in now.items() if not np.array_equal(a, before[name])}, after


def one_hot(a):
    return np.isin(a, (0, 1)).all() and (a.sum(axis=-1) == 1).all()


def whole(a):
    return (a == np.round(a)).all() and a.all() and np.abs(a).max() == 2


def positive(a):
    return (a > 0).all()


def alike(a):
    return (a == a.flat[0]).all()


def short(check):
    """Of a matrix, whose rows do not grow with their length."""
    return lambda a: check(a) and (a.ndim < 2 or np.abs(a).sum(axis=1).max() <= 1)


def symmetric(a):
    return (a == a.T).all() and not one_hot(a != 0)


def initialised(a):
    return (a == np.repeat([0, 1, 0, 0], 4)).all()


def square(check):
    return lambda a: all(map(check, np.split(a, len(a) // a.shape[1])))


def none_at_one(axis):
    """Zero at one index of an axis, and nowhere else."""

    def check(a):
        along = np.moveaxis(a, axis, 0).reshape(a.shape[axis], -1)
        return (~along.any(axis=1)).sum() == 1 and along.all(axis=1).sum() == a.shape[axis] - 1

    return check


def nothing(a):
    return not a.any()


# By factor and level: the arrays of an LSTM that are changed, what each is then, and what is said of it.
TABLE = {
    ("pattern of inputs", "one-hot"): ({"xs"}, one_hot, "xs is one-hot"),
    ("pattern of inputs", "whole numbers"): ({"xs"}, whole, "xs is of whole numbers"),
    ("pattern of inputs", "of one sign"): ({"xs"}, positive, "xs has one sign"),
    ("pattern of inputs", "all alike"): ({"xs"}, alike, "all numbers of xs are alike"),
    ("pattern of weights", "symmetric"): ({"W"}, square(symmetric), "W is symmetric"),
    ("pattern of weights", "diagonal"): ({"W"}, square(lambda a: one_hot((a != 0) + 0)), "W is diagonal"),
    ("pattern of weights", "one-hot"): ({"U", "W"}, one_hot, "W is one-hot"),
    ("pattern of weights", "of one sign"): ({"U", "W", "b"}, short(positive), "b has one sign"),
    ("pattern of weights", "all alike"): ({"U", "W", "b"}, short(alike), "all numbers of U are alike"),
    ("pattern of weights", "as initialised"): ({"b"}, initialised, "b is of whole numbers"),
    **{("zero", name): ({name}, nothing, f"{name} is 0") for name in ("U", "b", "xs", "h0", "c0")},
    ("zero", "a record"): ({"xs", "h0", "c0"}, none_at_one(0), "a record of xs is 0"),
    ("zero", "a record's state"): ({"h0", "c0"}, none_at_one(0), "a record of c0 is 0"),
    ("zero", "a step"): ({"xs"}, none_at_one(1), "a step of xs is 0"),
    ("cotangents", "not of a record"): (ALL, none_at_one(0), "a record has no cotangent"),
    ("cotangents", "not of a unit"): (ALL, none_at_one(-1), "a unit of the outputs has no cotangent"),
    ("cotangents", "not of a step"): (OUTPUTS, none_at_one(1), "the outputs of a step have no cotangent"),
    ("cotangents", "outputs"): (ENDS, nothing, "the final state has no cotangent"),
    ("cotangents", "final state"): (OUTPUTS, nothing, "no output has a cotangent"),
}


@pytest.mark.parametrize(("factor", "level"), TABLE, ids=": ".join)
def test_a_condition_is_made_recognised_and_named(factor, level):
    """Of the arrays that it is of, and of no others; and random numbers have none."""
    names, check, words = TABLE[factor, level]
    case, changed, after = made(**{factor: level})
    assert set(changed) == names
    assert all(map(check, changed.values()))
    assert f"where {words}" in [*facts(after)]
    assert [fact for fact in facts(case) if fact.startswith("where")] == []


@pytest.mark.parametrize(("factor", "level"), TABLE, ids=": ".join)
def test_what_is_said_first_of_the_numbers_that_matter(factor, level):
    """Is the most particular; of random ones that they matter."""
    names, _, words = TABLE[factor, level]
    case, _, after = made(**{factor: level})
    for name in ("cotangents",) if factor == "cotangents" else sorted(names & set(words.split())):
        assert numbers_in_words(after, name) == f"where {words}"
        assert numbers_in_words(case, name) == f"with these numbers of {name}"


def test_every_condition_is_in_the_table():
    """But for one of several outputs, which an LSTM has not, and what no level makes by itself."""
    known = {level for _, level in TABLE} | {"not of one of several outputs", *(each for _, each in BESIDE)}
    assert {*PATTERNS, *ZEROS, *COTANGENTS} <= known
    assert all(isinstance(each, Condition) for each in (*PATTERNS.values(), *ZEROS.values()))


# By block and pattern: what is said of it.
BESIDE = {
    ("U", "some zero"): "some numbers of U are 0",
    ("W", "the identity"): "W is the identity",
    ("W", "lower triangular"): "W is lower triangular",
    ("W", "upper triangular"): "W is upper triangular",
    ("xs", "records alike"): "all records of xs are alike",
    ("c0", "records alike"): "all records of c0 are alike",
    ("xs", "steps alike"): "all steps of xs are alike",
}


@pytest.mark.parametrize(("name", "level"), BESIDE, ids=": ".join)
def test_what_no_level_makes_by_itself_is_recognised_and_named(name, level):
    """A pattern of one array beside other conditions; not of a single record, nor of a single unit."""
    case, *_ = made()
    changed = PATTERNS[level].apply(case.blocks[name], np.random.default_rng(0))
    after = replace(case, blocks={**case.blocks, name: changed})
    assert not np.array_equal(changed, case.blocks[name])
    assert numbers_in_words(after, name) == f"where {BESIDE[name, level]}"
    one = random_case(lstm, np.random.default_rng(0), {"H": 1, "D": 1}, 1, 1, np.float32)
    assert not any("triangular" in fact or "records" in fact or "steps" in fact for fact in facts(one))


def test_the_facts_of_a_case_begin_with_its_kind():
    """And are those of every block, of what has a cotangent, and of how arrays lie in memory."""
    case = replace(made(zero="b")[-1], layouts={"W": "read-only"}, lengths=(2, 3, 5))
    found = [*facts(case)]
    assert found[:3] == ["in float32", "under Full()", "under Full"]
    assert {"with W in memory: read-only", "where records end early", "where b is 0"} <= {*found}


def test_several_levels_are_met_together():
    """Patterns, magnitudes, zeros and layouts, each of the part that it is of."""
    levels = {"pattern of inputs": "one-hot", "states": "one large", "zero": "U", "layout": STEPS_FIRST}
    _, changed, after = made(**levels)
    assert one_hot(changed["xs"])
    assert max(np.abs(state).max() for state in after.state) == 6
    assert not changed["U"].any()
    assert set(after.layouts) == {"xs", "d_outputs"}
    assert not {"W", "b"} & set(changed)
    assert made(linear, zero="no block", cotangents="everywhere", pattern_of_inputs="random")[1] == {}


@pytest.mark.parametrize("level", ["one-hot", "whole numbers", "of one sign", "all alike"])
@pytest.mark.parametrize("model", [scan, complex_scan], ids=lambda model: model.name)
def test_inputs_that_nothing_bounds_do_not_grow_with_the_steps(model, level):
    _, changed, _ = made(model, pattern_of_inputs=level)
    assert set(changed) == {"a", "x"}
    assert all(0.05 < np.abs(array).max() <= 1 for array in changed.values())


def test_each_gate_of_a_gru_is_a_matrix_and_its_biases_begin_at_zero():
    _, changed, _ = made(gru, pattern_of_weights="symmetric")
    assert set(changed) == {"W"}
    assert all((part == part.T).all() for part in np.split(changed["W"], 3))
    assert not made(gru, pattern_of_weights="as initialised")[1]["b"].any()


@pytest.mark.parametrize("level", ["a record", "a step"])
def test_another_seed_makes_another_part_zero_and_none_that_has_a_large_number(level):
    """Which another level may have put there."""
    seen = set()
    for seed in range(12):
        large = {"inputs": "one large", "states": "one large", "type": "float32"}
        _, changed, after = made(seed=seed, zero=level, **large)
        seen.add(int(np.argmin(np.abs(changed["xs"]).sum(axis=(1, 2) if level == "a record" else (0, 2)))))
        assert np.abs(after.blocks["xs"]).max() == 9
    assert len(seen) > 1


@pytest.mark.parametrize(
    ("axes", "square"),
    [(("H", "H"), True), (("4 H", "H"), True), (("H", "D"), False), (("2 H", "3 H"), False), (("H",), False)],
)
def test_a_square_matrix_reads_the_units_that_it_writes(axes, square):
    assert is_square(Block("W", axes, Use.STEP)) == square
