"""Conditions hold of the calls that they name, and of no random ones."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.evidence.adversary.call import CallHistory
from benchmarks.evidence.adversary.condition import LAYOUTS, PATTERNS, ZEROS
from tests.benchmarks.evidence.adversary.calls import BY_NAME, after, call, met
from verification.models.layouts import ONE_BUFFER, SHARED, arranged, laid_out

RNG = np.random.default_rng(1)
XS = RNG.uniform(-1, 1, (3, 4, 2))
WEIGHTS = RNG.uniform(-1, 1, (12, 3))
DENSE = RNG.uniform(0.1, 1, (3, 4, 3))
NONE = np.zeros((3, 3))
SOME = call().arrays
SAME = np.ones((3, 3))


def changed(array, index, value=0.0):
    """The array with another number there."""
    array = array.copy()
    array[index] = value
    return array


def lies(name, how):
    """One array otherwise."""
    return {name: laid_out(SOME[name], how)}


HOLDING = {
    "W is symmetric": {"W": np.tile(np.eye(3) + 1, (4, 1))},
    "W is diagonal": {"W": np.tile(np.eye(3), (4, 1))},
    "W is triangular": {"W": np.tile(np.tril(WEIGHTS[:3]), (4, 1))},
    "W has a gate of zeros": {"W": changed(WEIGHTS, slice(3, 6))},
    "W has a column of zeros": {"W": changed(WEIGHTS, (slice(None), 1))},
    "W has a zero": {"W": changed(WEIGHTS, (0, 0))},
    "W has a number beyond 40": {"W": changed(WEIGHTS, (0, 0), -41)},
    "U is zero": {"U": np.zeros((12, 2))},
    "U has a row of zeros": {"U": changed(WEIGHTS[:, :2], 4)},
    "b is 1 for f and 0 elsewhere": {"b": np.repeat([0.0, 1.0, 0.0, 0.0], 3)},
    "b is the same for all units": {"b": np.repeat([0.5, 1.0, -1.0, 2.0], 3)},
    "b has one number that is not zero": {"b": changed(np.zeros(12), 5, 2.0)},
    "xs has a step of zeros": {"xs": changed(XS, (slice(None), 1))},
    "xs is zero at the last step": {"xs": changed(XS, (slice(None), -1))},
    "xs is zero at a record's last step": {"xs": changed(XS, (1, -1))},
    "xs has a record of zeros": {"xs": changed(XS, 1)},
    "xs is zero but at the first step": {"xs": changed(XS, (slice(None), slice(1, None)))},
    "xs is one-hot": {"xs": np.eye(2)[np.arange(12).reshape(3, 4) % 2]},
    "xs is of whole numbers": {"xs": np.ceil(XS)},
    "xs is the same at all steps": {"xs": np.repeat(XS[:, :1], 4, axis=1)},
    "xs is the same in all records": {"xs": np.repeat(XS[:1], 3, axis=0)},
    "xs is the same backwards in time": {"xs": XS + XS[:, ::-1]},
    "xs never falls from step to step": {"xs": np.sort(XS, axis=1)},
    "h0 is zero, c0 is not": {"h0": np.zeros((3, 3))},
    "c0 is zero, h0 is not": {"c0": np.zeros((3, 3))},
    "h0 equals c0, not zero": {"h0": np.ones((3, 3)), "c0": np.ones((3, 3))},
    "c0 has a unit of zeros": {"c0": changed(WEIGHTS[:3], (slice(None), 2))},
    "float64, a pre-activation beyond 710": {"b": changed(np.zeros(12), 0, 800.0)},
    "the outputs have no cotangent": {"d_outputs": 0 * DENSE},
    "the final state has no cotangent": {"d_h": NONE, "d_c": NONE},
    "d_outputs is given at the last step alone": {"d_outputs": changed(DENSE, (slice(None), slice(0, -1)))},
    "d_outputs lacks the last step": {"d_outputs": changed(DENSE, (slice(None), -1))},
    "d_outputs lacks a record": {"d_outputs": changed(DENSE, 1)},
    "d_outputs lacks a unit": {"d_outputs": changed(DENSE, (slice(None), slice(None), 2))},
    "d_outputs is nowhere negative": {"d_outputs": DENSE},
    "d_outputs is all ones": {"d_outputs": np.ones_like(DENSE)},
    "d_outputs is the same for all units": {"d_outputs": np.repeat(DENSE[..., :1], 3, axis=2)},
    "d_outputs is beyond 1e4": {"d_outputs": 1e5 * DENSE},
    "d_outputs is below 1e-8, not zero": {"d_outputs": 1e-9 * DENSE},
    "d_c is zero, d_h is not": {"d_c": NONE},
    "d_h equals d_c, not zero": {"d_h": DENSE[:, 0], "d_c": DENSE[:, 0]},
    "xs is below 1e-08, not zero": {"xs": 1e-9 * XS},
    "h0 has a subnormal number": {"h0": changed(SAME, (0, 0), 1e-310)},
    "xs has a far quieter record": {"xs": XS * np.array([1, 1e-12, 1])[:, None, None]},
    "d_outputs has a far quieter step": {"d_outputs": DENSE * np.array([1, 1, 1e-12, 1])[:, None]},
    "c0 has a far quieter unit": {"c0": SAME * np.array([1, 1, 1e-12])},
    "f is within 1e-4 of 1 somewhere": {"b": changed(np.zeros(12), 4, 20.0)},
    "f is within 1e-4 of 0 somewhere": {"b": changed(np.zeros(12), 4, -20.0)},
    "|g| is below 1e-5 somewhere": {"U": 1e-7 * WEIGHTS[:, :2], "b": np.zeros(12)},
    "a pre-activation of f from 20 to 45": {"b": changed(np.zeros(12), 4, 30.0)},
    "xs is in Fortran order": lies("xs", "Fortran order"),
    "xs alone is in Fortran order": lies("xs", "Fortran order"),
    "xs is steps first": lies("xs", "steps first"),
    "xs has gaps": lies("xs", "a gap after each number"),
    "xs is backwards in time": lies("xs", "backwards"),
    "xs begins within another array": lies("xs", "columns of a wider array"),
    "W alone is read-only": lies("W", "read-only"),
    "d_h alone is read-only": lies("d_h", "read-only"),
    "b is backwards": lies("b", "backwards"),
    "h0 takes no step in memory along an axis": {"h0": laid_out(SAME, "repeated")},
    "U, W and b are in one buffer": dict(
        zip("UWb", arranged([SOME[name] for name in "UWb"], [ONE_BUFFER] * 3), strict=True)
    ),
    "h0 and c0 share memory": dict(zip(("h0", "c0"), arranged([SAME, SAME], [SHARED] * 2), strict=True)),
}


@pytest.mark.parametrize("name", HOLDING)
def test_a_condition_holds_of_what_it_names(name):
    """And not of random numbers, each array of its own and in C order."""
    assert met(name, call(**HOLDING[name]))
    assert not met(name, call())


@pytest.mark.parametrize(
    ("name", "holding", "others"),
    [
        ("T % 10 == 3", {"T": 13}, {"T": 14}),
        ("T a power of two, T > 1", {"T": 8}, {"T": 6}),
        ("T odd, T > 1", {"T": 3}, {"T": 1}),
        ("N from 10 to 14", {"N": 14}, {"N": 15}),
        ("D % 4 == 3", {"D": 7}, {"D": 4}),
        ("H == 6", {"H": 6}, {"H": 3}),
        ("N == D == H", {"N": 2, "D": 2, "H": 2}, {"N": 2, "D": 2, "H": 3}),
        ("T < N", {"T": 2, "N": 3}, {"T": 3, "N": 3}),
        ("N T a multiple of 10", {"N": 2, "T": 5}, {"N": 2, "T": 4}),
        (
            "N, T, D, H all from 18",
            {"N": 18, "T": 18, "D": 18, "H": 18},
            {"N": 18, "T": 17, "D": 18, "H": 18},
        ),
        ("N H from 4,096", {"N": 64, "H": 64}, {"N": 64, "H": 63}),
        ("N T beyond 32,767", {"N": 128, "T": 256, "D": 1, "H": 1}, {"N": 129, "T": 254, "D": 1, "H": 1}),
        ("2e8 operations", {"N": 128, "T": 128, "D": 32, "H": 44}, {"N": 64, "T": 128, "D": 32, "H": 44}),
        ("N, T, D, H all even", {"N": 2, "T": 4, "D": 2, "H": 2}, {"N": 2, "T": 4, "D": 2, "H": 3}),
    ],
)
def test_a_condition_holds_of_its_sizes(name, holding, others):
    """And of no others."""
    assert met(name, call(**holding))
    assert not met(name, call(**others))


def test_random_numbers_have_no_zeros_and_no_pattern():
    """Of no array."""
    assert [
        each.name for each in BY_NAME.values() if each.kind in (ZEROS, PATTERNS) and each.met(call())
    ] == []


def test_arrays_of_their_own_in_c_order_meet_one_condition():
    """That they are so."""
    held = [
        each.name for each in BY_NAME.values() if each.kind == LAYOUTS and each.met(call(b=SOME["b"].copy()))
    ]
    assert "all arrays are contiguous and writeable" in held
    assert all("view" in name or "contiguous" in name for name in held)


BOTH = lies("xs", "Fortran order") | lies("U", "Fortran order")
BEYOND_89 = changed(np.zeros(12), 0, 100.0)
OTHER_TYPE = "the sizes of the call before in another type"
OTHER_INPUTS = "other inputs than at the call before, the same parameters"


def large(records, dtype="float32"):
    """A call of so many records and 64 units after the same one in this type."""
    return after(call(N=records, H=64, dtype=dtype), call(N=records, H=64))


@pytest.mark.parametrize(
    ("name", "some", "holds"),
    [
        # Single precision overflows earlier.
        ("float32, a pre-activation beyond 89", call(dtype="float32", b=BEYOND_89.astype("float32")), True),
        ("float64, a pre-activation beyond 710", call(b=BEYOND_89), False),
        # Two that lie so are not one alone.
        (
            "xs alone is in Fortran order",
            call(**BOTH),
            False,
        ),
        # Calls are counted from the first of a process.
        ("the first call of a process", call(), True),
        ("the second call of a process", call(), False),
        ("every tenth call", call(history=CallHistory(forwards=19)), True),
        ("a call after a hundred", call(history=CallHistory(forwards=101)), True),
        # A user's two graphs are gone back through, or one twice.
        ("a second backward of one forward", call(history=CallHistory(again=1)), True),
        ("a backward after another forward", call(history=CallHistory(since=1)), True),
        ("a backward after another forward", call(history=CallHistory(again=1)), False),
        # The call before had other sizes, another type or other inputs.
        ("other sizes than at the call before", call(), False),
        ("more records than at the call before", after(call(N=2), call(N=3)), True),
        ("fewer steps than at the call before", after(call(T=5), call(T=3)), True),
        (OTHER_TYPE, after(call(dtype="float32"), call()), True),
        ("the same sizes as at the call before", after(call(), call()), True),
        (OTHER_INPUTS, after(call(), call(xs=np.ones((3, 4, 2)))), True),
        (OTHER_INPUTS, after(call(), call()), False),
        # A state of 64 KiB is large enough.
        (f"{OTHER_TYPE}, N H from 8,192", large(128), True),
        (f"{OTHER_TYPE}, N H from 8,192", large(127), False),
        (f"{OTHER_TYPE}, N H from 8,192", large(128, "float64"), False),
    ],
)
def test_a_condition_holds_of_the_call_and_of_those_before(name, some, holds):
    """Or not."""
    assert met(name, some) == holds


def test_the_call_before_had_other_numbers_in_the_same_place():
    """Or the same numbers elsewhere."""
    before = call()
    assert met("the numbers of the call before", after(before, call()))
    W = before.params["W"]
    now = after(before, call(W=W))
    assert not met("other parameters in the arrays of the call before", now)
    W *= -1
    assert met("other parameters in the arrays of the call before", replace(now, xs=now.xs))
