"""What a picture of a refuted engine is made of: the lag map, and wrong numbers beside the right ones.

It is made on a small case of healthy numbers where the engine is wrong there, also under the truncation of
the case that a run found, or else on that case itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from verification.diagnosis.got_against_want import Beside, wrong_beside
from verification.diagnosis.lag_map import LagMap, lag_map
from verification.diagnosis.probe import Seen, healthy_case, look_at
from verification.models.case import Case, name_of
from verification.models.truncation import FULL
from verification.properties.asking import is_large
from verification.properties.engine import Engine, InvalidAnswer, Unsupported

# Steps of the map: enough for chunks and windows to show, few enough for a narrow screen.
STEPS = 5


@dataclass(frozen=True, eq=False)
class View:
    """One case: what it is, in words; its lag map, None where no lag tells more than the sum; wrong numbers."""

    case: str
    lags: LagMap | None
    numbers: tuple[Beside, ...]


@dataclass(frozen=True, eq=False)
class Picture:
    """``views``: of as many cases as it takes to show every block that is wrong in one of them.

    ``instead``: what there is to say where nothing can be drawn.
    """

    views: tuple[View, ...] = ()
    instead: str = ""


RIGHT = "A single call gives the right numbers, on this case and on small ones, so none can be drawn."
SILENT = "A call gives no answer that could be drawn."


def picture(engine: Engine, case: Case) -> Picture:
    """What can be shown of an engine that is refuted on a case: all that its diagnosis names."""
    silent, views = False, []
    left = engine.claim.blocks
    for seen in _seen(engine, case):
        silent |= bool(seen.raised)
        if seen.truth.determined and (seen.forward or {*seen.blocks} & {*left}):
            views.append(View(in_words(seen.truth.case), _lags(engine, seen), tuple(wrong_beside(seen))))
            left = () if seen.forward else tuple(name for name in left if name not in seen.blocks)
        if not left:
            break
    return Picture(tuple(views), "" if views else SILENT if silent else RIGHT)


def _seen(engine: Engine, case: Case) -> Iterator[Seen]:
    """Cases on which the engine may be wrong, the most telling first."""
    healthy = healthy_case(engine, steps=STEPS)
    small = [look_at(engine, healthy)]
    yield from small
    if small[0].raised or small[0].forward:
        # Elsewhere it may answer, or answer rightly.
        yield from (look_at(engine, healthy_case(engine, steps)) for steps in steps_of(engine))
    if case.policy != FULL:
        yield look_at(engine, replace(healthy, policy=case.policy))
    left = tuple(name for name in engine.claim.blocks if name not in small[0].blocks)
    yield from (each.seen for each in wrong_where(OfSome(engine, left)))
    if not case.dtype.hasobject:
        yield look_at(engine, case)


def _lags(engine: Engine, seen: Seen) -> LagMap | None:
    """Where losses and steps can be told apart: of a right forward, on a small case of several steps."""
    case = seen.truth.case
    if seen.forward or case.steps < 2 or case.lengths is not None or is_large(case):
        return None
    try:
        return lag_map(engine, case)
    except (InvalidAnswer, Unsupported):
        return None


def in_words(case: Case) -> str:
    """The sizes, the number type and the truncation."""
    sizes = ", ".join(f"{name} {size}" for name, size in case.sizes.items())
    under = "" if case.policy == FULL else f", under {case.policy}"
    return f"{sizes}, {name_of(case.dtype)}{under}"
