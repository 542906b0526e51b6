"""Clipped gradients: by value, or scaled to a norm; and what is dropped below a threshold.

At ordinary cotangents a gradient may be right that does not scale with them. The search is for the least
factor at which it is wrong, where what is clipped, or dropped, is next to its limit.
"""

from collections.abc import Sequence

import numpy as np

from verification.diagnosis.coded import Coded, mistake
from verification.diagnosis.probe import Seen, healthy_case, look, look_at, steps_of
from verification.diagnosis.stages import Diagnosis
from verification.diagnosis.words import constant_factor, gates, verb
from verification.models.arrays import Array
from verification.models.case import Case, Cotangents
from verification.models.model import Use
from verification.models.stored import limits
from verification.properties.engine import Engine
from verification.properties.linearity import POWERS, WIDEST, scaled
from verification.properties.property import Finding
from verification.properties.truth import Truth
from verification.truth.comparison import near

# The relative error within which a clipped gradient has to meet its limit.
CLOSE = 1e-5

# The part of the largest error that clipping may leave unexplained.
LEFT = 1e-2

# Times that the interval in which it begins is halved: of a hundred powers of two one part in three hundred.
HALVED = 14


def clipped(engine: Engine, seen: Seen) -> Coded | None:
    """How the wrong blocks are clipped, in words that follow "as if"; None if they are not."""
    return _by_value(seen) or _by_norm(engine, seen)


def _by_value(seen: Seen) -> Coded | None:
    """Clipped by value: small entries are right, large ones are ± one number, which recurs or is round."""
    blocks = [(seen.got[name], seen.want(name)) for name in seen.blocks]
    if not blocks or any(np.iscomplexobj(got) or not np.all(np.isfinite(got)) for got, _ in blocks):
        return None
    limit = max(float(np.max(np.abs(got))) for got, _ in blocks)
    met = sum(int(np.sum(np.abs(got) >= limit * (1 - CLOSE))) for got, _ in blocks)
    is_round = abs(limit - float(f"{limit:.2g}")) <= CLOSE * limit
    clips = limit and (met > 1 or is_round) and all(_is_clipped(got, want, limit) for got, want in blocks)
    return mistake("clipped", f"gradients were clipped to ±{limit:.4g}") if clips else None


def _is_clipped(got: Array, want: Array, limit: float) -> bool:
    """Does clipping explain the answer, and its error? What is rounded is near what is clipped as well."""
    due = np.clip(want, -limit, limit)
    return near(got, due, CLOSE) and near(got - want, due - want, LEFT)


def _by_norm(engine: Engine, seen: Seen) -> Coded | None:
    """Clipped by norm: each wrong block is a fraction of the truth, and does not grow with the cotangents."""
    factors = [constant_factor(seen.got[name], seen.want(name)) for name in seen.blocks]
    if not factors or any(factor is None or not 0 < factor < 1 for factor in factors):
        return None
    case = seen.truth.case
    doubled = look(engine, Truth(scaled(case, 2)))
    kept = (name in doubled.got and near(doubled.got[name], seen.got[name], CLOSE) for name in seen.blocks)
    if not all(kept):
        return None
    norms = [float(np.linalg.norm(seen.got[name])) for name in seen.blocks]
    if len(norms) > 1 and max(norms) - min(norms) <= CLOSE * max(norms):
        return mistake("clipped", f"each gradient were scaled to a norm of {norms[0]:.4g}")
    norm = float(np.linalg.norm(norms))
    return mistake("clipped", f"the gradients were scaled to a norm of {norm:.4g} in all")


def of_scale(engine: Engine, finding: Finding) -> Diagnosis:
    """The diagnosis of a gradient that is wrong for large cotangents, or for small ones."""
    largest = int(limits(healthy_case(engine).dtype).maxexp)
    for power in POWERS.get(largest, POWERS[WIDEST]):
        by_steps = [look_at(engine, _healthy(engine, steps, power)) for steps in steps_of(engine)]
        wrong = [seen for seen in by_steps if seen.blocks and not seen.forward]
        if wrong:
            return _told(engine, wrong, power)
    return Diagnosis("size", sentence=f"{finding.wrong}: small cases of healthy numbers are right.")


def _healthy(engine: Engine, steps: int, power: float) -> Case:
    return scaled(healthy_case(engine, steps), 2.0**power)


def _told(engine: Engine, wrong: Sequence[Seen], power: int) -> Diagnosis:
    first, last = wrong[0], wrong[-1]
    size = "large" if power > 0 else "small"
    begins = _beginning(engine, first, power)
    clip = _clip(engine, first, last, begins) if power > 0 else _threshold(begins)
    tail = f", as if {clip}" if clip else f", from cotangents of about {_largest(begins):.2g} on"
    clause = f"{', '.join(last.blocks)} {verb(last.blocks)} wrong"
    sentence = f"{clause} where cotangents are {size}{tail}: at ordinary ones it is right."
    where = ("magnitude:cotangents",)
    return Diagnosis("size", last.blocks, gates(last), sentence, clip, conditions=where)


def _beginning(engine: Engine, wrong: Seen, power: float) -> Seen:
    """The case at about the least factor at which it is wrong."""
    right, steps = 0.0, wrong.truth.case.steps
    for _ in range(HALVED):
        middle = (right + power) / 2
        seen = look_at(engine, _healthy(engine, steps, middle))
        if seen.blocks:
            power, wrong = middle, seen
        else:
            right = middle
    return wrong


def _clip(engine: Engine, first: Seen, last: Seen, begins: Seen) -> Coded | None:
    """Of gradients, or of what is carried: with one step that is the initial state's gradient alone."""
    clip = clipped(engine, first) or clipped(engine, begins)
    states = {block.name for block in engine.model.of(Use.STATE)}
    if clip and set(first.blocks) <= states and not set(last.blocks) <= states:
        carried = f"what is carried of {', '.join(first.blocks)} were"
        return mistake("clipped", clip.replace("gradients were", carried))
    return clip


def _threshold(begins: Seen) -> Coded | None:
    """What is zero and should not be, where that is all that is wrong: the largest such entry."""
    dropped = [
        float(np.max(np.abs(begins.want(name)[begins.got[name] == 0]), initial=0)) for name in begins.blocks
    ]
    return mistake("clipped", f"what is below {max(dropped):.2g} were dropped") if all(dropped) else None


def _largest(seen: Seen) -> float:
    objective = seen.truth.case.objective
    assert isinstance(objective, Cotangents)  # as of every case that is scaled
    return max(float(np.max(np.abs(array))) for array in objective.arrays().values())
