"""Numbers at which code takes another path: each kind in a small case of its own, in every claimed type.

A tanh is cut off at some 5 to 20 and a sigmoid at some 10 to 45, where a softplus, a logarithm of a sigmoid
or an exponential switches to another formula; what is made of a decay near 1 or 0 cancels; an epsilon, a
threshold or a test for zero tells where numbers are next to nothing, or where one record is far quieter than
the others; a test for equality where records are alike.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import chain
from typing import TypeAlias

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, in_domains
from verification.models.model import Block, Model, Use
from verification.models.stored import dtype_of, limits
from verification.sampling.claim import Claim, rational
from verification.sampling.conditions import conditions
from verification.sampling.design import Design
from verification.sampling.factors import (
    OVERFLOWING,
    dimensions,
    matrices,
    needs_readout,
    numbers_given,
    vectors,
    within,
)
from verification.sampling.mixed import NOTHING
from verification.sampling.numbering import Row
from verification.sampling.patterns import ALIKE, PATTERNS, SAME_RECORDS, is_square
from verification.sampling.products import plain
from verification.sampling.quiet import NEXT_TO, PART, QUIET_COTANGENTS, QUIET_NUMBERS, UNIT, in_part
from verification.sampling.sample import by_levels, in_floats
from verification.sampling.zeros import RECORD, STEP

# Records, steps, and each dimension.
SMALL = {"N": 3, "T": 6}
UNITS = 4

# Where functions are cut off, or other formulas take their place: so large are numbers that are far out.
LEAST, MOST = 5.0, 45.0

# How many of the states are so.
PART_OF_STATES = 0.5

# A function may be cut off in one gate and on one side alone, and the error shows between there and where the
# function has reached its limit: of so many records each gate meets all of that.
FAR_RECORDS = 17

# What is next to nothing under a tanh: a power of two, which rounds nothing.
UNDER_TANH = 2.0**-18

# What is as large as pixels, counts or prices, or as a state that nothing bounds: beyond what 8 and 16 bits
# hold, and a half precision.
LARGE_NUMBER = 2.0**17

# How far gates are that a bias opens or closes: nearly, so that what is left is no rounding; and beyond any
# number from which on one may be taken for open or closed.
NEARLY, WHOLLY = (8.0, 14.0), (20.0, 30.0)

# By what recurrent weights are larger, so that what is carried grows a thousandfold and more, and all else
# smaller, so that no function bounds a state: powers of two, which round nothing.
STEEP, FAINT = 64.0, 2.0**-60

Change: TypeAlias = Callable[[Case, np.random.Generator], Case]


def where_code_switches(model: Model, claim: Claim) -> Design:
    """How a case is made of such a row."""

    def make(row: Row, rng: np.random.Generator) -> Case:
        return in_domains(CHANGES[row.levels["switch"]](by_levels(row, model, claim, rng), rng))

    return replace(in_floats(model, claim), of="where code switches", make=make)


def rows_where_code_switches(model: Model, claim: Claim) -> tuple[Row, ...]:
    """The rows: of each kind that this model has numbers for, in each type."""
    if claim.compiled:
        return ()
    wanted = {**dict.fromkeys(dimensions(model, needs_readout(claim)), UNITS), **SMALL}

    far = {**wanted, "N": FAR_RECORDS}

    def row(name: str, dtype: str, levels: Mapping[str, str]) -> Row:
        of_row = far if name == FAR_OUT else wanted
        sizes = {each: within(claim, each, size) for each, size in of_row.items()}
        return Row({**plain(model, claim, sizes), **levels, "type": dtype, "switch": name}, sizes)

    return tuple(
        row(name, dtype, levels)
        for name in CHANGES
        if _has(model, claim, name)
        for dtype in claim.dtypes
        for levels in (_tending_to_limits(model, claim) if name == FAR_OUT else ({},))
    )


def _tending_to_limits(model: Model, claim: Claim) -> Iterator[Mapping[str, str]]:
    """Levels by which each function that is not rational plays its role once, and a number overflows."""
    others = rational(model, claim)
    roles = {
        role: [n for n in of if n not in others[role]] or [of[0]] for role, of in claim.functions.items()
    }
    beyond = OVERFLOWING in conditions(model, claim).get("vectors", ())
    for i in range(max(map(len, roles.values()))):
        functions = {f"function {role}": names[i % len(names)] for role, names in roles.items()}
        yield functions | ({"vectors": OVERFLOWING} if beyond else {})


def _has(model: Model, claim: Claim, name: str) -> bool:
    """Is there anything for it to change, and of which nothing grows without bound?"""
    if name in (FAR_OUT, *ON_ONE_SIDE):
        return bool(model.functions and (name == FAR_OUT or _shifted(model)))
    if name == GROWING:
        return bool(_recurrent(model)) and all(
            limits(dtype_of(each)).tiny < FAINT**2 for each in claim.dtypes
        )
    if name == LARGE_SCALE:
        return bool(_read(model) or _linear_states(model))
    if name in (QUIET_RECORD, A_QUIET_RECORD, EQUAL_RECORDS) and claim.records[1] < 2:
        return False
    return "cotangents" in claim.losses or name not in (QUIET_RECORD, QUIET_STEP, DENORMAL_COTANGENTS)


def _kept(block: Block, array: Array) -> Array:
    """The numbers, or their negatives, where its domain leaves either as it is."""
    for each in (array, -array):
        if block.domain is None or np.array_equal(block.domain(each), each):
            return each
    return array


def _far_out(case: Case, rng: np.random.Generator) -> Case:
    """Some numbers of each input, and of each state that is not always zero."""
    blocks = dict(case.blocks)
    states = tuple(block for block in case.model.of(Use.STATE) if blocks[block.name].any())
    for block in (*numbers_given(case.model), *states):
        array = blocks[block.name]
        far = _kept(block, rng.uniform(LEAST, MOST, array.shape))
        far = far * rng.choice((-1, 1), array.shape) if block.domain is None else far
        blocks[block.name] = in_part(array, far, PART_OF_STATES if block in states else PART, rng)
    return replace(case, blocks=blocks)


def _shifted(model: Model) -> tuple[Block, ...]:
    """What is added within functions, of any numbers: vectors, and inputs that no matrix reads."""
    inputs = (block for block in numbers_given(model) if block not in _read(model))
    return tuple(block for block in (*vectors(model), *inputs) if block.domain is None)


def _all_far(sign: int, ends: tuple[float, float]) -> Change:
    """All such numbers are far on one side, as the biases of gates that start open or closed."""

    def change(case: Case, rng: np.random.Generator) -> Case:
        def far(array: Array) -> Array:
            return (sign * rng.uniform(*ends, array.shape)).astype(array.dtype)

        return _with(case, {block.name: far for block in _shifted(case.model)})

    return change


def _recurrent(model: Model) -> tuple[Block, ...]:
    """The weights that read the units that they write."""
    return tuple(block for block in model.of(Use.STEP) if block.domain is None and is_square(block))


def _growing(case: Case, rng: np.random.Generator) -> Case:
    """Recurrent weights are large, and inputs, states and vectors next to nothing."""
    case = _times(FAINT, Use.INPUT, Use.STATE, Use.STEP)(case, rng)
    return _with(case, {b.name: lambda a: (a * STEEP).astype(a.dtype) for b in _recurrent(case.model)})


def _read(model: Model) -> dict[Block, tuple[Block, ...]]:
    """Each input of one axis that matrices read, and those."""
    readers = {
        block: tuple(matrix for matrix in matrices(model, False) if matrix.axes[-1:] == block.axes)
        for block in numbers_given(model)
        if block.domain is None
    }
    return {block: found for block, found in readers.items() if found}


def _linear_states(model: Model) -> tuple[Block, ...]:
    """The states that a step is linear in, so that they may be of any size."""
    return tuple(block for block in model.of(Use.STATE) if len(block.axes) > 1 or not model.functions)


def _large_scale(case: Case, rng: np.random.Generator) -> Case:
    """Inputs are whole numbers of either size beyond a byte's, and what reads them is as much smaller.

    So are states that nothing bounds. The products are as ever.
    """

    def larger(array: Array) -> Array:
        return np.rint(array * LARGE_NUMBER).astype(array.dtype)

    changes = {block.name: larger for block in (*_read(case.model), *_linear_states(case.model))}
    for matrix in chain.from_iterable(_read(case.model).values()):
        changes[matrix.name] = lambda array: (array / LARGE_NUMBER).astype(array.dtype)
    return _with(case, changes)


def _near(base: float) -> Change:
    """All numbers of inputs and of vectors are a little below this one, or above it."""

    def change(case: Case, rng: np.random.Generator) -> Case:
        blocks = dict(case.blocks)
        for block in (*numbers_given(case.model), *vectors(case.model)):
            array = blocks[block.name]
            blocks[block.name] = _kept(block, NEXT_TO[base].apply(array, rng)).astype(array.dtype)
        return replace(case, blocks=blocks)

    return change


def _times(factor: float, *uses: Use) -> Change:
    """All numbers of these uses, but those of matrices."""

    def change(case: Case, rng: np.random.Generator) -> Case:
        some = [*case.model.of(*(use for use in uses if use is not Use.STEP))]
        some += vectors(case.model) if Use.STEP in uses else ()
        return _with(case, {b.name: lambda a: (a * factor).astype(a.dtype) for b in some if b.domain is None})

    return change


def _denormal(case: Case, rng: np.random.Generator) -> Case:
    """Inputs and states below the least normal number."""
    return _times(float(limits(case.dtype).tiny) / 4, Use.INPUT, Use.STATE)(case, rng)


def _equal_records(case: Case, rng: np.random.Generator) -> Case:
    """Inputs, states and cotangents of all are those of one."""

    def change(array: Array) -> Array:
        return PATTERNS[SAME_RECORDS].apply(array, rng)

    case = _with(case, {block.name: change for block in case.model.of(Use.INPUT, Use.STATE)})
    return replace(case, objective=case.objective.replaced(change))


def _equal_states(case: Case, rng: np.random.Generator) -> Case:
    """Each state is one number throughout."""
    return _with(case, {b.name: lambda a: PATTERNS[ALIKE].apply(a, rng) for b in case.model.of(Use.STATE)})


def _quiet(part: str, *uses: Use) -> Change:
    """What has one index in all arrays of these uses is far below the others."""

    def change(case: Case, rng: np.random.Generator) -> Case:
        names = [block.name for block in case.model.of(*uses) if block.domain is None or part == UNIT]
        if not names:
            return case
        made = QUIET_NUMBERS[part].apply([case.blocks[name] for name in names], rng)
        return replace(case, blocks={**case.blocks, **dict(zip(names, made, strict=True))})

    return change


def _with(case: Case, changes: Mapping[str, Callable[[Array], Array]]) -> Case:
    blocks = {name: changes[name](a) if name in changes else a for name, a in case.blocks.items()}
    return replace(case, blocks=blocks)


FAR_OUT = "inputs and states of 5 to 45"
ON_ONE_SIDE: Mapping[str, Change] = {
    "vectors and inputs of 8 to 14": _all_far(1, NEARLY),
    "vectors and inputs of −14 to −8": _all_far(-1, NEARLY),
    "vectors and inputs of 20 to 30": _all_far(1, WHOLLY),
    "vectors and inputs of −30 to −20": _all_far(-1, WHOLLY),
}
GROWING = "cotangents that grow on their way"
LARGE_SCALE = "large inputs and small weights"
EQUAL_RECORDS, QUIET_RECORD, QUIET_STEP = "equal records", "a quiet record", "a quiet last step"
A_QUIET_RECORD, DENORMAL_COTANGENTS = "a record of quiet inputs and states", "denormal cotangents"

CHANGES: Mapping[str, Change] = {
    FAR_OUT: _far_out,
    **ON_ONE_SIDE,
    GROWING: _growing,
    LARGE_SCALE: _large_scale,
    "inputs and vectors near 1": _near(1.0),
    "inputs and vectors near 0": _near(0.0),
    "inputs next to nothing": _times(NOTHING, Use.INPUT),
    "states next to nothing": _times(NOTHING, Use.STATE),
    "little under a tanh": _times(UNDER_TANH, Use.INPUT, Use.STATE, Use.STEP),
    "denormal inputs and states": _denormal,
    "equal states": _equal_states,
    EQUAL_RECORDS: _equal_records,
    QUIET_RECORD: QUIET_COTANGENTS[RECORD].apply,
    A_QUIET_RECORD: _quiet(RECORD, Use.INPUT, Use.STATE),
    QUIET_STEP: QUIET_COTANGENTS[STEP].apply,
    "a step of quiet inputs": _quiet(STEP, Use.INPUT),
    "a quiet unit": _quiet(UNIT, Use.STATE),
    DENORMAL_COTANGENTS: QUIET_COTANGENTS["denormal"].apply,
}
