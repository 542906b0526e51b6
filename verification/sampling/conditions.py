"""Conditions: levels beyond the usual ones, each of which meets every level of the other factors in pairs.

A block of zeros, a record without a cotangent, a pattern of numbers, a network as it is initialised,
pre-activations beyond what exp holds, arrays that are views: public code takes another path for such, and is
wrong on it. To meet them in threes would take as many cases again as all that is met in threes. An engine
that declines some of them says so in its scope, by the names of ``verification.sampling.claim.DECLINABLE``.

Rules exclude those that contradict one another, or say nothing beside one another.
"""

from collections.abc import Iterator

from verification.models.axes import Axis, length, read, unstacked
from verification.models.case import axes_put_out
from verification.models.layouts import ALTERNATE, COLUMNS, ONE_BUFFER, SHARED, STEPS_FIRST
from verification.models.model import Block, Model, Use
from verification.sampling.chunks import borders
from verification.sampling.claim import FEW_STEPS, Claim
from verification.sampling.covering import Exclusion, Factors, Level, Row, but, fewer, never, these
from verification.sampling.factors import (
    EVERYWHERE,
    LONG_STEPS,
    NO_BLOCK,
    NUMBERS,
    ORDINARY,
    OUTPUTS,
    OVERFLOWING,
    RANDOM,
    TINY,
    matrices,
    needs_readout,
    numbers_given,
    parameters,
    vectors,
)
from verification.sampling.patterns import ALIKE, INITIAL, OF_INPUTS, OF_WEIGHTS, PATTERNS
from verification.sampling.zeros import (
    NOT_OF_OUTPUT,
    NOT_OF_RECORD,
    NOT_OF_STEP,
    NOT_OF_UNIT,
    RECORD,
    STATE_OF_RECORD,
    STEP,
)

ONE_READ_ONLY = "read-only, one alone"

# Of so many equal addends a right engine's error is a seventh of its bound at most, and the more the larger:
# of 65 it is nine tenths of it, of 128 beyond it.
MANY = 17


def conditions(model: Model, claim: Claim) -> Factors:
    """By factor, the levels that are met in pairs alone."""
    found: dict[str, tuple[Level, ...]] = {}
    for factor, level, needs in _all(model, claim):
        if not needs & set(claim.declines):
            found[factor] = (*found.get(factor, ()), level)
    return found


def _all(model: Model, claim: Claim) -> Iterator[tuple[str, Level, set[str]]]:
    """Factor, level, and the names by which it can be declined."""
    readout = needs_readout(claim)
    if claim.steps[0] <= LONG_STEPS <= claim.steps[1] and not claim.compiled:
        yield "T", (LONG_STEPS, LONG_STEPS), set()
    # These numbers stand beside every level already.
    levels = FEW_STEPS if claim.compiled else NUMBERS
    for count in sorted({n for _, n, _ in borders(claim)}.difference(levels)):
        yield "T", (count, count), set()
    if model.functions:
        if vectors(model):
            yield "vectors", OVERFLOWING, {"overflow"}
        if numbers_given(model):
            yield "inputs", OVERFLOWING, {"overflow"}
    for block in zeroed(model, claim):
        steps = {"zero steps", "zero records"} if block.use is Use.INPUT else set()
        yield "zero", block.name, {"zero blocks", *steps}
    several = claim.records[1] > 1
    of_inputs = any(block.has_zero for block in model.of(Use.INPUT))
    of_states = any(model.block(name).has_zero for name in claim.free)
    if several and of_inputs:
        yield "zero", RECORD, {"zero records", "zero steps"}
    if several and of_states:
        yield "zero", STATE_OF_RECORD, {"zero records"}
    if of_inputs:
        yield "zero", STEP, {"zero steps"}
    if "cotangents" in claim.losses:
        records = (NOT_OF_RECORD,) if several else ()
        several = len(model.outputs) > 1
        units = (NOT_OF_OUTPUT,) if several else (NOT_OF_UNIT,) if axes_put_out(model) else ()
        for level in (*records, *units, NOT_OF_STEP):
            yield "cotangents", level, {"missing cotangents"}
    for level in OF_INPUTS:
        yield "pattern of inputs", level, {"patterns"}
    if weights := matrices(model, readout):
        for level in (each for each in OF_WEIGHTS if any(map(PATTERNS[each].of, weights))):
            yield "pattern of weights", level, {"patterns"}
    if vectors(model):
        yield "pattern of weights", INITIAL, {"zero blocks"}
    yield from _layouts(model, claim)


def _layouts(model: Model, claim: Claim) -> Iterator[tuple[str, Level, set[str]]]:
    readout = needs_readout(claim)
    for level in (STEPS_FIRST, COLUMNS, ALTERNATE):
        yield "layout", level, {"views"}
    if len(model.of(*parameters(readout))) > 1:
        yield "layout", ONE_BUFFER, {"views"}
    if are_alike(model, claim) or ("cotangents" in claim.losses and {*claim.free} & {*claim.finals}):
        yield "layout", SHARED, {"shared memory"}
    yield "layout", ONE_READ_ONLY, set()


def zeroed(model: Model, claim: Claim) -> tuple[Block, ...]:
    """The blocks of which one by itself may be zero: of a single state that is a level of its own.

    Not those whose domain has no zero.
    """
    states = tuple(model.block(name) for name in (claim.free if len(claim.free) > 1 else ()))
    uses = (*parameters(needs_readout(claim)), Use.INPUT)
    return tuple(block for block in (*model.of(*uses), *states) if block.has_zero)


def are_alike(model: Model, claim: Claim) -> bool:
    """Are two inputs, or two states, of one shape, so that they can be one array whatever else the case has?

    And of one domain, and not always zero.
    """
    free = tuple(map(model.block, claim.free))
    return any(len({(b.axes, b.domain, b.below) for b in of}) < len(of) for of in (model.of(Use.INPUT), free))


def contradictions(model: Model, claim: Claim) -> Iterator[Exclusion]:
    """The rules of a model and a claim."""
    one, some_zero, none_missing = fewer(2), but(NO_BLOCK), but(EVERYWHERE)
    # The unit of which none has a cotangent is one of the output's first axis.
    first = axes_put_out(model)[:1] if len(model.outputs) == 1 else ()
    units = [tuple(f"size {name}" for name in read(axis)[1]) for axis in first]
    for sizes, levels in (
        (("N",), (RECORD, STATE_OF_RECORD, NOT_OF_RECORD)),
        (("T",), (STEP, NOT_OF_STEP)),
        *((unit, (NOT_OF_UNIT,)) for unit in units if unit),
    ):
        alone = dict.fromkeys(sizes, one)
        yield never(
            "one of several that is one alone",
            *({**alone, factor: these(*levels)} for factor in ("zero", "cotangents")),
        )
    yield never(
        "a step without a cotangent, as all others",
        {"cotangents": none_missing, "losses": these("last step", "every step")},
        {"cotangents": these(NOT_OF_STEP), "losses": these("final state")},
    )
    yield _zero(model, claim)
    yield never(
        "a pattern of numbers of another size",
        {"pattern of inputs": but(RANDOM), "inputs": but(ORDINARY)},
        {"pattern of weights": but(RANDOM), "matrices": but(ORDINARY)},
        {"pattern of weights": but(RANDOM), "vectors": but(ORDINARY)},
        # A network is initialised with a state of zero.
        {"pattern of weights": these(INITIAL), "states": but("zero")},
    )
    yield never(
        "a repetition that is broken",
        {"layout": these("repeated"), "zero": these(RECORD, STATE_OF_RECORD, STEP)},
        {"layout": these("repeated"), "cotangents": none_missing},
    )
    # What is zero in part has no other's numbers; a single state has those of its cotangent, if not zero.
    none = {"states": "zero", "pattern of weights": INITIAL, "losses": OUTPUTS}
    alike = are_alike(model, claim)
    others = () if alike else tuple((name, these(level)) for name, level in none.items())
    yield never(
        "the same memory for other numbers",
        *(
            {"layout": these(SHARED), name: meant}
            for name, meant in (("zero", some_zero), ("cotangents", none_missing), *others)
        ),
    )
    weights = (block.name for block in model.of(Use.STEP) if len(block.axes) > 1)
    yield never(
        "what overflows, times next to nothing",
        {"inputs": these(OVERFLOWING), "matrices": these(TINY)},
        {"inputs": these(OVERFLOWING), "zero": these(*weights)},
    )
    yield never("an input alone, saturated", {"inputs": these(OVERFLOWING), "N": one, "T": one})
    yield _alike({unstacked(block.axes[-1]) for block in matrices(model, needs_readout(claim))})


def _zero(model: Model, claim: Claim) -> Exclusion:
    """Nothing else is said of the only block of a kind, where it is zero; nor is a part of what is zero."""
    kinds = {
        "matrices": matrices(model, needs_readout(claim)),
        "vectors": vectors(model),
        "inputs": numbers_given(model),
        "states": model.of(Use.STATE),
    }
    only = {kind: blocks[0].name for kind, blocks in kinds.items() if len(blocks) == 1}
    _, vectors_, inputs, states = ([block.name for block in blocks] for blocks in kinds.values())
    return never(
        "numbers of a kind that are zero",
        *({"zero": these(name), kind: but(ORDINARY)} for kind, name in only.items()),
        {"zero": these(*states, STATE_OF_RECORD), "states": these("zero")},
        {"zero": these(*inputs), "pattern of inputs": but(RANDOM)},
        {"zero": these(RECORD, STEP), "pattern of inputs": these(ALIKE)},
        {"zero": these(*vectors_, *states, STATE_OF_RECORD), "pattern of weights": these(INITIAL)},
    )


def _alike(summed: set[Axis]) -> Exclusion:
    """Roundings that are all alike add up within a step, by more than numbers that are drawn can tell."""
    names = sorted({name for axis in summed for name in read(axis)[1]})

    def alike(row: Row) -> bool:
        if row.get("pattern of weights") != ALIKE:
            return False
        sizes = {name: row.get(f"size {name}", (1, 1))[1] for name in names}
        return any(length(axis, sizes) > MANY for axis in summed)

    factors = ("pattern of weights", *(f"size {name}" for name in names))
    return Exclusion("many equal addends, which round alike", factors, alike)
