"""The order of checks for an engine of a model, which depends on the seconds that a call takes."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from math import inf
from typing import TypeAlias

from verification.judging.once import once
from verification.judging.profile import Profile
from verification.judging.run import BLOCK, CaseBlock
from verification.judging.sampled import Designed, Sample, in_portions
from verification.judging.sought import sought
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
from verification.sampling.sample import with_nothing_else
from verification.sampling.switches import rows_where_code_switches, where_code_switches
from verification.sampling.turns import in_turn

# Rows that are run before anything is known of an engine, and those before cases of other kinds: together
# they meet all single levels and most of the pairs.
OPENING, EARLY = 3, 80

# An engine is slow if a call takes longer: then the 9,000 calls of a usual run take half a minute, more than
# everything else in it.
SLOW = 0.004

# About how many calls a property takes beside the first call on a case.
CALLS = 1.5

# Fixed cases in a block: each may take as long as some hundred drawn ones; and for a slow engine all cases
# but rows.
FIXED_BLOCK, SLOW_BLOCK = 8, 3

# The names of the properties that are checked on a case.
Names: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Plan:
    """The blocks for an engine that takes ``pace`` seconds for a call.

    For a slow engine, properties that need further calls take turns, and drawn cases come last.
    """

    engine: Engine
    pace: float = 0.0

    @property
    def is_slow(self) -> bool:
        """Does a call take long?"""
        return self.pace > SLOW

    @property
    def left_out(self) -> tuple[str, ...]:
        """The checks that a slow engine does not get, in words."""
        words = f"what takes further calls, but in turn beside each level (a call takes {self.pace:.2g} s)"
        return (words,) if self.is_slow and self.pace < inf else ()

    def opening(self, samples: Sequence[Sample]) -> Iterator[CaseBlock]:
        """The first rows, which show most for their cost: with one call, and on small rows with a second one.

        After that an engine has compiled what it compiles for each shape.
        """
        for number, row in enumerate(samples[0].rows[:OPENING]):
            second = () if beyond(row.sizes, self.engine.claim.least) else (SECOND_CALL.name,)
            with_turns = replace(row, turns=(*self._by_one_call, *second))
            yield CaseBlock(1, rows=((number, with_turns),), designed=with_nothing_else)

    def blocks(self, samples: Sequence[Sample], profile: Profile, seed: int) -> Iterator[CaseBlock]:
        """Designed cases that show much come first, expensive ones last; for a slow engine, drawn ones."""
        floats, *others = samples
        border = self._at_borders(floats.rows)
        numbers = sorted(range(OPENING, len(floats.rows)), key=lambda number: number not in border)
        rows = [*zip(numbers, self._in_turn([floats.rows[n] for n in numbers]), strict=True)]
        yield from self._portions(floats.designed, rows[:EARLY])
        numbered, early = self._between(profile, seed, floats.rows), 0 if self.is_slow else 1
        yield from self._portions(between, numbered[:early])
        switches = rows_where_code_switches(self.engine.model, self.engine.claim)
        switching = self._portions(where_code_switches, [*enumerate(self._in_turn(switches))])
        # A run that is to meet single levels meets single large sizes.
        meeting = chain(switching, self._of_products() if profile.strength > 1 else ())
        later = self._portions(between, numbered[early:])
        fixed, drawn = self._fixed(), chain(self._at_random(profile, seed), later)
        other = (self.portions(sample, range(len(sample.rows))) for sample in others)
        dear = self._portions(floats.designed, rows[EARLY:])
        quick, slow = (meeting, fixed, drawn, *other, dear), (fixed, dear, meeting, drawn, *other)
        for blocks in slow if self.is_slow else quick:
            yield from blocks

    def _of_products(self) -> Iterator[CaseBlock]:
        """Products of sizes, the same in every run; for a slow engine one shape at a time."""
        model, claim = self.engine.model, self.engine.claim
        rows = products.dealt_out(model, claim, *at_sizes(claim))
        for portion in products.in_processes(rows, 1 if self.is_slow else products.TOGETHER):
            numbered = tuple((number, rows[number]) for number in portion)
            yield CaseBlock(len(numbered), rows=numbered, designed=products.of_products)

    def _at_borders(self, rows: Sequence[Row]) -> set[int]:
        """The first row at each border of chunks: these numbers are no levels, and would come late."""
        claim = self.engine.claim
        at = {(steps, chunk) for _, steps, chunk in borders(claim)}
        numbered = reversed([*enumerate(rows)])
        first = {(row.sizes["T"], row.levels.get("chunk", claim.chunk)): n for n, row in numbered}
        return {first[each] for each in at & {*first}}

    def _fixed(self) -> Iterator[CaseBlock]:
        """The engine's fixed cases, and those that are run once."""
        brought = (*self.engine.fixed, *once(self.engine))
        fixed = tuple(each for each in brought if _applies(self.engine.claim, each))
        for start, count in _in_blocks(len(fixed), SLOW_BLOCK if self.is_slow else FIXED_BLOCK):
            some, names = fixed[start : start + count], self._one_in_turn(start, count)
            yield CaseBlock(count, fixed=some, turns=names)

    def drawn(self, profile: Profile, seed: int) -> Iterator[CaseBlock]:
        """Drawn cases, the only ones that depend on the seed."""
        yield from self._at_random(profile, seed)
        yield from self._portions(between, self._between(profile, seed, ()))

    def _at_random(self, profile: Profile, seed: int) -> Iterator[CaseBlock]:
        """Cases whose levels and numbers are all drawn."""
        block = SLOW_BLOCK if self.is_slow else BLOCK
        for start, count in _in_blocks(profile.cases, block):
            yield CaseBlock(count, f"{seed} {start}", turns=self._one_in_turn(start, count))
        for start, count in _in_blocks(profile.exact_cases if self.engine.claim.exact else 0, block):
            yield CaseBlock(count, f"{seed} exact {start}", drawn=exact_cases)

    def _between(self, profile: Profile, seed: int, designed: Sequence[Row]) -> list[tuple[int, Row]]:
        """Sizes between those of the designed sample, in no more cases than are drawn.

        The one with most steps comes first: few others have a last block of 256 steps that is incomplete.
        """
        rows = rows_between(self.engine.model, self.engine.claim, seed, designed)
        numbered = [*zip(rows, self._in_turn(rows.values()), strict=True)][: profile.cases]
        longest = max(numbered, key=lambda one: one[1].sizes["T"], default=None)
        return sorted(numbered, key=lambda one: one is not longest)

    def portions(self, sample: Sample, numbers: Sequence[int]) -> Iterator[CaseBlock]:
        """Rows of a sample, in blocks that are small at first."""
        rows = self._in_turn([sample.rows[number] for number in numbers])
        yield from self._portions(sample.designed, [*zip(numbers, rows, strict=True)])

    def sought(self, seen: Mapping[str, int]) -> Iterator[CaseBlock]:
        """Cases for entries of the contract that were met too rarely, each in a process of its own."""
        for number, each in enumerate(sought(self.engine, seen)):
            yield CaseBlock(1, fixed=(each,), turns=self._one_in_turn(number, 1))

    def _portions(self, designed: Designed, rows: Sequence[tuple[int, Row]]) -> Iterator[CaseBlock]:
        seconds = designed(self.engine.model, self.engine.claim).seconds

        def work(row: Row) -> float:
            return seconds(row.priced) + self._seconds(row.turns or ())

        for portion in in_portions([row for _, row in rows], work):
            yield CaseBlock(len(portion), rows=tuple(rows[i] for i in portion), designed=designed)

    def _in_turn(self, rows: Iterable[Row]) -> list[Row]:
        return in_turn(rows, turns(self.engine.claim, self.is_slow))

    @property
    def _by_one_call(self) -> Names:
        return tuple(each.name for each in applicable(self.engine.claim) if not each.takes_turns(False, True))

    def _one_in_turn(self, start: int, count: int) -> tuple[Names, ...]:
        """The properties of so many cases that are no rows; for a slow engine, one more in turn."""
        one = self._by_one_call
        more = [each.name for each in applicable(self.engine.claim) if each.name not in one]
        return tuple((*one, more[(start + i) % len(more)]) for i in range(count)) if self.is_slow else ()

    def _seconds(self, names: Names) -> float:
        """About how many seconds the calls of a case with these properties take."""
        return self.pace * (1 + CALLS * sum(BY_NAME[name].about is not About.CALL for name in names))


def _in_blocks(cases: int, size: int) -> Iterator[tuple[int, int]]:
    """The start and the size of each block of so many cases."""
    return ((start, min(size, cases - start)) for start in range(0, cases, size))


def _applies(claim: Claim, fixed: FixedCase) -> bool:
    """Does the engine claim the case, and exactness where the case needs it?"""
    return (fixed.property is None or fixed.property.applies(claim)) and admits(claim, fixed.make())
