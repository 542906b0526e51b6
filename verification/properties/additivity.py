"""Additivity: a backward is linear in its cotangents, so the gradients for two parts of them add up.

Some code has special paths for cotangents: where a record, a unit or a step has none, where all have one
sign, or where only one is not zero. The truth of each part would take as long again as that of the whole, but
the sum of the gradients is known. Each cotangent is in one part and zero in the other, so nothing is rounded
in the split. If the sum is off, each part is compared with a truth of its own, because the bound of the whole
may be smaller than those of its parts, whose terms have not cancelled.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, is_stored
from verification.properties.calling import rng_of, run_case
from verification.properties.property import About, Checked, Property
from verification.properties.ragged import rounded_truth
from verification.properties.trial import Trial
from verification.truth.comparison import Disagreement, compare


def additivity(trial: Trial) -> Checked:
    """The gradients for two parts of the cotangents add up to that for all of them."""
    if is_stored(trial.truth.case):
        return
    some = parts(trial.truth.case)
    # Another property checks whether a call changes an earlier answer.
    answers = [
        {name: got.copy() for name, got in run_case(trial.engine, part).blocks.items()} for part in some
    ]
    for name, got in trial.answer.blocks.items():
        expected = trial.truth.blocks[name]
        with np.errstate(all="ignore"):
            total = np.sum([answer[name] for answer in answers], axis=0)
        wrong = compare(f"d_{name}", total, got, 3 * expected.bound)
        off = wrong and [_off(part, name, answer[name]) for part, answer in zip(some, answers, strict=True)]
        wrong = next((each for each in off or () if each), None)
        yield name, wrong and wrong.under("for some of the cotangents alone"), expected


def _off(part: Case, name: str, got: Array) -> Disagreement | None:
    """How the gradient for a part differs from its own truth, if that is determined."""
    own = rounded_truth(part)
    if not own.determined:
        return None
    return compare(f"d_{name}", got, own.blocks[name].truth, own.blocks[name].bound)


def parts(case: Case) -> tuple[Case, Case]:
    """The case with some of its cotangents, and with the others; equal cases are split alike."""
    rng = rng_of(case)
    chosen = [_chosen(array, rng) for array in case.objective.arrays().values()]

    def only(masks: Iterable[Array]) -> Case:
        each = iter(masks)
        kept = case.objective.replaced(lambda array: np.where(next(each), array, 0 * array))
        return replace(case, objective=kept)

    return only(chosen), only(~mask for mask in chosen)


def _chosen(array: Array, rng: np.random.Generator) -> Array:
    """A mask: all of an array or nothing, the positive entries, a few, or one index along an axis."""
    kind = int(rng.integers(array.ndim + 3))
    if kind == array.ndim:
        return np.full(array.shape, bool(rng.integers(2)))
    if kind == array.ndim + 1:
        return np.asarray(array.real > 0)
    if kind == array.ndim + 2:
        return np.asarray(rng.random(array.shape) < rng.choice((0.1, 0.5)))
    count = array.shape[kind]
    some = np.arange(count) == (0, count - 1, rng.integers(count))[int(rng.integers(3))]
    shape = [count if axis == kind else 1 for axis in range(array.ndim)]
    return np.broadcast_to(some.reshape(shape), array.shape)


ADDITIVITY = Property(
    "cotangents add up",
    "the gradients for two parts of the cotangents add up to that for all",
    About.PARTS,
    additivity,
    applies=lambda claim: "cotangents" in claim.losses and "missing cotangents" not in claim.declines,
    of_large=True,
    in_turn=True,
    parts=lambda claim, case: parts(case),
)
