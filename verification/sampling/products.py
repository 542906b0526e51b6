"""Sizes that meet: a few rows of the sizes of a training, and of products at which code takes another path.

Pools, workspaces, tiles, threads, in-place paths and the width of an index begin at *products* of sizes. The
designed sample has each size beside every level of every factor, but a large one beside small ones: all of
them together would cost too much. Here several are large at once, few times, in random numbers: no zeros, no
pattern, no two records alike, arrays in C order. Each row is run in every claimed type that costs little,
the least precise first, in one process: what an engine keeps by shape is met in another type then, where
numbers and layouts are mixed as in any case. Beside them stand two rows of a training as it is: states start
as zero, and not everything has a loss.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import cycle

import numpy as np

from verification.models.case import Case
from verification.models.layouts import STEPS_FIRST
from verification.models.model import Model, Use
from verification.models.stored import dtype_of, limits
from verification.sampling.claim import LONG, Claim
from verification.sampling.conditions import conditions
from verification.sampling.covering import Level
from verification.sampling.design import Design
from verification.sampling.exclusions import MOST_MEMORY, MOST_WORK, memory, work
from verification.sampling.factors import (
    IN_C_ORDER,
    MIXED,
    ORDINARY,
    OUTPUTS,
    dimensions,
    matrices,
    needs_readout,
    table,
    within,
)
from verification.sampling.numbering import Row, factor_of, least_steps
from verification.sampling.patterns import INITIAL
from verification.sampling.sample import case_of, in_floats, unmixed

# The design's name.
OF = "of sizes that meet"

# Records, steps, inputs, units. Of an LSTM the comment's numbers are 4 H (D + H) to a position.
SHAPES = (
    # An ordinary training; all from 18 on.
    (32, 32, 32, 32),
    # 64 KiB of a state in single precision, 16,384 numbers, before fewer records of as many units.
    (129, 3, 8, 128),
    (64, 16, 64, 128),
    # And with no rest beyond chunks of 48 steps.
    (8, 192, 16, 64),
    # 2^20 numbers of the inputs, of many records beyond a chunk of 128 steps.
    (65, 131, 128, 16),
    # Beyond a block of 256 units, of many records, with as many inputs, and of many steps.
    (65, 3, 257, 257),
    (2, 33, 3, 257),
    # A block of 512 units, 65,536 numbers of a state, 2e8 operations.
    (129, 2, 3, 512),
    # 2^15 and 2^16 positions, and 2^20 numbers of all states.
    (129, 255, 1, 2),
    (129, 509, 1, 16),
    # 65,536 numbers of one record's states.
    (1, 512, 3, 129),
    # 2^20 numbers of an LSTM's gates, in sums so short that single precision shows a single step.
    (33, 65, 8, 129),
)

# A training as it is: states start as zero, and the outputs alone have losses, in arrays that a loader has by
# steps; or the final states alone, before the first update. At the first sizes of a model that names some.
TRAINING: tuple[Mapping[str, Level], ...] = (
    {"states": "zero", "losses": OUTPUTS, "layout": STEPS_FIRST},
    {"states": "zero", "losses": "final state", "pattern of weights": INITIAL},
)
# Beyond a chunk of 128 steps, a tile of 32 records or units, and 4,096 positions.
OF_TRAINING = (33, 130, 8, 33)

# The units of a shape whose truth takes more than any may with as many as it says.
FEWER = {(129, 509, 1, 16): 2}

# About how many seconds a row may take to be run in further types; and in the most precise type alone, where
# a sum has ``MANY`` addends, of which a less precise type shows little.
CHEAP, DEAR = 0.5, 1.2
MANY = 2**14

# The factors of which each row has the next level, by what their names start with: what changes no numbers of
# a case.
TURNING = ("chunk", "lengths", "checkpoints", "workspace", "function ")

# On how many rows each property that needs further calls is checked.
TIMES = 3

# Blocks of these uses are largest each in a row of its own: a long sequence has few weights.
LARGEST = (Use.STATE, Use.INPUT, Use.STEP)

# The least number of rows for one process, so that what it caches by shape comes from several.
TOGETHER = 5


def of_products(model: Model, claim: Claim) -> Design:
    """How a case is made of such a row: of random numbers, or where layouts are mixed as any case."""

    def make(row: Row, rng: np.random.Generator) -> Case:
        return (case_of if row.levels["layout"] == MIXED else unmixed)(row, model, claim, rng)

    return replace(in_floats(model, claim), of=OF, make=make)


def rows_of_products(model: Model, claim: Claim) -> tuple[Row, ...]:
    """The rows, those of one shape one after another; none of what compiles for each shape."""
    if claim.compiled:
        return ()
    factors, made = table(model, claim), list[Row]()
    types = _by_precision(claim)
    turning = {name: cycle(of) for name, of in factors.items() if name.startswith(TURNING)}
    for sizes in _shapes(model, claim, model.ordinary or _by_units(model, claim, SHAPES)):
        levels = plain(model, claim, sizes)
        levels |= {name: next(turn) for name, turn in turning.items()}
        levels["losses"] = factors["losses"][-1 - len(made) % len(claim.losses)]
        if levels.get("checkpoints", "none") != "none" and levels.get("workspace"):
            levels["workspace"] = False
        if "lengths" in levels and sizes["N"] < 2:
            levels["lengths"] = "alike"
        rows = [Row({**levels, "type": name}, sizes) for name in types]
        rows = [row for row in rows if _fits(model, claim, row)]
        many = sizes["N"] * sizes["T"] > MANY
        some = [row for row in rows if work(model, claim, row.priced) <= (DEAR if many else CHEAP)]
        # A long double often goes another way than the numbers that code is made for.
        usual = [row for row in some if row.levels["type"] not in LONG] or some
        chosen = (usual[-1:] if many else some) or rows[:1]
        further = (replace(row, levels={**row.levels, "layout": MIXED}) for row in chosen[1:])
        made += [*chosen[:1], *further]
    return (*made, *_of_training(model, claim))


def _of_training(model: Model, claim: Claim) -> Iterator[Row]:
    """The rows of ``TRAINING``, as far as each level is claimed, in the least precise type."""
    possible, further = table(model, claim), conditions(model, claim)
    (sizes,) = _shapes(model, claim, model.ordinary[:1] or _by_units(model, claim, (OF_TRAINING,)))
    for some in TRAINING:
        claimed = {f: of for f, of in some.items() if of in (*possible.get(f, ()), *further.get(f, ()))}
        levels = plain(model, claim, sizes) | claimed
        row = Row({**levels, "type": _by_precision(claim)[0]}, sizes)
        if claimed and _fits(model, claim, row):
            yield row


def dealt_out(
    model: Model, claim: Claim, always: Sequence[str], names: Sequence[str], of_largest: Sequence[str] = ()
) -> tuple[Row, ...]:
    """The rows, each with ``always``; those that cost little have a share of the names.

    ``of_largest``: what is checked on the rows of most numbers of states, of inputs and of weights as well,
    because what begins at some MiB of an array is met there alone.
    """
    rows = rows_of_products(model, claim)
    turns = [[*always] for _ in rows]
    cheap = [of for of, row in zip(turns, rows, strict=True) if work(model, claim, row.priced) <= CHEAP]
    for place, name in enumerate(names):
        for turn in range(min(TIMES, len(cheap))):
            cheap[(place + turn * len(cheap) // TIMES) % len(cheap)].append(name)
    for number in {_largest(model, use, rows) for use in LARGEST if rows and model.of(use)}:
        turns[number] += [name for name in of_largest if name not in turns[number]]
    return tuple(replace(row, turns=tuple(of)) for row, of in zip(rows, turns, strict=True))


def _largest(model: Model, use: Use, rows: Sequence[Row]) -> int:
    """The number of the first row of the most numbers of a use."""
    return max(range(len(rows)), key=lambda i: numbers_of(model, use, rows[i]))


def numbers_of(model: Model, use: Use, row: Row) -> int:
    """How many numbers the blocks of a use have in a row, of all records and steps where each has its own."""
    each = sum(math.prod(block.shape(row.sizes)) for block in model.of(use))
    return each * (1 if use is Use.STEP else row.sizes["N"] * row.sizes["T"])


def in_processes(rows: Sequence[Row], least: int = TOGETHER) -> Iterator[list[int]]:
    """The rows by number, so many in one portion at least, and those of one shape together."""
    portion: list[int] = []
    for number, row in enumerate(rows):
        if len(portion) >= least and row.sizes != rows[number - 1].sizes:
            yield portion
            portion = []
        portion.append(number)
    if portion:
        yield portion


def plain(model: Model, claim: Claim, sizes: Mapping[str, int]) -> dict[str, Level]:
    """The levels of a case of these sizes of which nothing is said."""

    def usual(name: str, levels: Sequence[Level]) -> Level:
        if name == "layout":
            return IN_C_ORDER
        if name == "losses":
            return levels[-1]
        return next((level for level in (ORDINARY, "Full") if level in levels), levels[0])

    levels = {name: usual(name, of) for name, of in table(model, claim).items()}
    return levels | {factor_of(name): (size, size) for name, size in sizes.items()}


def _fits(model: Model, claim: Claim, row: Row) -> bool:
    """Does its truth take no more than any, and has it as many steps as its levels need?"""
    return (
        work(model, claim, row.priced) <= MOST_WORK
        and memory(model, claim, row.priced) <= MOST_MEMORY
        and row.sizes["T"] >= least_steps(row.levels, claim.steps[0])
    )


def _shapes(model: Model, claim: Claim, shapes: Iterable[Mapping[str, int]]) -> Iterator[Mapping[str, int]]:
    """Sizes by name within a claim, no two alike."""
    met = list[Mapping[str, int]]()
    for sizes in shapes:
        claimed = {name: within(claim, name, size) for name, size in sizes.items()}
        if claimed not in met:
            met.append(claimed)
            yield claimed


def _by_units(
    model: Model, claim: Claim, shapes: Iterable[tuple[int, int, int, int]]
) -> Iterator[Mapping[str, int]]:
    """Those of shapes: the dimensions of states have so many units in all, others so many inputs."""
    states = [block.dimensions for block in model.of(Use.STATE)]

    def of(records: int, steps: int, inputs: int, units: int) -> Mapping[str, int]:
        sizes = dict.fromkeys(dimensions(model, needs_readout(claim)), inputs)
        for names in states:
            each = round(units ** (1 / max(1, len(names))))
            sizes |= {name: within(claim, name, each) for name in names}
        return {"N": records, "T": steps, **sizes}

    least = {"type": _by_precision(claim)[0]}
    for shape in shapes:
        sizes = of(*shape)
        if shape in FEWER and not _fits(model, claim, Row({**plain(model, claim, sizes), **least}, sizes)):
            sizes = of(*shape[:3], FEWER[shape])
        yield sizes


def _by_precision(claim: Claim) -> list[str]:
    """The claimed types, the least precise first."""
    return sorted(claim.dtypes, key=lambda name: -limits(dtype_of(name)).eps)


def in_words(model: Model, rows: Sequence[Row]) -> str:
    """How far these rows go, in a line; nothing where there are none."""
    if not rows:
        return ""
    sizes = ", ".join(f"{name} to {max(row.sizes[name] for row in rows)}" for name in rows[0].sizes)
    blocks = matrices(model, False) or model.of(Use.STATE)[:1]
    each = " + ".join("·".join(str(axis).replace(" ", "") for axis in block.axes) for block in blocks)
    each = f"({each})" if len(blocks) > 1 else each
    most = max(
        row.sizes["N"] * row.sizes["T"] * sum(math.prod(block.shape(row.sizes)) for block in blocks)
        for row in rows
    )
    size = np.format_float_scientific(most, 1, trim="-", exp_digits=1).replace("+", "")
    return f"together {sizes}, N·T·{each} to {size}"
