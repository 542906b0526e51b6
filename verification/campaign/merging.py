"""The outcome of a campaign: the records of its blocks added up in their order, in whatever order they come.

A campaign ends with its last block, or with the first by which enough has been refuted. Both depend on the
records alone, so that the outcome is the same whoever did the work, and in which order.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from verification.campaign.blocks import Block, Place, size_of
from verification.campaign.record import Record
from verification.processes.timeout import MAX_LOST

# Refuted cases after which no more are sought: enough to choose a small one from.
ENOUGH = 100


@dataclass
class Merging:
    """What the blocks up to the first that is missing come to; ``total``: how many blocks there are.

    ``cases``: how many are in the blocks that have come, those after a missing one as well.
    """

    total: int
    record: Record = field(default_factory=Record)
    blocks: int = 0
    cases: int = 0
    _early: dict[int, Record] = field(default_factory=dict)

    @property
    def over(self) -> bool:
        """Is the outcome known?"""
        record = self.record
        return self.blocks == self.total or record.refuted >= ENOUGH or record.lost >= MAX_LOST

    @property
    def come(self) -> int:
        """How many blocks have come."""
        return self.blocks + len(self._early)

    def has(self, block: Block) -> bool:
        """Has the block come?"""
        return block.index < self.blocks or block.index in self._early

    def add(self, block: Block, record: Record) -> Iterator[Record]:
        """Add what a block came to; yields the records that have now been added up, in order."""
        self._early[block.index] = record
        self.cases += block.size
        while not self.over and self.blocks in self._early:
            added = self._early.pop(self.blocks)
            self.record += added
            self.blocks += 1
            yield added

    def holds(self, place: Place, cases: int) -> bool:
        """Is the case with this place in a block that has been added up, of so many cases?"""
        return place.block < self.blocks and place.number < size_of(place.block, cases)
