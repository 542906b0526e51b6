"""The cases that a claim is asked: fixed ones, small and larger, and small ones that Hypothesis draws.

The small fixed ones are what every run must have met, so that none depends on luck. What is drawn shrinks
towards one record, one step, one of every dimension, and numbers in quarters.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from verification.arrays import Array
from verification.asked.case import Case, Cotangents, random_case
from verification.asked.model import Model, Use
from verification.asked.scope import Claim, number_types

# The most of each size in a drawn case.
SMALL = 6

# Factors of a block's usual size: alive, decaying, loud, and saturating.
SCALES = (1.0, 0.5, 0.1, 3.0, 0.01, 10.0)

# How far a quarter's whole numbers go: such an example can be read.
QUARTERS = 8

# How often a run meets what it must have met; fewer could be a coincidence.
TIMES = 3

# (records, steps, every dimension): powers of two and their neighbours, one size large at a time, or two.
LARGER = (
    (2, 64, 3),
    (3, 33, 5),
    (65, 3, 4),
    (17, 9, 2),
    (5, 4, 33),
    (2, 2, 65),
    (1, 17, 16),
    (33, 2, 17),
)


@st.composite
def cases(draw: st.DrawFn, model: Model, claim: Claim, dtype: str | None = None) -> Case:
    """Every size up to ``SMALL``, each block with a scale of its own."""
    least, most = claim.records
    records = draw(st.integers(least, max(least, min(most, SMALL))))
    least, most = claim.steps
    steps = draw(st.integers(least, max(least, min(most, SMALL))))
    sizes = {name: draw(st.integers(1, SMALL)) for name in dimensions(model)}
    dtype = dtype or draw(st.sampled_from(claim.dtypes[::-1]))
    quarters = not draw(st.booleans())
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    case = random_case(model, rng, sizes, records, steps, np.dtype(dtype), claim.functions)
    still = claim.states == "zero" or draw(st.integers(0, 7)) == 7
    blocks = {}
    for block in model.blocks:
        if block.name in case.blocks:
            array = case.blocks[block.name]
            array = _in_quarters(array) if quarters else array * draw(st.sampled_from(SCALES))
            blocks[block.name] = 0 * array if still and block.use is Use.STATE else array
    objective = case.objective
    kind = draw(st.integers(0, 3))
    if kind and isinstance(objective, Cotangents):
        # The outputs' part alone, the final state's alone, or the last output's.
        none = tuple(0 * array for array in objective.state)
        objective = (
            Cotangents(objective.outputs, none),
            Cotangents(0 * objective.outputs, objective.state),
            Cotangents(_last_alone(objective.outputs), none),
        )[kind - 1]
    return replace(case, blocks=blocks, objective=objective.replaced(_in_quarters) if quarters else objective)


def _in_quarters(array: Array) -> Array:
    """Numbers between −1 and 1 as −2, −7/4, … 2; none becomes 0 that was not."""

    def whole(part: Array) -> Array:
        away: Array = np.sign(part) * np.ceil(np.abs(part) * QUARTERS) / 4
        return away

    if np.iscomplexobj(array):
        return np.asarray(whole(array.real) + 1j * whole(array.imag)).astype(array.dtype)
    return whole(array).astype(array.dtype)


def designed(model: Model, claim: Claim) -> Iterator[Case]:
    """Healthy cases of the least sizes, of a state of zero, and of a cotangent of the final state alone.

    ``TIMES`` in each number type.
    """

    def made(number: int, dtype: np.dtype[np.generic], records: int, steps: int) -> Case:
        records = min(max(records, claim.records[0]), claim.records[1])
        steps = min(max(steps, claim.steps[0]), claim.steps[1])
        sizes = {name: 2 + (number + i) % 3 for i, name in enumerate(dimensions(model))}
        rng = np.random.default_rng(number)
        case = random_case(model, rng, sizes, records, steps, dtype, claim.functions)
        return _without_state(case) if claim.states == "zero" else case

    for number in range(TIMES):
        for dtype in number_types(claim):
            yield made(number, dtype, 1, 1)
            yield _without_state(made(number, dtype, 2, 5))
            case = made(number, dtype, 3, 3)
            objective = case.objective
            assert isinstance(objective, Cotangents)  # as of every random case
            yield replace(case, objective=Cotangents(0 * objective.outputs, objective.state))


def _without_state(case: Case) -> Case:
    """The case with an initial state of zero."""
    still = {block.name: 0 * case.blocks[block.name] for block in case.model.of(Use.STATE)}
    return replace(case, blocks={**case.blocks, **still})


def _last_alone(outputs: Array) -> Array:
    last = 0 * outputs
    last[:, -1] = outputs[:, -1]
    return last


def dimensions(model: Model) -> tuple[str, ...]:
    """The dimensions of what a layer has."""
    blocks = model.of(Use.STEP, Use.INPUT, Use.STATE)
    return tuple(dict.fromkeys(name for block in blocks for name in block.dimensions))


def larger(model: Model, claim: Claim) -> tuple[Callable[[], Case], ...]:
    """The larger cases that lie within the claim, each made when it is called."""
    makers = []
    for number, (records, steps, size) in enumerate(LARGER):
        records = min(max(records, claim.records[0]), claim.records[1])
        steps = min(max(steps, claim.steps[0]), claim.steps[1])
        dtype = number_types(claim)[number % len(claim.dtypes)]

        def make(
            number: int = number,
            records: int = records,
            steps: int = steps,
            size: int = size,
            dtype: np.dtype[np.generic] = dtype,
        ) -> Case:
            rng = np.random.default_rng(number)
            # Dimensions beside each other, for a fault may hide where two are equal.
            sizes = {name: max(1, size - i) for i, name in enumerate(dimensions(model))}
            case = random_case(model, rng, sizes, records, steps, dtype, claim.functions)
            return _without_state(case) if claim.states == "zero" else case

        makers.append(make)
    return tuple(makers)
