"""Onset: the size, or the magnitude, from which on an engine is wrong.

If small cases of healthy numbers are right and a case of a run is not, bisection moves one towards the other,
by one size, or the magnitude of one block, at a time. Calls and time are limited; the result is what was
found by then.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from typing import Self

import numpy as np

from verification.diagnosis.coded import Coded
from verification.diagnosis.probe import HALF, healthy_case, is_off, look_at
from verification.diagnosis.product_of_sizes import Sizes, threshold
from verification.diagnosis.seen_in import numbers_in_words
from verification.diagnosis.within import bisected, from_within, geometric_mean
from verification.models.arrays import Array
from verification.models.case import Case, Cotangents, in_domains, name_of
from verification.models.truncation import kind_of
from verification.processes.processor import spent
from verification.properties.engine import Engine
from verification.sampling.factors import LONG_STEPS, within
from verification.sampling.magnitudes import HEALTHY, MAGNITUDES, largest

# The most calls, and seconds after which nothing new is tried.
CALLS = 100
SECONDS = 8.0

# The share of digits that are off, where a glance tells right from wrong at any size.
CLEARLY = 1 / 3

# A factor that makes cotangents small.
FAINT = 1e-3

# What is wrong by its magnitude is wrong a little farther from health as well; another pattern is none there.
FARTHER = 1.1

# How many times as large a dimension may be tried as in the case.
LARGER = 3

# Multiples of two sizes, of which the first two that may be tried tell whether one depends on the other.
MULTIPLES = (2, LARGER, 0.5)

# What the objective is made with, by one name.
COTANGENTS, TARGETS = "cotangents", "targets"


class _Spent(Exception):
    """No call is left, or no time."""


@dataclass(eq=False)
class _Tried:
    """The engine before cases, as far as calls and time go."""

    engine: Engine
    calls: int
    until: float

    def wrong(self, case: Case) -> bool:
        """Is anything?"""
        self._spend()
        seen = look_at(self.engine, case)
        return seen.truth.determined and seen.wrong

    def off(self, case: Case, digits: float = HALF) -> bool:
        """Is anything, by more than half of the digits?"""
        self._spend()
        return case.lengths is None and is_off(self.engine, case, digits)

    def seen_at(self, case: Case) -> Callable[[Case], bool]:
        """What sees the fault of a case at other sizes as well: a glance alone sees what is far off."""
        return self.off if self.off(case, CLEARLY) else self.wrong

    def _spend(self) -> None:
        if self.calls <= 0 or spent() > self.until:
            raise _Spent
        self.calls -= 1


@dataclass(frozen=True)
class Onset:
    """From where on an engine is wrong, in words; "" where that is not found. ``codes``: of what matters.

    ``right``: which small cases are right, in words, where there may be small ones that are wrong.
    """

    words: str = ""
    codes: tuple[str, ...] = ()
    right: str = ""

    @classmethod
    def of(cls, words: Coded, right: str = "") -> Self:
        """Of one thing that matters."""
        return cls(words, (words.code,), right)


def onset(engine: Engine, case: Case) -> Onset:
    """From where on the engine is wrong, for a case on which it is."""
    found = list[Onset]()
    # What was found before calls or time ran out holds.
    with suppress(_Spent):
        for each in _found(_Tried(engine, CALLS, spent() + SECONDS), case):
            found.append(each)
    right = dict.fromkeys(each.right for each in found if each.right)
    words, codes = " and ".join(each.words for each in found), [each.codes for each in found]
    return Onset(words, tuple(chain.from_iterable(codes)), " and ".join(right))


def _found(tried: _Tried, case: Case) -> Iterator[Onset]:
    # Of a long case a truth takes seconds, and a glance is enough where it sees the fault.
    is_wrong = tried.seen_at(case)
    sizes: Sizes | None = _one_size(tried, case, is_wrong)
    if sizes is None:
        if is_wrong == tried.wrong and not tried.wrong(case):
            return
        sizes = case.sizes
    healthy = of_sizes(tried.engine, case, sizes)
    is_wrong = tried.seen_at(healthy)
    if is_wrong == tried.wrong and not tried.wrong(healthy):
        # What gates and states are tells more than what drives them there.
        small = replace(healthy_case(tried.engine, steps=2), functions=case.functions)
        found = [words for words, _ in from_within(tried.wrong, small)] or [*_from_magnitudes(tried, case)]
        yield from map(Onset.of, found or _from_numbers(tried, case, healthy))
    elif _is_limited(tried, healthy):
        # Sizes matter as far as gradients grow with them.
        words = f"where some |{COTANGENTS}| > {_edge(tried, healthy, COTANGENTS, FAINT):.2g}"
        yield Onset.of(Coded(words, f"magnitude:{COTANGENTS}"))
    else:
        yield from _from_sizes(tried, case, sizes, is_wrong)


def _is_limited(tried: _Tried, wrong: Case) -> bool:
    """Is it right where cotangents are small?"""
    if not isinstance(wrong.objective, Cotangents):
        return False
    faint = fainter(wrong)
    return not tried.off(faint) and not tried.wrong(faint)


def _one_size(tried: _Tried, case: Case, is_wrong: Callable[[Case], bool]) -> dict[str, int] | None:
    """Sizes of which one is beyond the least at which healthy numbers are wrong; None where that takes more.

    It is doubled until it is, or is the case's own: the smallest take the least time.
    """
    least = healthy_case(tried.engine).sizes
    if is_wrong(of_sizes(tried.engine, case, least)):
        return None
    for name, size in case.sizes.items():
        doubled = [least[name] * 2**k for k in range(1, 20) if least[name] * 2**k < size]
        for each in (*(doubled if name not in tried.engine.claim.sizes else ()), size):
            sizes = {**least, name: each}
            if each != least[name] and is_wrong(of_sizes(tried.engine, case, sizes)):
                return sizes
    return None


def of_sizes(engine: Engine, case: Case, sizes: Sizes) -> Case:
    """Healthy numbers of these sizes, in all else like the case."""
    dimensions = {name: size for name, size in sizes.items() if name not in ("N", "T")}
    healthy = healthy_case(engine, sizes["T"], sizes["N"], dimensions, case.dtype)
    return replace(healthy, functions=case.functions, truncation=case.truncation, chunk=case.chunk)


def fainter(case: Case) -> Case:
    """The case with small cotangents."""
    return _scaled(case, COTANGENTS, FAINT)


def _from_sizes(tried: _Tried, case: Case, sizes: Sizes, is_wrong: Callable[[Case], bool]) -> Iterator[Onset]:
    """The sizes at which healthy numbers turn wrong, those of these that matter."""
    healthy = healthy_case(tried.engine)
    least, now = dict(healthy.sizes), dict(sizes)
    if tried.wrong(of_sizes(tried.engine, case, least)):
        yield from map(Onset.of, _from_kind(tried, of_sizes(tried.engine, case, least), healthy))
        return

    def wrong(sizes: Sizes) -> bool:
        return is_wrong(of_sizes(tried.engine, case, sizes))

    most = _most(tried.engine, now)
    for name, right in least.items():
        if now[name] != right and wrong({**now, name: right}):
            now[name] = right
    # A size that does not matter where others are large may be a factor all the same.
    any_size = [name for name in least if name not in tried.engine.claim.sizes]
    free = {name: least[name] for name in any_size if now[name] >= least[name]}
    matters = any(now[name] > size for name, size in free.items())
    product = threshold(now, free, most, wrong) if matters else None
    if product is not None:
        yield Onset.of(Coded(product.words, f"size:{'·'.join(product.names)}"))
        now = dict(product.sizes)
        least.update({name: now[name] for name in product.names})
    for name, right in least.items():
        if now[name] == right or wrong({**now, name: right}):
            now[name] = right
            continue
        if name in tried.engine.claim.sizes:
            yield Onset.of(Coded(f"at {name} = {now[name]}", f"size:{name}"))
            continue

        def at(size: int, name: str = name) -> bool:
            return wrong({**now, name: size})

        now[name] = found = _bisected(at, right, now[name])
        words, other = _at_size(name, found, right, at), None
        if words == _alone(name, found):
            other = _related(name, now, most, wrong)
        if other is None:
            only = f"with {name} = {right}" if found < right else ""
            yield Onset.of(Coded(words, f"size:{name}"), only)
        else:
            words = f"where {_relation(name, other, now)}"
            yield Onset.of(Coded(words, f"size:{name}={other}"), "in which all sizes differ")
        if other is not None:
            # It is named with this one.
            least[other] = now[other]


def _most(engine: Engine, sizes: Sizes) -> dict[str, int]:
    """The largest sizes that it may be tried with."""
    claim, model = engine.claim, engine.model
    most = {
        name: within(claim, name, model.designed.get(name, max(LARGER * size, LONG_STEPS)))
        for name, size in sizes.items()
    }
    # Some sizes are those of a claim alone.
    named = {name: some[-1] for name, some in claim.sizes.items()}
    return {**most, **named, "N": claim.records[1], "T": claim.steps[1]}


def _from_kind(tried: _Tried, wrong: Case, right: Case) -> Iterator[Coded]:
    """What is not a size or a number, and without which a wrong case is right."""
    if wrong.dtype != right.dtype and not tried.wrong(wrong.astype(right.dtype)):
        yield Coded(f"in {name_of(wrong.dtype)}", f"type:{name_of(wrong.dtype)}")
    for role, function in wrong.chosen.items():
        other = right.chosen[role].name
        if function.name != other:
            named = {role: choice.name for role, choice in wrong.chosen.items()}
            if not tried.wrong(replace(wrong, functions={**named, role: other})):
                yield Coded(f"with {role} {function.name}", f"{role}:{function.name}")
    if wrong.truncation != right.truncation and not tried.wrong(replace(wrong, truncation=right.truncation)):
        yield Coded(f"under {wrong.truncation}", f"truncation:{kind_of(wrong.truncation)}")


def _at_size(name: str, found: int, right: int, wrong: Callable[[int], bool]) -> str:
    """From where on, up to where, or at which multiples it is wrong; next to ``found`` it is right."""
    beyond = found + 1 if found > right else max(1, found - 1)
    if wrong(beyond) and (found > right or found > 1):
        return f"from {name} = {found} on" if found > right else f"up to {name} = {found}"
    for part in range(2, found + 1):
        if found % part == 0 and right % part and all(map(wrong, (part, 2 * part, 3 * part))):
            return f"where {name} is a multiple of {part}"
    return _alone(name, found)


def _alone(name: str, size: int) -> str:
    return f"at {name} = {size} alone"


def _related(name: str, sizes: Sizes, most: Sizes, wrong: Callable[[Sizes], bool]) -> str | None:
    """Another size, of which this one is a multiple or a part where it is wrong; None where there is none."""

    def is_related(other: str) -> bool:
        pairs = [(each * sizes[name], each * sizes[other]) for each in MULTIPLES]
        several = [
            {**sizes, name: int(one), other: int(two)}
            for one, two in pairs
            if one <= most[name] and two <= most[other] and one % 1 == two % 1 == 0
        ][:2]
        if len(several) < 2:
            return False
        return all(map(wrong, several)) and not wrong({**sizes, other: 2 * sizes[other]})

    whole = [
        each
        for each in sizes
        if each != name and not max(sizes[each], sizes[name]) % min(sizes[each], sizes[name])
    ]
    return next(filter(is_related, whole), None)


def _relation(name: str, other: str, sizes: Sizes) -> str:
    """As "N = 4 H"."""
    less, more = sorted((name, other), key=lambda each: sizes[each])
    factor = sizes[more] // sizes[less]
    return f"{more} = {f'{factor} ' if factor > 1 else ''}{less}"


def _bisected(wrong: Callable[[int], bool], right: int, high: int) -> int:
    """The size next to a right one that is wrong, between one that is right and one that is not."""
    while abs(high - right) > 1:
        middle = (right + high) // 2
        if wrong(middle):
            high = middle
        else:
            right = middle
    return high


def _from_magnitudes(tried: _Tried, case: Case) -> Iterator[Coded]:
    """The blocks whose magnitudes matter, each with the one from which it does."""
    whole = {block.name for block in case.model.blocks if block.below is not None}
    for name in (*(name for name in case.blocks if name not in whole), *_others(case)):
        size = largest(_arrays(case, name))
        if not size and tried.engine.claim.states.get(name) == "zero":
            continue
        if not size:
            if not tried.wrong(_replaced(case, name, lambda array: np.full_like(array, 0.5))):
                yield Coded(f"where {name} is 0", f"zero:{name}")
        elif magnitude := next((each for each in MAGNITUDES if each.holds(_arrays(case, name))), None):
            factor = float(np.clip(size, *HEALTHY)) / size
            healthy = _scaled(case, name, factor)
            if tried.wrong(healthy):
                case = healthy
            elif tried.wrong(_scaled(case, name, FARTHER if factor < 1 else 1 / FARTHER)):
                found = _edge(tried, case, name, factor)
                yield Coded(f"where {magnitude.words.format(name)} {found:.2g}", f"magnitude:{name}")


def _from_numbers(tried: _Tried, case: Case, healthy: Case) -> Iterator[Coded]:
    """The blocks whose numbers matter, which are zero in part, or form a pattern: with others it is right."""
    for name in (*case.blocks, *_others(case)):
        if name in case.blocks:
            other = replace(case, blocks={**case.blocks, name: healthy.blocks[name]})
        else:
            other = replace(case, objective=healthy.objective)
        if not tried.wrong(other):
            yield numbers_in_words(case, name)


def _edge(tried: _Tried, case: Case, name: str, right: float) -> float:
    """The block's largest number at which wrong turns to right; scaled by 1 it is wrong, by ``right`` not."""
    found = bisected(lambda factor: tried.wrong(_scaled(case, name, factor)), right, 1.0, geometric_mean)
    return found * largest(_arrays(case, name))


def _others(case: Case) -> tuple[str, ...]:
    """What the objective is made with, by one name."""
    return (COTANGENTS,) if isinstance(case.objective, Cotangents) else (TARGETS,)


def _arrays(case: Case, name: str) -> list[Array]:
    return [case.blocks[name]] if name in case.blocks else [*case.objective.arrays().values()]


def _scaled(case: Case, name: str, factor: float) -> Case:
    return _replaced(case, name, lambda array: (array * factor).astype(array.dtype))


def _replaced(case: Case, name: str, change: Callable[[Array], Array]) -> Case:
    if name not in case.blocks:
        return replace(case, objective=case.objective.replaced(change))
    return in_domains(replace(case, blocks={**case.blocks, name: change(case.blocks[name])}))
