"""Circumstances: healthy cases that each have one thing otherwise, within the claim."""

from collections import Counter

import numpy as np

from tests.layers import lstm, scan
from verification import Scope, layer, models
from verification.diagnosis.circumstances import LARGE, circumstances, ending_early, large
from verification.diagnosis.seen_in import facts
from verification.sampling.admitting import admits


def engine_of(model=models.lstm, module=lstm, **claimed):
    return layer(module.forward, module.backward, model=model, scope=Scope(**claimed) if claimed else None)


def test_the_first_is_plain_and_the_others_have_something_that_it_has_not():
    """Or numbers of one of nine other magnitudes, of which no more is seen."""
    engine = engine_of()
    plain, *others = circumstances(engine)
    known = {*facts(plain)}
    assert not any(" 0" in fact or "one-hot" in fact for fact in known)
    found = [[fact for fact in facts(case) if fact not in known] for case in others]
    assert sum(not each for each in found) == 9
    seen = Counter(fact for each in found for fact in each)
    for fact in ("in float32", "where xs is one-hot", "where b is 0", "where a step of xs is 0"):
        assert seen[fact], fact
    assert seen["with U, W, b in memory: in one buffer"]
    assert len(others) <= 60


def test_all_of_them_lie_within_the_claim():
    """Whatever it leaves out."""
    narrow = {
        "states": "zero",
        "records": (1, 1),
        "steps": (2, 3),
        "dtypes": ("float32",),
        "declines": ("zero blocks", "patterns", "overflow", "views"),
    }
    for engine in (engine_of(), engine_of(**narrow), engine_of(models.scan, scan)):
        cases = [*circumstances(engine), *large(engine)]
        assert [case.sizes for case in cases if not admits(engine.claim, case)] == []
    facts_of_narrow = {fact for case in circumstances(engine_of(**narrow)) for fact in facts(case)}
    assert not any("one-hot" in fact or "in memory: in one" in fact for fact in facts_of_narrow)


def test_each_size_is_large_in_one_case():
    """As far as the claim goes."""
    sizes = [case.sizes for case in large(engine_of())]
    assert [Counter(each.values())[LARGE] for each in sizes] == [1, 1, 1, 1]
    assert [case.sizes["N"] for case in large(engine_of(records=(1, 9)))] == [9, 3, 3, 3]


def test_records_that_end_early_are_in_no_order_that_sorting_keeps():
    """Nor one that sorting twice brings back."""
    case = ending_early(engine_of(models.scan, scan, lengths=True))
    lengths = np.array(case.lengths)
    assert max(lengths) == case.steps
    for order in (np.argsort(lengths), np.argsort(-lengths)):
        assert not np.any(order == np.arange(len(order)))
        assert not np.array_equal(order[order], np.arange(len(order)))
    assert ending_early(engine_of(models.scan, scan, lengths=True, records=(1, 2))).lengths == (2, 4)
