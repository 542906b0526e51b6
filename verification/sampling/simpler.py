"""Simpler cases: what a case becomes if one thing of it is left out, cut, or made plain.

A wrong case is made smaller by these, one after another, as long as it stays wrong: so it keeps the condition
that a fault needs, and nothing else.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from verification.models.arrays import Array
from verification.models.axes import Axis, taken
from verification.models.case import Case, Cotangents, Targets, in_domains, of_each_cotangent
from verification.models.truncation import FULL, Standard
from verification.models.weighted import Weighted
from verification.sampling.claim import FEW, FEW_STEPS, Claim
from verification.sampling.factors import dimensions

# To parts of this numbers are rounded, away from 0, so that an example can be read.
QUARTER = 4

Changes: TypeAlias = Callable[[Case, Claim], Iterator[Case]]


def capped(case: Case, claim: Claim) -> Iterator[Case]:
    """With no size beyond 1, beyond 2, 3, 5 and so on: the smallest takes the least time."""
    most, more = 1, 2
    while most < max(case.sizes.values()):
        yield from _of_sizes(case, claim, dict.fromkeys(case.sizes, most))
        most, more = more, most + more


def plainer(case: Case, claim: Claim) -> Iterator[Case]:
    """With nothing said of layouts, of records' ends, of how it is computed, of truncation or weights."""
    for layouts in ({}, *({n: how for n, how in case.layouts.items() if n != name} for name in case.layouts)):
        if layouts != case.layouts:
            yield replace(case, layouts=layouts)
    if case.lengths is not None:
        yield replace(case, lengths=None)
    if case.checkpoints or case.workspace:
        yield replace(case, checkpoints=None, workspace=False)
    if case.truncation != FULL and "Full" in claim.truncations:
        yield replace(case, truncation=FULL)
    plain = {role: names[0] for role, names in claim.functions.items()}
    if {**plain, **case.functions} != plain:
        yield replace(case, functions=plain)
    if isinstance(case.objective, Weighted):
        yield replace(case, objective=Targets(case.objective.targets, case.objective.last))


def smaller(case: Case, claim: Claim) -> Iterator[Case]:
    """With one size less: 1, half of it, or one less; the first of them or the last."""
    # Where records end, and what a truncation of one's own reaches, is counted from the first step.
    counted = case.lengths is not None or not isinstance(case.truncation, Standard)
    for name, size in case.sizes.items():
        for fewer in dict.fromkeys((1, size // 2, size - 1)):
            yield from _of_sizes(case, claim, {name: fewer})
            if 0 < fewer < size and _is_claimed(claim, name, fewer):
                last = slice(size - fewer, None)
                if name == "N":
                    yield case.of_records(last)
                elif name != "T":
                    yield in_domains(replace(of_entries(case, name, np.arange(size)[last]), source=""))
                elif not counted:
                    yield case.of_steps(last)


def rounded(case: Case, claim: Claim) -> Iterator[Case]:
    """With quarters for numbers, or with two digits: of all arrays, or of one of them."""
    if not case.dtype.hasobject:
        yield from _by(in_quarters, case)
        yield from _by(in_two_digits, case)


def _by(rounding: Callable[[Array], Array], case: Case) -> Iterator[Case]:
    objective = case.objective.replaced(rounding)
    arrays = {**case.blocks, **case.objective.arrays()}
    made = in_domains(replace(case, blocks={name: rounding(a) for name, a in case.blocks.items()}))
    changed = {name for name, a in {**made.blocks, **objective.arrays()}.items() if (a != arrays[name]).any()}
    if changed:
        yield replace(made, objective=objective)
        for name in made.blocks:
            if name in changed:
                yield replace(case, blocks={**case.blocks, name: made.blocks[name]})
        if changed - {*case.blocks}:
            yield replace(case, objective=objective)


# What is tried in turns, once sizes are capped.
CHANGES: tuple[Changes, ...] = (plainer, smaller, rounded)


def in_quarters(array: Array) -> Array:
    """None becomes 0 that was not."""
    return _each_part(lambda part: np.sign(part) * np.ceil(np.abs(part) * QUARTER) / QUARTER, array)


def in_two_digits(array: Array) -> Array:
    """Where they are no quarters, which can be read as they are."""

    def cut(part: Array) -> Array:
        short = np.array([float(f"{number:.1e}") for number in part.ravel().tolist()]).reshape(part.shape)
        return np.where(part * QUARTER == np.round(part * QUARTER), part, short)

    return _each_part(cut, array)


def _each_part(change: Callable[[Array], Array], array: Array) -> Array:
    """The real and the imaginary part, each changed."""
    # A number next to the largest remains as it is.
    with np.errstate(over="ignore"):
        made = change(array.real) + 1j * change(array.imag) if np.iscomplexobj(array) else change(array)
    return np.where(np.isfinite(made), made, array).astype(array.dtype)


def _is_claimed(claim: Claim, name: str, size: int) -> bool:
    if name in ("N", "T"):
        low, high = claim.records if name == "N" else claim.steps
        few = FEW if name == "N" else FEW_STEPS
        return low <= size <= high and (not claim.compiled or size in few)
    return size in claim.sizes.get(name, (size,)) and (not claim.compiled or size in FEW)


def _of_sizes(case: Case, claim: Claim, most: dict[str, int]) -> Iterator[Case]:
    """With no more than these, of each size that has one, if the claim has as few; nothing as it is."""
    made = case
    for name, size in case.sizes.items():
        fewer = next(
            (n for n in range(max(1, most.get(name, size)), size) if _is_claimed(claim, name, n)), size
        )
        if fewer < size and name == "N":
            made = made.of_records(slice(fewer))
        elif fewer < size and name == "T":
            made = made.of_steps(slice(fewer))
        elif fewer < size:
            made = of_entries(made, name, np.arange(fewer))
    if made is not case:
        yield in_domains(replace(made, source=""))


def of_entries(case: Case, name: str, entries: Array) -> Case:
    """With these entries of a dimension alone, in this order."""

    def some(array: Array, axes: Sequence[Axis]) -> Array:
        return taken(array, axes, case.sizes, name, entries)

    blocks = {each: some(array, case.model.block(each).axes) for each, array in case.blocks.items()}
    objective = case.objective
    if isinstance(objective, Cotangents):
        objective = of_each_cotangent(case, some)
    elif isinstance(objective, Targets | Weighted) and name not in dimensions(case.model, False):
        # The size of the outputs alone.
        objective = replace(objective, targets=objective.targets[..., entries])
    return replace(case, blocks=blocks, objective=objective)
