"""How the arrays of a case lie in memory, by its level, and the numbers that a layout takes: equal ones."""

from dataclasses import replace
from itertools import combinations, islice

import numpy as np

from verification.models.case import Case, objective_given
from verification.models.layouts import ALTERNATE, ONE_BUFFER, SHARED, STEPS_FIRST
from verification.models.model import PARAMETERS, Use
from verification.sampling.factors import ALONE, IN_C_ORDER, MIXED
from verification.sampling.patterns import PATTERNS, SAME_RECORDS, SAME_STEPS


def repeating(case: Case, rng: np.random.Generator) -> Case:
    """An input, a state or the objective is the same for all records, or an input at all steps."""
    named = [block.name for block in case.model.of(Use.INPUT, Use.STATE)]
    chosen = int(rng.integers(len(named) + 1))
    if chosen == len(named):
        alike = PATTERNS[SAME_RECORDS].apply
        return replace(case, objective=case.objective.replaced(lambda array: alike(array, rng)))
    name = named[chosen]
    level = (SAME_RECORDS, SAME_STEPS)[int(rng.integers(2)) if name in case.inputs else 0]
    return replace(case, blocks={**case.blocks, name: PATTERNS[level].apply(case.blocks[name], rng)})


def sharing(case: Case, rng: np.random.Generator) -> Case:
    """Two inputs, two states, two cotangents, or a state and its own are of one memory and have its numbers.

    They are those of the one that has the largest, and none that is zero shares those of one that is not;
    nor does one of another domain.
    """
    loss_arrays = case.objective.arrays()
    domains = {block.name: (block.domain, block.below) for block in case.model.blocks}
    kinds = [
        *({b.name: case.blocks[b.name] for b in case.model.of(use)} for use in (Use.INPUT, Use.STATE)),
        loss_arrays,
        *(
            {name: case.blocks[name], d: loss_arrays[d]}
            for name, d in _of_states(case).items()
            if d in loss_arrays
        ),
    ]
    pairs = [
        (a, b) if np.abs(arrays[a]).max() >= np.abs(arrays[b]).max() else (b, a)
        for arrays in kinds
        for a, b in combinations(arrays, 2)
        if arrays[a].shape == arrays[b].shape
        and arrays[a].any() == arrays[b].any()
        and domains.get(a, (None, None)) == domains.get(b, (None, None))
    ]
    if not pairs:
        return case
    source, other = pairs[int(rng.integers(len(pairs)))]
    numbers = case.blocks[source] if source in case.blocks else loss_arrays[source]
    names = iter(loss_arrays)
    return replace(
        case,
        blocks={name: numbers if name == other else array for name, array in case.blocks.items()},
        objective=case.objective.replaced(lambda array: numbers if next(names) == other else array),
        layouts={source: SHARED, other: SHARED},
    )


def _of_states(case: Case) -> dict[str, str]:
    """Each state, and what a final state's cotangent is called."""
    return {block.name: f"d_state[{i}]" for i, block in enumerate(case.model.of(Use.STATE))}


def layouts_of(case: Case, level: str, rng: np.random.Generator) -> dict[str, str]:
    """By the name of an array, how it lies; none in C order, nor what ``mixed`` says of each by itself."""
    of_loss = objective_given(case, case.objective).arrays()
    parameters = [block.name for block in case.model.of(*PARAMETERS) if block.name in case.blocks]
    by_record = [name for name in case.blocks if name not in parameters] + list(of_loss)
    arrays = {**case.blocks, **of_loss}
    if level in (IN_C_ORDER, MIXED):
        return {}
    if level == SHARED:
        return dict(case.layouts)
    if level in ALONE:
        # In one that has two axes the order can be seen.
        seen = [name for name, array in arrays.items() if sum(n > 1 for n in array.shape) > 1] or list(arrays)
        return {seen[int(rng.integers(len(seen)))]: ALONE[level]}
    # What has an axis of steps, which of the objective are outputs, or what comes first.
    sequences = [*case.inputs, *islice(of_loss, len(case.model.outputs))]
    some = {STEPS_FIRST: sequences, ALTERNATE: by_record, ONE_BUFFER: parameters}
    return dict.fromkeys(some.get(level, list(arrays)), level)
