"""The portions of the designed sample, each kept when it is done, so that a resumed campaign asks the others.

The engine alone decides which cases a portion has and what they come to. A kept portion is therefore as good
as one that is asked again.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import replace
from itertools import count
from typing import Any

from verification.campaign.record import Record, of_tally
from verification.campaign.sampled import Sampled
from verification.campaign.store import Store
from verification.judging.run import Block
from verification.judging.tally import Tally
from verification.processes.channel import Channel
from verification.processes.fresh import Spread
from verification.processes.workers import Lost


class Portions:
    """Those of a campaign; all that is kept of them is read at once, ValueError for what is damaged.

    ``whole``: what the sample came to, where all of it is done.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept = store.portions()
        self.whole = store.sample()

    def __str__(self) -> str:
        """What is kept, in words; empty where nothing is."""
        if self.whole is not None:
            return "the designed sample"
        return f"{len(self._kept):,} portions of the designed sample" if self._kept else ""

    def finish(self, sample: Sampled) -> None:
        """Keep what all of them came to, unless that is refuted."""
        if not sample.tally.is_refuted:
            self._store.keep_sample(sample)

    def keeping(self, spread: Spread) -> Spread:
        """The same, but a portion that is kept is not asked, and one that is asked is kept when it has come.

        What is refuted is not kept: its example is needed, and a record has none.
        """
        # The run spreads the first rows, and then those that were made for what these did not meet.
        numbers = count()

        def kept_or_spread(
            work: Callable[[Any, Channel], Any], portions: Sequence[Block]
        ) -> Generator[Any, None, None]:
            numbered = list(zip(portions, numbers, strict=False))
            left = [portion for portion, number in numbered if not self._has(portion, number)]
            with closing(spread(work, left)) as coming:
                for portion, number in numbered:
                    if self._has(portion, number):
                        yield unhurried(self._kept[number][1].tally())
                        continue
                    outcome = next(coming)
                    if isinstance(outcome, Lost) or outcome.is_refuted:
                        yield outcome
                        continue
                    self._store.keep_portion(number, portion.size, of_tally(outcome))
                    yield unhurried(outcome)

        return kept_or_spread

    def _has(self, portion: Block, number: int) -> bool:
        """Is it kept? One of other cases is of a sample that what the engine's file imports has changed."""
        size, record = self._kept.get(number, (0, Record()))
        met, asked = {row for _, row in record.rows_covered}, {row for row, _ in portion.rows}
        return size == portion.size and met <= asked


def unhurried(tally: Tally) -> Tally:
    """Without the pace at which an engine was asked: portions are the same whenever a campaign goes on."""
    return replace(tally, pace=0.0)
