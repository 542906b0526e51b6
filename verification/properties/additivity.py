"""Additivity: a backward is linear in its cotangents, so that those of two parts of them add up.

Code that looks at cotangents takes another path for some: where a record, a unit or a step has none, where
all are of one sign, or one alone is not zero. What is true of each part would take as long again as what is
true of the whole, and their sum is known. Each cotangent is in one part and zero in the other, so that
nothing rounds in them. Where the sum is off, each part is held to its own truth, for the bound of the whole
may be less than those of its parts, whose terms have not cancelled one another.
"""

from dataclasses import replace

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, is_stored
from verification.properties.asking import ask, rng_of
from verification.properties.property import About, Looked, Property
from verification.properties.ragged import RaggedTruth
from verification.properties.trial import Trial
from verification.properties.truth import Truth
from verification.truth.comparison import Disagreement, compare


def additivity(trial: Trial) -> Looked:
    """The gradients for two parts of the cotangents add up to that for all of them."""
    if is_stored(trial.truth.case):
        return
    some = parts(trial.truth.case)
    # Whether a call changes what another has answered is asked elsewhere.
    answers = [{name: got.copy() for name, got in ask(trial.engine, part).blocks.items()} for part in some]
    for name, got in trial.answer.blocks.items():
        expected = trial.truth.blocks[name]
        with np.errstate(all="ignore"):
            total = np.sum([answer[name] for answer in answers], axis=0)
        wrong = compare(f"d_{name}", total, got, 3 * expected.bound)
        off = wrong and [_off(part, name, answer[name]) for part, answer in zip(some, answers, strict=True)]
        wrong = next((each for each in off or () if each), None)
        yield name, f"for some of the cotangents alone: {wrong}" if wrong else None, expected


def _off(part: Case, name: str, got: Array) -> Disagreement | None:
    """How the gradient for a part differs from its own truth, if there is one."""
    own = RaggedTruth(part) if part.lengths is not None else Truth(part)
    if not own.determined:
        return None
    return compare(f"d_{name}", got, own.blocks[name].truth, own.blocks[name].bound)


def parts(case: Case) -> tuple[Case, Case]:
    """The case with some of its cotangents, always the same of the same, and with the others."""
    rng = rng_of(case)
    chosen = [_chosen(array, rng) for array in case.objective.arrays().values()]
    first, second = iter(chosen), iter(chosen)
    return (
        replace(
            case, objective=case.objective.replaced(lambda array: np.where(next(first), array, 0 * array))
        ),
        replace(
            case, objective=case.objective.replaced(lambda array: np.where(next(second), 0 * array, array))
        ),
    )


def _chosen(array: Array, rng: np.random.Generator) -> Array:
    """All of an array or none, what is positive, a few, or what has some indices along an axis: where."""
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
    asks=lambda claim: "cotangents" in claim.losses and "missing cotangents" not in claim.declines,
    of_large=True,
    in_turn=True,
    parts=lambda claim, case: parts(case),
)
