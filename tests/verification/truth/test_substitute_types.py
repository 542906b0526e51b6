"""Long double is judged by what double precision tells, float16 and bfloat16 by what single does."""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers import gated_linear_attention as plain
from tests.layers import planted
from tests.layers import stored as kept
from tests.vanilla import changed
from verification import Scope, layer
from verification.adapters.layer import CAPABILITIES
from verification.adapters.rnn.manual import manual
from verification.adapters.rnn.scoping import as_rnn
from verification.models import gated_linear_attention, vanilla
from verification.models.case import stored
from verification.models.domains import between_0_and_1
from verification.models.stored import STORED, dtype_of
from verification.models.tolerance import HAS_WIDER
from verification.properties.findings import findings, truth_of
from verification.sampling.resolving import resolved
from verification.sampling.sample import in_floats
from verification.truth.substitute_types import as_known, holds, is_long

needs_long = pytest.mark.skipif(not HAS_WIDER, reason="long double is double precision here")

DOUBLE = a_case(vanilla, sizes={"H": 3, "D": 2, "K": 2}, losses="every")
LONG = DOUBLE.astype(np.longdouble)


@needs_long
def test_the_numbers_are_those_of_double_precision():
    """There and back."""
    assert (is_long(DOUBLE), is_long(LONG)) == (False, True)
    for name, array in as_known(LONG).blocks.items():
        np.testing.assert_array_equal(array, DOUBLE.blocks[name])
    assert as_known(DOUBLE) is DOUBLE


@needs_long
def test_an_engine_that_works_in_double_precision_is_refuted():
    """By a rounding that its type would not make; the right one is not."""

    def narrow(problem):
        answer = manual(problem)
        return changed(answer, W=answer.params["W"].astype(np.float64).astype(problem.dtype))

    found = [each.part for each in findings(as_rnn(narrow), truth_of(LONG), ("autograd",)) if each.wrong]
    assert found == ["W"]
    assert not any(each.wrong for each in findings(as_rnn(manual), truth_of(LONG)))


# The types in which numbers are kept, and numbers in single precision.
KEPT = [*map(dtype_of, STORED)]
SOME = a_case(gated_linear_attention, 2, 4, np.float32, sizes={"A": 2, "K": 3, "V": 2})

of_each = pytest.mark.parametrize("dtype", KEPT, ids=str)


@of_each
def test_a_type_keeps_numbers_that_it_holds(dtype):
    """Within their domains; of bfloat16 there is none too large."""
    case = stored(SOME, dtype)
    assert {array.dtype for array in case.blocks.values()} == {dtype}
    for name, array in as_known(case).blocks.items():
        np.testing.assert_array_equal(array.astype(dtype), case.blocks[name])
    large = stored(replace(SOME, blocks={**SOME.blocks, "q": 1e9 * SOME.blocks["q"]}), dtype)
    most = np.abs(as_known(large).blocks["q"]).max()
    assert most == (
        2**10 if dtype == np.float16 else pytest.approx(1e9 * np.abs(SOME.blocks["q"]).max(), 1e-2)
    )
    near = replace(
        SOME, model=with_domain(SOME), blocks={**SOME.blocks, "v": 1 - 1e-6 + 0 * SOME.blocks["v"]}
    )
    assert (stored(near, dtype).blocks["v"] < 1).all()


def with_domain(case):
    blocks = (replace(b, domain=between_0_and_1) if b.name == "v" else b for b in case.model.blocks)
    return replace(case.model, blocks=tuple(blocks))


@of_each
def test_its_answers_are_rounded_once(dtype):
    """So the bound is that of single precision, and half a unit in the last place."""
    case = stored(SOME, dtype)
    result, single = truth_of(case), truth_of(as_known(case))
    half_a_unit = {"float16": 2.0**-11, "bfloat16": 2.0**-8}[dtype.name]
    for name, each in {**result.blocks, **result.forward}.items():
        alike = {**single.blocks, **single.forward}[name]
        np.testing.assert_array_equal(each.truth, alike.truth)
        assert each.bound == pytest.approx(alike.bound + half_a_unit * (alike.size + alike.bound))
        assert each.determined


@pytest.mark.parametrize(("dtype", "large", "small"), [(*KEPT[:1], 1e3, 1e-5), (*KEPT[1:], 1e36, 1e-40)])
def test_what_it_does_not_hold_says_nothing(dtype, large, small):
    """Nor does what is next to nothing in it."""
    case, d = stored(SOME, dtype), SOME.objective
    blocks = {
        name: (100 * np.sign(a)).astype(dtype) if name in "kv" else a for name, a in case.blocks.items()
    }
    loud = d.replaced(lambda a: (large * np.sign(a.astype(np.float64))).astype(dtype))
    assert not truth_of(replace(case, objective=loud, blocks={**case.blocks, **blocks})).determined
    quiet = replace(case, objective=d.replaced(lambda a: (small * a).astype(dtype)))
    assert not any(each.determined for each in truth_of(quiet).blocks.values())
    # Of a type that is computed in, that is known before.
    assert holds(SOME, [replace(each, lost=np.inf) for each in truth_of(SOME).blocks.values()])


def refuting(module, dtype, some=SOME):
    """The properties that are checked on a layer that is kept in a type, and those that refute it."""
    scope = Scope(dtypes=(dtype.name,))
    engine = layer(module.forward, module.backward, model=gated_linear_attention, scope=scope)
    found = [*findings(engine, truth_of(stored(some, dtype)))]
    return {each.property for each in found}, {each.property for each in found if each.wrong}


@of_each
def test_who_computes_in_single_precision_is_right(dtype):
    """Sums of several answers, of which each is rounded, are not checked."""
    checked, wrong = refuting(kept.of(plain, dtype), dtype)
    assert wrong == set()
    assert checked >= {"forward", "autograd", "lags", "second call", "memory layout", "units permute"}
    assert not checked & {"linearity", "cotangents add up", "records add up", "cut", "lag by lag"}


def test_who_computes_in_half_precision_is_refuted():
    """As NumPy can; it has no products of bfloat16 that are rounded so."""
    assert "autograd" in refuting(plain, KEPT[0])[1]


@of_each
def test_who_rounds_what_is_carried_is_refuted(dtype):
    """Over many steps, where little decays; the forward is right."""
    sizes = {"A": 2, "K": 3, "V": 2}
    some = a_case(gated_linear_attention, 2, 40, np.float32, sizes=sizes)
    some = replace(some, blocks={**some.blocks, "g": some.blocks["g"] / 100})
    line = "dS = dS * a[:, t, ..., None]"
    rounds = planted(plain, line, f"{line}; dS = dS.astype('{dtype}').astype(np.float32)")
    wrong = refuting(kept.of(rounds, dtype), dtype, some)[1]
    assert "autograd" in wrong
    assert "forward" not in wrong


@pytest.mark.slow
@of_each
def test_the_designed_sample_says_something_in_it(dtype):
    """Nearly all of its rows, of numbers that it holds."""
    claim = resolved(Scope(dtypes=(dtype.name,)), gated_linear_attention, CAPABILITIES)
    made = in_floats(gated_linear_attention, claim)
    some = [made.make(row, np.random.default_rng(n)) for n, row in enumerate(made.rows(2))][::7]
    assert {case.dtype for case in some} == {dtype}
    assert all(np.isfinite(array).all() for case in some for array in case.blocks.values())
    result = [truth_of(case).informative(claim.blocks) for case in some]
    assert sum(result) > 0.9 * len(result)
