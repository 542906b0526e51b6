"""The contents of a refuted engine's picture: the lag map, and wrong numbers beside the right ones.

It is made on a small case of healthy numbers. Blocks that are right there are shown on further cases: under
the truncation of the failing case, under the circumstances where they are wrong, or on that case itself, so
that every block that the diagnosis names is shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from verification.diagnosis.lag_map import SECONDS, LagMap, TooLong, lag_map
from verification.diagnosis.probe import Seen, glance_at, healthy_case, look_at, steps_of
from verification.diagnosis.where import Elsewhere
from verification.diagnosis.words import by_part, sizes_in_words, wrong_parts
from verification.models.arrays import Array
from verification.models.case import Case
from verification.models.truncation import FULL
from verification.models.weighted import Weighted
from verification.processes.invalid import InvalidAnswer, Unsupported
from verification.properties.calling import is_large
from verification.properties.engine import Engine

# Steps of the map: enough for chunks and windows to show, few enough for a narrow screen.
STEPS = 5

# Of how many numbers of a part a picture shows each; of more, these many.
POINTS = 60


@dataclass(frozen=True, eq=False)
class GotAgainstWant:
    """Numbers of a block, or of one of its parts: expected, given (both flat and real), and what is accepted.

    Of a complex number, the real and the imaginary part are two. ``count``: how many there are in all.
    """

    name: str
    part: str
    expected: Array
    given: Array
    bound: float
    count: int

    @property
    def wrong(self) -> Array:
        """Which are off by more than is accepted."""
        error = np.abs(self.given - self.expected)
        return np.asarray(~(error <= self.bound))


@dataclass(frozen=True, eq=False)
class Picture:
    """``case``: on what it was made, in words. ``lags``: the map, or None, and ``unmapped`` says why.

    ``numbers``: of the wrong parts. ``more``: pictures of further cases, where one does not show every block
    that is wrong. ``instead``: what there is to say where nothing can be drawn.
    """

    case: str = ""
    lags: LagMap | None = None
    numbers: tuple[GotAgainstWant, ...] = ()
    more: tuple["Picture", ...] = ()
    instead: str = ""
    unmapped: str = ""

    @property
    def has_map(self) -> bool:
        """Is there one, of this case or of a further one?"""
        return self.lags is not None or any(each.has_map for each in self.more)


RIGHT = "A single call gives the right numbers, on this case and on small ones, so none can be drawn."
SILENT = "A call gives no answer that could be drawn."


def picture(engine: Engine, case: Case, elsewhere: Elsewhere | None = None) -> Picture:
    """What can be shown of an engine that is refuted on a case: every block that a diagnosis names."""
    elsewhere = elsewhere or Elsewhere(engine)
    drawn: list[Picture] = []
    silent, left = False, engine.claim.blocks
    for seen, where in _seen(engine, case, elsewhere):
        silent |= bool(seen.raised)
        if seen.truth.determined and (seen.forward or {*seen.blocks} & {*left}):
            title = in_words(seen.truth.case)
            title += f", {where}" if where and where.removeprefix("in ") not in title else ""
            lags, unmapped = _lags(engine, seen)
            drawn.append(Picture(title, lags, tuple(wrong_beside(seen)), unmapped=unmapped))
            left = () if seen.forward else tuple(name for name in left if name not in seen.blocks)
        if not left:
            break
    if not drawn:
        return Picture(instead=SILENT if silent else RIGHT)
    first, *more = drawn
    return replace(first, more=tuple(more))


def _seen(engine: Engine, case: Case, elsewhere: Elsewhere) -> Iterator[tuple[Seen, str]]:
    """Cases on which the engine may be wrong, the most telling first, and their circumstances, if any."""
    healthy = healthy_case(engine, steps=STEPS)
    first = look_at(engine, healthy)
    yield first, ""
    known = {*first.blocks}
    for steps in steps_of(engine):
        seen = glance_at(engine, healthy_case(engine, steps))
        if seen is not None:
            yield seen, ""
            known |= {*seen.blocks}
    if case.truncation != FULL:
        yield look_at(engine, replace(healthy, truncation=case.truncation)), ""
    found = elsewhere.of(tuple(name for name in engine.claim.blocks if name not in known))
    some = [(look_at(engine, each.seen.truth.case), each.words) for each in found if not each.seen.raised]
    yield from (each for each in some if each[1])
    if not case.dtype.hasobject:
        yield look_at(engine, case), ""
    # Those of large sizes have no map.
    yield from (each for each in some if not each[1])


def _lags(engine: Engine, seen: Seen) -> tuple[LagMap | None, str]:
    """The lag map, where losses and steps can be separated; or why they cannot."""
    why = _unmapped(seen.truth.case, bool(seen.forward))
    if why:
        return None, why
    try:
        found = lag_map(engine, seen.truth.case)
    except TooLong:
        return None, f"it takes more than {SECONDS:g} s, waiting for a processor not counted"
    except (InvalidAnswer, Unsupported) as error:
        return None, f"the engine does not answer each loss by itself: {error}"
    return found, "" if found else "each loss by itself is right, and several at once are not"


def _unmapped(case: Case, forward: bool) -> str:
    """Why a case has no map, which is of a right forward, on a small case of several steps."""
    if forward:
        return "the forward is wrong already"
    if case.steps < 2:
        return "the case has one step"
    if case.lengths is not None:
        return "its records end early"
    if is_large(case):
        return "the case is large"
    if isinstance(case.objective, Weighted):
        return "its losses are weighted, or of classes"
    return ""


def beside(name: str, part: str, got: Array, want: Array, bound: float) -> GotAgainstWant:
    """Of arrays of one shape; of many numbers, the worst and some that stand for all."""
    given, expected = _flat(got), _flat(want)
    count = len(given)
    if count > POINTS:
        error = np.abs(given - expected)
        worst = np.argsort(np.where(np.isnan(error), np.inf, error))[-POINTS // 4 :]
        chosen = np.union1d(worst, np.linspace(0, count - 1, POINTS - len(worst)).astype(int))
        given, expected = given[chosen], expected[chosen]
    return GotAgainstWant(name, part, expected, given, bound, count)


def _flat(array: Array) -> Array:
    flat = np.ravel(array)
    return np.concatenate((flat.real, flat.imag) if np.iscomplexobj(flat) else (flat,)).astype(float)


def wrong_beside(seen: Seen) -> Iterator[GotAgainstWant]:
    """The wrong parts of a forward, or else the wrong blocks; part by part where some are right."""
    for name in seen.forward:
        expected = seen.truth.forward[name]
        yield beside(name, "", seen.values[name], expected.truth, expected.bound)
    for name in () if seen.forward else seen.blocks:
        whole = {"": (seen.got[name], seen.want(name))}
        shown = by_part(seen, name) if wrong_parts(seen, name) else whole
        for part, (got, want) in shown.items():
            yield beside(name, part, got, want, seen.bound(name))


def in_words(case: Case) -> str:
    """The sizes, the number type and the truncation."""
    under = "" if case.truncation == FULL else f", under {case.truncation}"
    return f"{sizes_in_words(case)}{under}"
