"""The larger problems do not round, and the engine is right on each; what they refute are mutants."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from tests.quick import first_quick, one_quick_each
from tests.vanilla import blocks_of
from verification.adapters.problem import problem_of
from verification.adapters.rnn.engine import manual
from verification.adapters.rnn.fixed_problems import LARGER_PROBLEMS, OWN_TRUNCATIONS
from verification.adapters.rnn.larger import LARGER, OWN
from verification.adapters.rnn.scoping import as_rnn
from verification.adapters.rnn.small import fits_exactly
from verification.properties.findings import findings
from verification.properties.fixed import FixedTruth
from verification.truth import replay

EVERY = {**LARGER, **OWN}


DELAY_LINES = [name for name in LARGER if name.startswith("a delay line")]


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
    case = LARGER[name]()
    blocks = {block: exactly(array) for block, array in case.blocks.items()}
    exact = replace(case, blocks=blocks, objective=case.objective.replaced(exactly))
    outputs = manual(problem_of(exact)).outputs[:, -1:]
    exact = replace(exact, objective=exact.objective.replaced(lambda targets: targets + outputs))
    want, got = blocks_of(manual(problem_of(exact))), replay.gradient(case, case.dtype)
    for block, values in got.items():
        assert (exactly(values) == want[block]).all(), block


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
