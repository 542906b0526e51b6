"""Merging: the outcome depends on the records alone, and not on the order in which they come."""

import random

from verification.campaign.blocks import CASES, Block, Place
from verification.campaign.merging import ENOUGH, Merging
from verification.campaign.record import Record
from verification.processes.timeout import MAX_LOST


def merged(records, order):
    """What records come to that come in an order, as far as they are looked at."""
    merging = Merging(len(records))
    added = []
    for index in order:
        added += merging.add(Block(0, index), records[index])
    return merging, added


def test_any_order_gives_the_same():
    """All are added, each once, in the order of their blocks."""
    records = [Record(cases=2**index) for index in range(12)]
    for seed in range(20):
        order = random.Random(seed).sample(range(12), 12)
        merging, added = merged(records, order)
        assert merging.over
        assert added == records
        assert merging.record.cases == 2**12 - 1


def test_what_is_missing_is_waited_for():
    """Nothing beyond it is added, and it is not over."""
    merging, added = merged([Record(cases=1)] * 5, [0, 2, 3, 4])
    assert (len(added), merging.blocks, merging.over) == (1, 1, False)
    assert (merging.come, merging.cases) == (4, 4 * CASES)
    assert [merging.has(Block(0, index)) for index in range(5)] == [True, False, True, True, True]


def test_enough_refutations_end_it_at_the_same_block():
    """Whatever has come of later blocks; so do cases that cost a process each."""
    for each, until in ((Record(refuted=ENOUGH // 2), 2), (Record(refuted=1, lost=1), MAX_LOST)):
        records = [each] * 9
        for order in (range(9), range(8, -1, -1)):
            merging, added = merged(records, order)
            assert merging.over
            assert len(added) == merging.blocks == until


def test_it_is_known_which_cases_are_in():
    """Those of blocks that have been added up, and of the last one as many as there are."""
    merging, _ = merged([Record(), Record()], [0])
    assert merging.holds(Place(0, 0, 3), cases=60)
    assert not merging.holds(Place(0, 1, 3), cases=60)
    assert not merging.holds(Place(0, 0, 3), cases=3)
