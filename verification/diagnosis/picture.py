"""The contents of a refuted engine's picture: the lag map, and wrong numbers beside the right ones.

It is made on a small case of healthy numbers. Blocks that are right there are shown on further cases: under
the truncation of the failing case, under the circumstances where they are wrong, or on that case itself, so
that every block that the diagnosis names is shown.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from verification.diagnosis.got_against_want import GotAgainstWant, wrong_beside
from verification.diagnosis.lag_map import SECONDS, LagMap, TooLong, lag_map
from verification.diagnosis.probe import Seen, glance_at, healthy_case, look_at, steps_of
from verification.diagnosis.where import Elsewhere
from verification.models.case import Case, name_of
from verification.models.truncation import FULL
from verification.models.weighted import Weighted
from verification.properties.calling import is_large
from verification.properties.engine import Engine, InvalidAnswer, Unsupported

# Steps of the map: enough for chunks and windows to show, few enough for a narrow screen.
STEPS = 5


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


def in_words(case: Case) -> str:
    """The sizes, the number type and the truncation."""
    sizes = ", ".join(f"{name} {size}" for name, size in case.sizes.items())
    under = "" if case.truncation == FULL else f", under {case.truncation}"
    return f"{sizes}, {name_of(case.dtype)}{under}"
