"""The larger problems do not round, take every path of the engine, and refute faults that small ones miss."""

from fractions import Fraction

import numpy as np
import pytest

from rnn import Checkpoints
from rnn.common.products import LARGE_PRODUCT, SMALL_PRODUCT
from rnn.through_time.bptt import MAX_CARRY_BYTES
from rnn.through_time.routes import MIN_BATCH, BatchedSweeps, SingleSweep, segments
from tests.quick import first_quick, one_quick_each
from verification.adapters.rnn.engine import manual
from verification.adapters.rnn.fixed_problems import LARGER_PROBLEMS, OWN_TRUNCATIONS
from verification.adapters.rnn.larger import LARGER, OWN
from verification.adapters.rnn.scoping import as_rnn
from verification.adapters.rnn.small import fits_exactly
from verification.adapters.rnn.vanilla_form import case_of
from verification.properties.findings import findings
from verification.properties.fixed import FixedTruth
from verification.truth import replay

EVERY = {**LARGER, **OWN}


def larger():
    """Every larger problem."""
    return [make() for make in LARGER.values()]


DELAY_LINES = [name for name in LARGER if name.startswith("a delay line")]


def of(name):
    """The way back that rnn takes on a problem, as segments of routes."""
    problem = EVERY[name]()
    batch = max(1, MAX_CARRY_BYTES // problem.h0.nbytes)
    every = None if problem.checkpoints is None else Checkpoints(problem.checkpoints or None)
    spacing = None if every is None else every.spacing(problem.steps)
    return segments(problem.truncation, problem.steps, problem.first_loss, batch, spacing)


@first_quick("name", [name for name in EVERY if name not in DELAY_LINES], 6)
def test_whole_numbers_are_held_exactly(name):
    """Every sum stays below the integers that its type can hold, whatever the order of its terms."""
    assert fits_exactly(EVERY[name]())


class Sparing(Fraction):
    """A Fraction that computes nothing where it meets 0, which most numbers of a delay line are."""

    def __mul__(self, other):
        """0 of 0; Fraction's product else."""
        if not self.numerator:
            return self
        return other if not other.numerator else super().__mul__(other)

    def __add__(self, other):
        """What is added to 0; Fraction's sum else."""
        if not self.numerator:
            return other
        return self if not other.numerator else super().__add__(other)

    __rmul__, __radd__ = __mul__, __add__


def exactly(array):
    """Its numbers as Fractions."""
    return np.vectorize(Sparing, otypes=[object])(array.astype(float))


@pytest.mark.slow
@pytest.mark.parametrize("name", DELAY_LINES)
def test_a_delay_line_does_not_round(name):
    """Fractions, in which nothing rounds, give the same numbers; but for the output, far below its target."""
    problem = LARGER[name]()
    exact = problem.replaced(**{array: exactly(values) for array, values in problem.arrays().items()})
    exact = exact.replaced(targets=exact.targets + manual(exact).outputs[:, -1])
    want, got = manual(exact), replay.gradient(case_of(problem), problem.dtype)
    for block, values in got.items():
        assert (exactly(values) == want.blocks()[block]).all(), block


@one_quick_each(
    "one",
    [*LARGER_PROBLEMS, *OWN_TRUNCATIONS],
    lambda each: each.property.name,
    ids=lambda each: each.name,
)
def test_the_engine_is_right(one):
    """On every one of them its answer is autograd's, and no problem is without a recurrent gradient."""
    truth = FixedTruth(one.make(), one.property)
    found = list(findings(as_rnn(manual), truth))
    assert [each.wrong for each in found if each.wrong is not None] == []
    for name in ("U", "W", "xs"):
        assert truth.blocks[name].size, name


def routes(name):
    """The kinds of route on which the sweeps of a problem travel, one for each group."""
    return [type(route) for segment in of(name) for route in segment.routes]


@pytest.mark.parametrize(
    ("name", "kind", "groups"),
    [
        ("sweeps in several groups", BatchedSweeps, 5),
        ("sweeps of a large state, one a group", BatchedSweeps, 7),
        ("earlier steps than the chunk's, in several groups", BatchedSweeps, 3),
        ("chunks of a large state, one after another", SingleSweep, 5),
        ("chunks in several groups, the last shorter", BatchedSweeps, 6),
        ("ends of chunks in several groups", BatchedSweeps, 3),
        ("512 steps", SingleSweep, 1),
    ],
)
def test_sweeps_travel_in_groups(name, kind, groups):
    """As the name of the problem says: each group of a kind, and so many of them."""
    assert routes(name) == [kind] * groups


def test_carries_are_handed_on():
    """Between segments of three steps and more, and through more than one of them."""
    for name in ("segments of five steps", "segments of the engine's own length", "segments, and a tail"):
        found = of(name)
        assert len([s for s in found if s.stop - s.start > 2 and any(r.carry_in for r in s.routes)]) > 1, name


def test_states_are_on_both_sides_of_what_goes_as_a_batch():
    """Chunks in groups, and large ones one after another."""
    chunked = [
        p
        for p in larger()
        if p.truncation_as_data.kind == "Chunked" and p.targets.ndim == 3 and p.checkpoints is None
    ]
    limits = {MAX_CARRY_BYTES // problem.h0.nbytes >= MIN_BATCH for problem in chunked}
    assert limits == {True, False}


def test_products_are_on_both_sides_of_their_limits():
    """Small, in parts (with rows left over and without), and too large for parts."""
    counts = {(p.sizes["N"], (p.sizes["H"] + p.sizes["D"] + 1) * p.sizes["H"]) for p in larger()}
    in_parts = [
        (rows, SMALL_PRODUCT // size // 4 * 4)
        for rows, size in counts
        if SMALL_PRODUCT < rows * size <= LARGE_PRODUCT
    ]
    assert {rows % part == 0 for rows, part in in_parts} == {True, False}
    assert any(rows * size > LARGE_PRODUCT for rows, size in counts)
    assert any(rows * size <= SMALL_PRODUCT for rows, size in counts)
