"""What an engine of a model is asked, in which order, by the seconds that it takes for a call."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import inf
from typing import TypeAlias

from verification.judging.once import once
from verification.judging.profile import Profile
from verification.judging.run import BLOCK, Block
from verification.judging.sampled import Designed, Sample, in_portions
from verification.properties.calling import beyond
from verification.properties.conduct import SECOND_CALL
from verification.properties.engine import Engine, FixedCase
from verification.properties.findings import BY_NAME, applicable, at_sizes, turns
from verification.properties.property import About
from verification.sampling import products
from verification.sampling.admitting import admits
from verification.sampling.chunks import borders
from verification.sampling.claim import Claim
from verification.sampling.draws import exact_cases
from verification.sampling.gaps import between, rows_between
from verification.sampling.numbering import Row
from verification.sampling.switches import rows_where_code_switches, where_code_switches
from verification.sampling.turns import in_turn

# Rows that are looked at before anything is known of an engine, and those before cases of other kinds: all
# single levels and most of the pairs are met by them.
OPENING, EARLY = 3, 80

# The seconds of a call beyond which an engine is slow: the 9,000 calls of a usual run then take half a
# minute, longer than all that is done beside them.
SLOW = 0.004

# The calls that a property takes beside the one that all are told by, about.
CALLS = 1.5

# Fixed cases in a block: each may take as long as some hundred drawn ones; and all cases but rows of a slow
# engine.
FIXED_BLOCK, SLOW_BLOCK = 8, 3

# The properties that a case is asked, by name.
Names: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Plan:
    """The blocks of an engine that takes ``pace`` seconds for a call.

    Of a slow engine what takes further calls takes turns, and what is drawn comes last.
    """

    engine: Engine
    pace: float = 0.0

    @property
    def is_slow(self) -> bool:
        """Does a call take long?"""
        return self.pace > SLOW

    @property
    def left_out(self) -> tuple[str, ...]:
        """What a slow engine is asked less, in words."""
        words = f"what takes further calls, but in turn beside each level (a call takes {self.pace:.2g} s)"
        return (words,) if self.is_slow and self.pace < inf else ()

    def opening(self, samples: Sequence[Sample]) -> Iterator[Block]:
        """The first rows, which tell most for their cost, by one call and, of small ones, by a second one.

        In that an engine has compiled what it compiles for each shape.
        """
        for number, row in enumerate(samples[0].rows[:OPENING]):
            second = () if beyond(row.sizes, self.engine.claim.least) else (SECOND_CALL.name,)
            asked = replace(row, turns=(*self._by_one_call, *second))
            yield Block(1, rows=((number, asked),), designed=samples[0].designed)

    def blocks(self, samples: Sequence[Sample], profile: Profile, seed: int) -> Iterator[Block]:
        """Designed cases that tell much first; the dear ones last, or of a slow engine the drawn ones."""
        floats, *others = samples
        border = self._at_borders(floats.rows)
        numbers = sorted(range(OPENING, len(floats.rows)), key=lambda number: number not in border)
        rows = [*zip(numbers, self._in_turn([floats.rows[n] for n in numbers]), strict=True)]
        yield from self._portions(floats.designed, rows[:EARLY])
        longest = 0 if self.is_slow else 1
        yield from self._portions(between, self._between(profile, seed)[:longest])
        switches = rows_where_code_switches(self.engine.model, self.engine.claim)
        switching = self._portions(where_code_switches, [*enumerate(self._in_turn(switches))])
        meeting = chain(switching, self._of_products())
        fixed, drawn = self._fixed(), self.drawn(profile, seed, longest)
        other = (self.portions(sample, range(len(sample.rows))) for sample in others)
        dear = self._portions(floats.designed, rows[EARLY:])
        quick, slow = (meeting, fixed, drawn, *other, dear), (fixed, dear, meeting, drawn, *other)
        for blocks in slow if self.is_slow else quick:
            yield from blocks

    def _of_products(self) -> Iterator[Block]:
        """Sizes that meet, in every run the same; of a slow engine one shape at a time."""
        model, claim = self.engine.model, self.engine.claim
        rows = products.dealt_out(model, claim, *at_sizes(claim))
        for portion in products.in_processes(rows, 1 if self.is_slow else products.TOGETHER):
            numbered = tuple((number, rows[number]) for number in portion)
            yield Block(len(numbered), rows=numbered, designed=products.of_products)

    def _at_borders(self, rows: Sequence[Row]) -> set[int]:
        """The first row at each border of chunks: as numbers these are no levels, and would come late."""
        claim = self.engine.claim
        first = {(row.sizes["T"], row.levels.get("chunk")): n for n, row in reversed([*enumerate(rows)])}
        at = [(steps, chunk if claim.chunks else None) for _, steps, chunk in borders(claim)]
        return {first[each] for each in at if each in first}

    def _fixed(self) -> Iterator[Block]:
        """What the engine brings, and what is asked once."""
        brought = (*self.engine.fixed, *once(self.engine))
        fixed = tuple(each for each in brought if _is_asked(self.engine.claim, each))
        for start, count in _in_blocks(len(fixed), SLOW_BLOCK if self.is_slow else FIXED_BLOCK):
            some, names = fixed[start : start + count], self._one_in_turn(start, count)
            yield Block(count, fixed=some, turns=names)

    def drawn(self, profile: Profile, seed: int, begun: int = 0) -> Iterator[Block]:
        """Cases that are drawn: all of a run that its seed decides.

        ``begun``: how many of the rows between the classes have been looked at.
        """
        block = SLOW_BLOCK if self.is_slow else BLOCK
        for start, count in _in_blocks(profile.cases, block):
            yield Block(count, f"{seed} {start}", turns=self._one_in_turn(start, count))
        for start, count in _in_blocks(profile.exact_cases if self.engine.claim.exact else 0, block):
            yield Block(count, f"{seed} exact {start}", drawn=exact_cases)
        yield from self._portions(between, self._between(profile, seed)[begun:])

    def _between(self, profile: Profile, seed: int) -> list[tuple[int, Row]]:
        """Sizes between those of the designed sample, of no more cases than are drawn.

        The one of most steps is the first: few others have a last block of 256 steps that is not whole.
        """
        rows = rows_between(self.engine.model, self.engine.claim, seed)
        numbered = [*zip(rows, self._in_turn(rows.values()), strict=True)][: profile.cases]
        longest = max(numbered, key=lambda one: one[1].sizes["T"], default=None)
        return sorted(numbered, key=lambda one: one is not longest)

    def portions(self, sample: Sample, numbers: Sequence[int]) -> Iterator[Block]:
        """Rows of a sample, in blocks of little work at first."""
        rows = self._in_turn([sample.rows[number] for number in numbers])
        yield from self._portions(sample.designed, [*zip(numbers, rows, strict=True)])

    def _portions(self, designed: Designed, rows: Sequence[tuple[int, Row]]) -> Iterator[Block]:
        seconds = designed(self.engine.model, self.engine.claim).seconds

        def work(row: Row) -> float:
            return seconds(row.priced) + self._asking(row.turns or ())

        for portion in in_portions([row for _, row in rows], work):
            yield Block(len(portion), rows=tuple(rows[i] for i in portion), designed=designed)

    def _in_turn(self, rows: Iterable[Row]) -> list[Row]:
        return in_turn(rows, turns(self.engine.claim, self.is_slow))

    @property
    def _by_one_call(self) -> Names:
        return tuple(each.name for each in applicable(self.engine.claim) if not each.takes_turns(False, True))

    def _one_in_turn(self, start: int, count: int) -> tuple[Names, ...]:
        """What so many cases are asked that are no rows, from one on: by a slow engine one more in turn."""
        one = self._by_one_call
        more = [each.name for each in applicable(self.engine.claim) if each.name not in one]
        return tuple((*one, more[(start + i) % len(more)]) for i in range(count)) if self.is_slow else ()

    def _asking(self, names: Names) -> float:
        """About the seconds of the calls of a case that is asked these."""
        return self.pace * (1 + CALLS * sum(BY_NAME[name].about is not About.CALL for name in names))


def _in_blocks(cases: int, size: int) -> Iterator[tuple[int, int]]:
    """Where each block of so many cases starts, and how many it has."""
    return ((start, min(size, cases - start)) for start in range(0, cases, size))


def _is_asked(claim: Claim, fixed: FixedCase) -> bool:
    """Does it claim the case, and equality where that is asked for?"""
    return (fixed.property is None or fixed.property.applies(claim)) and admits(claim, fixed.make())
