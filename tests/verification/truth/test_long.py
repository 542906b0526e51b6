"""Long double is judged by what double precision tells, and half precision by single."""

from dataclasses import replace

import numpy as np
import pytest

from tests.layers import gated_linear_attention as plain
from tests.layers import planted
from tests.layers import stored as half
from verification import Scope, layer
from verification.adapters.layer import CAPABILITIES
from verification.adapters.rnn.engine import manual
from verification.adapters.rnn.scoping import as_rnn
from verification.models import gated_linear_attention, vanilla
from verification.models.case import LARGEST_HALF, random_case, stored
from verification.models.domains import between_0_and_1
from verification.models.tolerance import HAS_WIDER, Expected, unit
from verification.properties.findings import findings, truth_of
from verification.properties.per_step import LAG_BY_LAG
from verification.sampling.resolving import resolved
from verification.sampling.sample import in_floats
from verification.truth.long import as_known, holds, is_long, of_known

needs_long = pytest.mark.skipif(not HAS_WIDER, reason="long double is double precision here")

DOUBLE = random_case(vanilla, np.random.default_rng(0), {"H": 3, "D": 2, "K": 2}, losses="every")
LONG = DOUBLE.astype(np.longdouble)


@needs_long
def test_the_numbers_are_those_of_double_precision():
    """There and back."""
    assert (is_long(DOUBLE), is_long(LONG)) == (False, True)
    for name, array in as_known(LONG).blocks.items():
        np.testing.assert_array_equal(array, DOUBLE.blocks[name])
    assert as_known(DOUBLE) is DOUBLE


@needs_long
def test_the_bound_is_in_proportion_to_the_units():
    """Twice: once for the engine, and once for the truth."""
    told = truth_of(DOUBLE).blocks
    share = 2 * unit(np.dtype(np.longdouble)) / unit(np.dtype(float))
    for name, each in of_known(LONG, told).items():
        assert each.bound == pytest.approx(share * told[name].bound, rel=1e-6)
    assert of_known(DOUBLE, told) is told


@needs_long
def test_an_engine_that_works_in_double_precision_is_refuted():
    """By a rounding that its type would not make; the right one is not."""

    def narrow(problem):
        answer = manual(problem)
        return replace(answer, W=answer.W.astype(np.float64).astype(problem.dtype))

    found = [each.part for each in findings(as_rnn(narrow), truth_of(LONG), ("autograd",)) if each.wrong]
    assert found == ["W"]
    assert not any(each.wrong for each in findings(as_rnn(manual), truth_of(LONG)))


# A case that is stored in half precision, and the same numbers in single.
SOME = random_case(
    gated_linear_attention, np.random.default_rng(0), {"A": 2, "K": 3, "V": 2}, 2, 4, np.float32
)
HALF = stored(SOME, np.dtype(np.float16))


def test_half_precision_keeps_numbers_that_it_holds():
    """Within their domains."""
    assert {array.dtype.name for array in HALF.blocks.values()} == {"float16"}
    for name, array in as_known(HALF).blocks.items():
        np.testing.assert_array_equal(array.astype(np.float16), HALF.blocks[name])
    large = stored(replace(SOME, blocks={**SOME.blocks, "q": 1e9 * SOME.blocks["q"]}), np.dtype(np.float16))
    assert np.abs(large.blocks["q"]).max() == LARGEST_HALF
    near = replace(
        SOME, model=with_domain(SOME), blocks={**SOME.blocks, "v": 1 - 1e-6 + 0 * SOME.blocks["v"]}
    )
    assert (stored(near, np.dtype(np.float16)).blocks["v"] < 1).all()


def with_domain(case):
    """The model of a case, of which v is between 0 and 1."""
    blocks = (replace(b, domain=between_0_and_1) if b.name == "v" else b for b in case.model.blocks)
    return replace(case.model, blocks=tuple(blocks))


def test_its_answers_are_rounded_once():
    """So the bound is that of single precision, and half a unit in the last place."""
    told, single = truth_of(HALF), truth_of(as_known(HALF))
    for name, each in {**told.blocks, **told.forward}.items():
        alike = {**single.blocks, **single.forward}[name]
        np.testing.assert_array_equal(each.truth, alike.truth)
        rounded = unit(np.dtype(np.float16)) * (alike.size + alike.bound)
        assert each.bound == pytest.approx(alike.bound + rounded)
        assert each.determined


def test_what_it_does_not_hold_says_nothing():
    """Nor does what is next to nothing in it."""
    d = SOME.objective
    large = replace(HALF, objective=d.replaced(lambda a: (1000 * np.sign(a)).astype(np.float16)))
    blocks = {
        name: (100 * np.sign(a)).astype(np.float16) if name in "kv" else a for name, a in HALF.blocks.items()
    }
    assert not truth_of(replace(large, blocks={**HALF.blocks, **blocks})).determined
    small = replace(HALF, objective=d.replaced(lambda a: (1e-5 * a).astype(np.float16)))
    assert not any(each.determined for each in truth_of(small).blocks.values())
    assert holds(SOME, [Expected(np.ones(1), 0.0, 0.0, np.dtype(np.float32), np.inf)])


def refuting(module):
    """The properties that are asked of a layer that is stored in half precision, and those that refute it."""
    scope = Scope(dtypes=("float16",))
    engine = layer(module.forward, module.backward, model=gated_linear_attention, scope=scope)
    found = [*findings(engine, truth_of(HALF))]
    return {each.property for each in found}, {each.property for each in found if each.wrong}


def test_who_computes_in_single_precision_is_right():
    """Sums of several answers are not asked, of which each is rounded."""
    asked, wrong = refuting(half.of(plain))
    assert wrong == set()
    assert asked >= {"forward", "autograd", "lags", "second call", "memory layout", "units permute"}
    assert not asked & {"linearity", "cotangents add up", "records add up", "cut", "lag by lag"}


def test_who_computes_in_half_precision_is_refuted():
    """And who rounds what is carried."""
    assert "autograd" in refuting(plain)[1]
    line = "dS = dS * a[:, t, ..., None]"
    rounds = planted(plain, line, f"{line}; dS = dS.astype(np.float16).astype(np.float32)")
    wrong = refuting(half.of(rounds))[1]
    assert "autograd" in wrong
    assert "forward" not in wrong


def test_it_is_a_claim_of_who_says_so():
    """With no evidence of single steps, and under no other's "not asked"."""
    claim = resolved(Scope(dtypes=("float16", "float32")), gated_linear_attention, CAPABILITIES)
    assert "float16 rounded from float32 and float32" in claim.in_words()
    assert LAG_BY_LAG.evidence(claim) == claim.blocks
    assert LAG_BY_LAG.evidence(replace(claim, dtypes=("float16",))) == ()
    usual = resolved(None, gated_linear_attention, CAPABILITIES)
    assert "float16" not in (*usual.dtypes, *usual.not_asked(gated_linear_attention))


@pytest.mark.slow
def test_the_designed_sample_says_something_in_it():
    """Nearly all of its rows, of numbers that it holds."""
    claim = resolved(Scope(dtypes=("float16",)), gated_linear_attention, CAPABILITIES)
    made = in_floats(gated_linear_attention, claim)
    some = [made.make(row, np.random.default_rng(n)) for n, row in enumerate(made.rows(2))][::7]
    assert {case.dtype.name for case in some} == {"float16"}
    assert all(np.isfinite(array).all() for case in some for array in case.blocks.values())
    told = [truth_of(case).informative(claim.blocks) for case in some]
    assert sum(told) > 0.9 * len(told)
