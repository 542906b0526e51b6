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
from verification.models.weighted import Weighted
from verification.properties.asking import is_large
from verification.properties.engine import Engine, InvalidAnswer, Unsupported

# Steps of the map: enough for chunks and windows to show, few enough for a narrow screen.
STEPS = 5


@dataclass(frozen=True, eq=False)
class Picture:
    """``case``: on what it was made, in words. ``lags``: None where no lag tells more than the sum.

    ``numbers``: of the wrong parts. ``instead``: what there is to say where nothing can be drawn.
    """

    case: str = ""
    lags: LagMap | None = None
    numbers: tuple[Beside, ...] = ()
    instead: str = ""


RIGHT = "A single call gives the right numbers, on this case and on small ones, so none can be drawn."
SILENT = "A call gives no answer that could be drawn."


def picture(engine: Engine, case: Case) -> Picture:
    """What can be shown of an engine that is refuted on a case."""
    silent = False
    for each in _cases(engine, case):
        seen = look_at(engine, each)
        silent |= bool(seen.raised)
        if seen.truth.determined and (seen.forward or seen.blocks):
            return Picture(in_words(each), _lags(engine, seen), tuple(wrong_beside(seen)))
    return Picture(instead=SILENT if silent else RIGHT)


def _cases(engine: Engine, case: Case) -> Iterator[Case]:
    """Those on which the engine may be wrong, the most telling first."""
    healthy = healthy_case(engine, steps=STEPS)
    yield healthy
    if case.policy != FULL:
        yield replace(healthy, policy=case.policy)
    if not case.dtype.hasobject:
        if case.dtype != healthy.dtype:
            yield healthy.astype(case.dtype)
        yield case


def _lags(engine: Engine, seen: Seen) -> LagMap | None:
    """Where losses and steps can be told apart: of a right forward, on a small case of several steps."""
    case = seen.truth.case
    if seen.forward or case.steps < 2 or case.lengths is not None or is_large(case):
        return None
    if isinstance(case.objective, Weighted):
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
