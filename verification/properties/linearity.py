"""Linearity: a backward is linear in its cotangents, so scaled cotangents give a scaled gradient.

A power of two scales every product and every sum without rounding, fused operations as well. So two answers,
one scaled back, differ no more than any two answers to the problem itself: by twice its bound, which is far
below the effect of a clip, a threshold or an epsilon at these powers. The bits may differ: an engine that
shares sums between threads takes them in another order at every call.

Every engine may lose what underflows, and the bound of the problem allows for that only at its own size of
cotangents. Scaled down by 2 ** k, a cotangent that was k powers above ``least_healthy`` is lost as well. So
an answer that is off is compared with the scaled problem's own truth, whose L (``tolerance``) accounts for
it. Scaled up, less is lost, and cotangents are scaled no further than ``ROOM`` powers of two below overflow.
"""

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from verification.models.case import Case, is_stored
from verification.properties.calling import run_case
from verification.properties.engine import Answer
from verification.properties.property import About, Checked, Property
from verification.properties.ragged import rounded_truth
from verification.properties.trial import AnsweredCase, Trial
from verification.truth.comparison import compare

# Powers of two, up and down, by the largest exponent of a type. In single precision they trigger limits of 5
# to 1e9 and of 1e-4 to 1e-13 if a gradient is about 1; in the others, every limit that is likely to be
# written.
POWERS = {128: (40, -50), 1024: (100, -100)}
WIDEST = 1024

# Powers of two between the largest sum of terms and the largest number of a type, for intermediate results.
ROOM = 20


def linearity(trial: Trial) -> Checked:
    """Cotangents that are 2 ** k times as large have 2 ** k times the gradient."""
    for power in () if is_stored(trial.truth.case) else powers(trial):
        case = scaled(trial.truth.case, 2.0**power)
        own = rounded_truth(case)
        yield from scaled_back(trial, power, run_case(trial.engine, case), own)


def scaled_back(trial: AnsweredCase, power: int, answer: Answer, own: Any) -> Checked:
    """Compares the answer to scaled cotangents, divided by 2 ** power, with that to the case itself.

    ``own``: the truth of the scaled case, which allows for what underflows.
    """
    for name, got in answer.blocks.items():
        expected = trial.truth.blocks[name]
        with np.errstate(all="ignore"):
            back = got.astype(expected.truth.dtype) / 2.0**power
        wrong = compare(f"d_{name}", back, trial.answer.blocks[name], 2 * expected.bound)
        if wrong and own.determined and compare("", got, own.blocks[name].truth, own.blocks[name].bound):
            clause = f"with cotangents 2**{power} times as large, divided by that: {wrong}"
            yield name, clause, expected
        else:
            yield name, None, expected


def scaled(case: Case, factor: float) -> Case:
    """The case with cotangents times a factor."""
    return replace(case, objective=case.objective.replaced(lambda array: array * factor))


def powers(trial: Trial) -> Iterator[int]:
    """The powers by which the cotangents of a case are scaled; up only as far as there is room."""
    largest = max(max(each.size, float(each.terms)) for each in trial.truth.blocks.values())
    yield from powers_of(int(np.finfo(trial.truth.case.dtype).maxexp), largest)


def powers_of(most: int, largest: float) -> Iterator[int]:
    """The same, for a type whose largest exponent is ``most``, if this is the largest number."""
    up, down = POWERS.get(most, POWERS[WIDEST])
    room = most - ROOM - math.frexp(max(1.0, largest))[1]
    if room > 0:
        yield min(up, room)
    yield down


LINEARITY = Property(
    "linearity",
    "cotangents that are 2**k times as large have 2**k times the gradient",
    About.SCALE,
    linearity,
    applies=lambda claim: "cotangents" in claim.losses,
    of_large=True,
    in_turn=True,
)
