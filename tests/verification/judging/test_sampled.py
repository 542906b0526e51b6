"""Informative cases meet every possible triple of levels; what hides where levels meet is in test_conditions.

DESIGNED_SAMPLE=1 makes every row of the shipped models' layers (six minutes of one core); by default every
row of a scan, and of the others one in forty.
"""

import os
from functools import cache

import pytest

from tests.layers import RIGHT
from tests.verification.judging.test_rules import claimed
from tests.verification.sampling.test_covering import missing
from verification import layer, models
from verification.adapters.layer import CAPABILITIES
from verification.judging import sampled
from verification.judging.keeping import folder_of_user, shelf_of
from verification.judging.sampled import Sample, in_portions, truth_of_row
from verification.properties.findings import findings
from verification.sampling.covering import Exclusion
from verification.sampling.design import Goal
from verification.sampling.factors import in_words
from verification.sampling.numbering import Row
from verification.sampling.sample import in_floats


@cache
def rows_of(model, module):
    """The claim of a layer, its design, the rows of that, and where the truths of the whole run are kept."""
    claim = layer(module.forward, module.backward, model=model).claim
    design, shelf = in_floats(model, claim), shelf_of(model, folder_of_user())
    return claim, design, shelf.rows(claim, design, 3), shelf


WHOLE = bool(os.environ.get("DESIGNED_SAMPLE"))
FEW = 40


@pytest.mark.slow
@pytest.mark.parametrize(("model", "module"), RIGHT, ids=[model.name for model, _ in RIGHT])
def test_every_possible_triple_is_covered_by_an_informative_case_and_a_right_layer_agrees(model, module):
    """A row without one would be named; the bound of none is met by luck; and rows are a few hundred."""
    engine = layer(module.forward, module.backward, model=model)
    _, design, rows, shelf = rows_of(model, module)
    assert 150 < len(rows) < 600
    memory = shelf.opened()
    step = 1 if WHOLE or model is models.scan else FEW
    informative = []
    for number in range(0, len(rows), step):
        truth = truth_of_row(design, rows[number], number, engine.claim.blocks, memory)
        assert truth.informative(engine.claim.blocks), in_words(tuple(rows[number].levels.items()))
        informative.append(rows[number].levels)
        wrong = [each for each in findings(engine, truth, ("forward", "autograd")) if each.wrong]
        assert not wrong, (in_words(tuple(rows[number].levels.items())), wrong[0].wrong)
        memory.keep()
    if step == 1:
        assert not missing(informative, design.varied, 3, design.rules)


def narrow(model=models.scan):
    """A small claim, its sample of pairs."""
    return Sample(in_floats, model, claimed((model, CAPABILITIES), records=(1, 2), steps=(1, 3)), 2)


def places(numbers):
    """The rows of these numbers, as a tally tells them."""
    return [("", number) for number in numbers]


def test_coverage_counts_what_informative_rows_cover():
    """All of it, or what the first rows hold."""
    sample = narrow()
    sample.meet(places(range(len(sample.rows))))
    (pairs,) = sample.coverage()
    assert (pairs.covered, pairs.missing, pairs.vacuous) == (pairs.possible, 0, ())
    sample = narrow()
    sample.meet([("", 0), ("in Fractions", 1)])
    count = len(sample.design.every)
    assert sample.coverage()[0].covered == count * (count - 1) // 2
    assert sample.coverage()[0].missing == pairs.possible - sample.coverage()[0].covered
    assert not sample.more() or sample.unmet()


PAIR = {"A": (0, 1), "B": (0, 1)}
MADE = [Row({"A": a, "B": b}, {}) for a, b in ((0, 0), (1, 1), (0, 1), (1, 0))]


class TwoByTwo:
    """Two factors of two levels, and rows of which the second two are companions that are sought."""

    of, rules = "", ()

    def rows(self, strength):
        return MADE[:2]

    def goals(self, strength):
        return (Goal(PAIR, 2),)

    def tuples(self, strength):
        return ((PAIR, 1), (PAIR, 2))

    def around(self, unmet, attempt):
        return MADE[1 + attempt : 2 + attempt] if unmet else []


def test_other_companions_are_sought_and_then_levels_are_dead():
    """After the last round what no case of its rows said anything of is no longer missing."""
    sample = Sample(lambda model, claim: TwoByTwo(), None, None, 2, rows=TwoByTwo.rows)

    def counted():
        (pairs,) = sample.coverage()
        return pairs.covered, pairs.missing, len(pairs.vacuous)

    assert counted() == (0, 4, 0)
    assert [str(share) for share in sample.shares()] == ["singles 0%", "pairs 0%"]
    sample.meet(places([0]))
    assert [str(share) for share in sample.shares()] == ["singles 50%", "pairs 50%"]
    assert len(sample.least_met()) == 2
    for rows in (range(2, 3), range(3, 4)):
        assert counted() == (1, 3, 0)
        assert sample.more() == rows
    assert counted() == (1, 0, 3)
    assert sample.more() == range(4, 4)
    assert counted() == (1, 0, 3)
    sample.meet(places([1, 2]))
    assert (sample.least_met(), counted()) == ([], (3, 0, 1))
    sample.meet(places([3]))
    assert counted() == (4, 0, 0)


class Torn(TwoByTwo):
    """The first levels of A and B exclude each a level of C, and there are but two."""

    rules = tuple(
        Exclusion(
            f"{name} with C", (name, "C"), lambda row, name=name, c=c: (row.get(name), row.get("C")) == (0, c)
        )
        for name, c in (("A", 0), ("B", 1))
    )

    def goals(self, strength):
        return (Goal({**PAIR, "C": (0, 1)}, 2),)


def test_what_no_row_can_have_is_told_apart():
    """It is not missing, and excluded by that."""
    rows = [Row({"A": a, "B": b, "C": c}, {}) for a, b, c in ((0, 1, 1), (1, 0, 0), (1, 1, 0), (1, 1, 1))]
    sample = Sample(lambda model, claim: Torn(), None, None, 2, rows=lambda design, strength: rows)
    for count, left in ((0, 9), (3, 1), (4, 0)):
        sample.meet(places(range(count)))
        (pairs,) = sample.coverage()
        assert (pairs.possible, pairs.missing, len(sample.unmet())) == (9, left, left)
        assert pairs.excluded == {"A with C": 1, "B with C": 1, sampled.NO_ROW: 1}


def test_conditions_are_counted_in_pairs():
    """Those of 512 steps are met by the rows of that class alone; triples are without conditions."""
    sample = Sample(in_floats, models.scan, claimed((models.scan, CAPABILITIES)), 3)
    long = [number for number, row in enumerate(sample.rows) if row.sizes["T"] == 512]
    sample.meet(places(set(range(len(sample.rows))).difference(long)))
    pairs, triples = sample.coverage()
    assert (pairs.of, triples.of) == ("", "without conditions")
    assert (pairs.missing, triples.missing) == (len(sample.unmet()), 0)
    assert sum(("T", (512, 512)) in each for each in sample.unmet()) > 20
    sample.meet(places(long))
    assert sample.coverage()[0].covered == pairs.possible
    assert not sample.more()


def test_portions_hold_every_row_once_and_about_the_same_work():
    """The largest rows by themselves."""
    sample = narrow(models.lstm)
    design, rows = sample.design, sample.rows
    portions = list(in_portions(rows, lambda row: design.seconds(row.priced)))
    assert [[*in_portions(rows[:count], lambda row: 1e9)] for count in (0, 2)] == [[], [[0], [1]]]
    # Just so much as the first portion may take, and no work at all.
    assert [*in_portions(rows[:2], lambda row: sampled.FIRST / 2)] == [[0, 1]]
    assert next(len(portion) for portion in in_portions(rows[:1] * 99, lambda row: 0.0)) == sampled.MOST
    assert [number for portion in portions for number in portion] == list(range(len(rows)))
    for portion in portions:
        seconds = sum(design.seconds(rows[number].priced) for number in portion)
        assert len(portion) == 1 or seconds <= sampled.SECONDS
