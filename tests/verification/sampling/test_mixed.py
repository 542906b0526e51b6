"""Each array of a case has conditions of its own, within what is claimed."""

from collections import Counter

import numpy as np
import pytest

from tests.cases import claimed
from verification.models import complex_scan, gated_scan, linear, lstm
from verification.models.case import random_case
from verification.models.layouts import ALTERNATE, COLUMNS, ONE_BUFFER, SHARED, STEPS_FIRST
from verification.models.model import Block, Model, Use
from verification.sampling.factors import EVERYWHERE, NO_BLOCK, OVERFLOWING, RANDOM
from verification.sampling.mixed import is_plain, layouts, mixed, one_as_another, open_to_zeros
from verification.sampling.patterns import is_square
from verification.sampling.scope import Scope

SIZES = {"H": 3, "D": 2}


def made(count=200, model=lstm, scope=None, change=mixed, sizes=SIZES):
    """Cases, each with conditions of its own."""
    claim = claimed(model, scope)
    for seed in range(count):
        rng = np.random.default_rng(seed)
        dtype = np.complex128 if model.complex else np.float64
        yield change(random_case(model, rng, sizes, 3, 4, dtype), claim, rng)


def arrays(case):
    return {**case.blocks, **case.objective.arrays()}


def test_each_array_meets_a_condition_often_and_none_beside_one_of_another():
    """Zeros, a sign, whole numbers and what is alike, each of some one in ten; and two in one case."""
    seen, both = Counter(), 0
    for case in made():
        holds = {}
        for name, array in arrays(case).items():
            holds[f"{name} has a zero"] = not array.all()
            holds[f"{name} is of one sign"] = bool((array >= 0).all() or (array <= 0).all())
            if array.ndim < 2 or name in ("xs", "h0", "c0", "d_outputs"):
                holds[f"{name} is of whole numbers"] = np.array_equal(array, np.round(array))
        seen.update(name for name, held in holds.items() if held)
        both += holds["xs has a zero"] and holds["W is of one sign"]
    assert min(seen.values()) > 12, seen
    assert both > 10


def test_each_array_has_a_size_of_its_own():
    """Inputs from 1e-4 up to eight, cotangents over 48 powers of two; of float16 over 8."""
    zero, alike, sizes, powers = 0, 0, [], []
    for case in made():
        xs, outputs = case.blocks["xs"], case.objective.outputs
        zero += not case.blocks["W"].any()
        alike += len(np.unique(xs[xs != 0])) == 1
        sizes.append(np.abs(xs).max())
        powers.append(np.log2(np.abs(outputs).max()))
    assert 10 < zero < 60
    assert 30 < alike < 110
    assert 7 < max(sizes) <= 8
    assert 1e-5 < min(sizes) <= 1e-4
    assert (23 < max(powers) < 26, -26 < min(powers) < -22) == (True, True)
    some = made(60, scope=Scope(dtypes=("float16",)))
    few = [np.log2(np.abs(case.objective.outputs).max()) for case in some]
    assert (2 < max(few) < 6, -6 < min(few) < -3) == (True, True)


def quiet_or_denormal(array):
    """Is what has an index along an axis far below the rest? Is a number below the least normal one?"""
    size = np.abs(array)
    lines = [np.moveaxis(size, axis, 0).reshape(n, -1).max(axis=1) for axis, n in enumerate(size.shape)]
    return (
        any(0 < each.min() < 2.0**-36 * each.max() for each in lines if len(each) > 1),
        bool(((size > 0) & (size < np.finfo(array.dtype).tiny)).any()),
    )


def test_some_are_quiet_at_an_index_or_partly_denormal():
    """Not what has a domain of its own, nor who keeps numbers in a type of few powers of two."""
    seen, shares = Counter(), []
    for case in made():
        for name in ("xs", "h0", "c0", "d_outputs", "d_state[0]", "d_state[1]"):
            size = np.abs(arrays(case)[name])
            quiet, denormal = quiet_or_denormal(size)
            seen.update({f"{name} quiet": quiet, f"{name} denormal": denormal})
            shares += [(size[size > 0] < np.finfo(size.dtype).tiny).mean()] if denormal else []
    assert min(seen.values()) > 5, seen
    assert max(seen.values()) < 60, seen
    assert 0.14 < np.mean(shares) < 0.25
    some = [arrays(case) for case in made(scope=Scope(dtypes=("float16",)))]
    some += [{"a": case.blocks["a"]} for case in made(model=gated_scan)]
    assert not any(any(quiet_or_denormal(array)) for each in some for array in each.values())


def test_a_state_is_sometimes_as_another_but_not_as_one_that_is_always_zero():
    """And the cotangent of a last state as another's."""
    for alike in (lambda case: case.state, lambda case: case.objective.state):
        assert 5 < sum(np.array_equal(*alike(case)) for case in made()) < 60
    one = {"h0": np.zeros((3, 3)), "c0": np.ones((3, 3))}
    for seed in range(100):
        kept = one_as_another(one, np.random.default_rng(seed))
        assert all(np.array_equal(kept[name], array) for name, array in one.items())


def test_a_matrix_is_sometimes_symmetric_that_is_square_by_its_axes_or_by_its_sizes():
    """Of an LSTM W, and U where there are as many inputs as units; each of four gates."""
    for inputs, symmetric in ((3, {"U", "W"}), (2, {"W"})):
        seen = Counter()
        for case in made(sizes={"H": 3, "D": inputs}):
            for name in ("U", "W"):
                parts = np.split(case.blocks[name], 4)
                seen[name] += all(np.array_equal(part, part.T) and part.any() for part in parts)
        assert {name for name, count in seen.items() if count > 5} == symmetric


def test_recurrent_weights_are_sometimes_the_identity():
    """As some initialise a network of rectifiers."""
    alone = [case.blocks["W"] for case in made(400)]
    assert 2 < sum(np.array_equal(W, np.tile(np.eye(3), (4, 1))) for W in alone) < 40


def test_cotangents_are_sometimes_zero_at_every_other_step():
    """At the even ones, or at the odd ones, and nowhere else."""
    there = [np.abs(case.objective.outputs).any(axis=(0, 2)).tolist() for case in made(400)]
    assert there.count([False, True, False, True]) > 2
    assert there.count([True, False, True, False]) > 2


def test_what_is_wider_than_tall_has_no_pattern_of_squares():
    """A matrix that reads a state three times is none, and one that writes three parts of two is."""
    for axes, square in ((("H", "3 H"), False), (("2 H", "3 H"), False), (("6 H", "2 H"), True)):
        block = Block("W", axes, Use.STEP)
        assert is_square(block) is square
        blocks = block, Block("x", ("H",), Use.INPUT), Block("h0", ("H",), Use.STATE)
        model = Model("own", blocks, linear.step)
        assert [case.blocks["W"].shape for case in made(40, model)] == 40 * [block.shape(SIZES)]


def test_no_array_is_left_without_a_number_but_a_parameter_or_one_of_two_states():
    """Inputs and outputs have some, and one state at least."""
    zero = Counter()
    for case in made():
        zero.update(name for name, array in arrays(case).items() if not array.any())
        assert any(array.any() for array in case.state)
        assert any(array.any() for array in case.objective.state)
    assert set(zero) == {"U", "W", "b", "h0", "c0", "d_state[0]", "d_state[1]"}


@pytest.mark.parametrize("model", [linear, complex_scan], ids=lambda model: model.name)
def test_what_nothing_bounds_grows_no_further(model):
    """No number of an input or a weight beyond what a random one has."""
    plain = [random_case(model, np.random.default_rng(seed), SIZES, 3, 4) for seed in range(20)]
    for case in made(60, model):
        for name in (*case.inputs, "W"):
            if name in case.blocks:
                rows = max(np.abs(each.blocks[name]).sum(axis=-1).max() for each in plain)
                assert np.abs(case.blocks[name]).sum(axis=-1).max() <= 2 * rows


@pytest.mark.parametrize("declined", ["zero steps", "zero records", "zero blocks"])
def test_inputs_have_no_zeros_where_some_are_declined(declined):
    for case in made(60, scope=Scope(declines=(declined,))):
        assert all(case.blocks[name].all() for name in ("xs", "h0", "c0"))


def test_nothing_is_zero_where_something_is_said_of_zeros():
    """So that what is said leaves some numbers."""

    def without(case, claim, rng):
        return mixed(case, claim, rng, zeros=False)

    for case in made(60, change=without):
        assert all(array.all() for array in arrays(case).values() if array.ndim < 2 or array.shape[0] != 12)


def test_cotangents_are_all_there_and_numbers_are_random_where_the_others_are_declined():
    """No cotangent is zero, no input is of whole numbers, and no state is as another."""
    for case in made(60, scope=Scope(declines=("missing cotangents", "patterns"))):
        assert not np.array_equal(*case.state)
        assert not np.array_equal(*case.objective.state)
        assert all(array.all() for array in case.objective.arrays().values())
        assert not np.array_equal(case.blocks["xs"], np.round(case.blocks["xs"]))


def test_arrays_lie_each_in_a_way_of_their_own():
    """Some cases have all in C order, in some two share their memory; declined views are not made."""
    cases = made(change=layouts)
    seen = Counter(how for case in cases for how in {*case.layouts.values(), len(case.layouts)})
    assert seen[0] > 40
    assert min(seen[how] for how in (STEPS_FIRST, COLUMNS, ALTERNATE, ONE_BUFFER, SHARED, "read-only")) > 4
    declined = Scope(declines=("views", "shared memory"))
    found = {how for case in made(60, scope=declined, change=layouts) for how in case.layouts.values()}
    assert not found & {STEPS_FIRST, COLUMNS, ALTERNATE, ONE_BUFFER, SHARED}
    assert "Fortran order" in found


def test_a_row_is_plain_that_says_nothing_of_its_numbers():
    """One that does is more often left as it is, so that its condition shows by itself."""
    plain = {"zero": NO_BLOCK, "cotangents": EVERYWHERE, "pattern of inputs": RANDOM, "layout": "mixed"}
    assert is_plain(plain)
    assert is_plain({})
    for factor, level in (("zero", "b"), ("cotangents", "not of a unit"), ("inputs", OVERFLOWING)):
        assert not is_plain({**plain, factor: level})
        assert open_to_zeros({**plain, factor: level}) == (factor == "inputs")
    assert open_to_zeros(plain)


def test_a_parameter_that_is_one_number_stays_an_array():
    """Of no axes, whatever is drawn of it."""
    blocks = (Block("g", (), Use.STEP), Block("xs", ("H",), Use.INPUT), Block("h0", ("H",), Use.STATE))
    model = Model("one number", blocks, step=lambda f, p, x, h: p.g[..., None, None] * h + x)
    cases = [*made(model=model)]
    assert {(type(case.blocks["g"]), case.blocks["g"].shape) for case in cases} == {(np.ndarray, ())}
    assert len({case.blocks["g"].item() for case in cases}) > 100
