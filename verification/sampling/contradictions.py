"""Rules of conditions: those that contradict one another, or say nothing beside one another."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeAlias

from verification.models.axes import Axis, length, read, unstacked
from verification.models.case import axes_put_out
from verification.models.layouts import SHARED
from verification.models.model import Model, Use
from verification.sampling.claim import Claim
from verification.sampling.conditions import are_alike
from verification.sampling.covering import Level, Row, Rule
from verification.sampling.factors import (
    EVERYWHERE,
    NO_BLOCK,
    ORDINARY,
    OVERFLOWING,
    RANDOM,
    TINY,
    matrices,
    needs_readout,
    numbers_given,
    vectors,
)
from verification.sampling.patterns import ALIKE, INITIAL
from verification.sampling.zeros import (
    NOT_OF_RECORD,
    NOT_OF_STEP,
    NOT_OF_UNIT,
    RECORD,
    STATE_OF_RECORD,
    STEP,
)

Verdict: TypeAlias = Callable[[Row], bool]

# Of so many equal addends a right engine's error is a seventh of its bound at most, and the more the larger:
# of 65 it is nine tenths of it, of 128 beyond it.
MANY = 17


def contradictions(model: Model, claim: Claim) -> Iterator[Rule]:
    """The rules of a model and a claim."""
    # The unit of which none has a cotangent is one of the output's first axis.
    first = axes_put_out(model)[:1] if len(model.outputs) == 1 else ()
    units = [tuple(f"size {name}" for name in read(axis)[1]) for axis in first]
    for sizes, levels in (
        (("N",), (RECORD, STATE_OF_RECORD, NOT_OF_RECORD)),
        (("T",), (STEP, NOT_OF_STEP)),
        *((unit, (NOT_OF_UNIT,)) for unit in units if unit),
    ):
        yield Rule("one of several that is one alone", (*sizes, "zero", "cotangents"), _alone(sizes, levels))
    yield Rule("a step without a cotangent, as all others", ("losses", "cotangents"), _in_no_cotangents)
    names = ("matrices", "vectors", "inputs", "states", "pattern of inputs", "pattern of weights")
    yield Rule("numbers of a kind that are zero", ("zero", *names), _zero(model, claim))
    yield Rule("a pattern of numbers of another size", names, _of_another_size)
    yield Rule("a repetition that is broken", ("layout", "zero", "cotangents"), _broken)
    shared = ("layout", "zero", "cotangents", "losses", "states", "pattern of weights")
    yield Rule("the same memory for other numbers", shared, _shared(are_alike(model, claim)))
    yield Rule("what overflows, times next to nothing", ("inputs", "matrices", "zero"), _stifled(model))
    yield Rule("an input alone, saturated", ("inputs", "N", "T"), _saturated)
    summed = {unstacked(block.axes[-1]) for block in matrices(model, needs_readout(claim))}
    read_by = sorted({name for axis in summed for name in read(axis)[1]})
    of_sizes = tuple(f"size {name}" for name in read_by)
    alike = _alike(summed, read_by)
    yield Rule("many equal addends, which round alike", ("pattern of weights", *of_sizes), alike)


def _alone(sizes: tuple[str, ...], levels: tuple[Level, ...]) -> Verdict:
    def alone(row: Row) -> bool:
        one = all(size in row and row[size][1] < 2 for size in sizes)
        return one and bool({row.get("zero"), row.get("cotangents")} & {*levels})

    return alone


def _alike(summed: Iterable[Axis], names: Sequence[str]) -> Verdict:
    """Roundings that are all alike add up within a step, by more than numbers that are drawn can tell."""

    def alike(row: Row) -> bool:
        if row.get("pattern of weights") != ALIKE:
            return False
        sizes = {name: row.get(f"size {name}", (1, 1))[1] for name in names}
        return any(length(axis, sizes) > MANY for axis in summed)

    return alike


def _in_no_cotangents(row: Row) -> bool:
    given = row.get("cotangents", EVERYWHERE)
    return given != EVERYWHERE and (
        row.get("losses") in ("last step", "every step")
        or (row.get("losses") == "final state" and given == NOT_OF_STEP)
    )


def _zero(model: Model, claim: Claim) -> Verdict:
    """Nothing else is said of the only block of a kind, where it is zero; nor is a part of what is zero."""
    kinds = {
        "matrices": matrices(model, needs_readout(claim)),
        "vectors": vectors(model),
        "inputs": numbers_given(model),
        "states": model.of(Use.STATE),
    }
    only = {blocks[0].name: kind for kind, blocks in kinds.items() if len(blocks) == 1}
    states = {block.name for block in kinds["states"]} | {STATE_OF_RECORD}
    inputs, single = ({block.name for block in kinds[kind]} for kind in ("inputs", "vectors"))

    def zero(row: Row) -> bool:
        level = row.get("zero", NO_BLOCK)
        kind, pattern = only.get(level, ""), row.get("pattern of inputs", RANDOM)
        return (
            row.get(kind, ORDINARY) != ORDINARY
            or (level in states and row.get("states") == "zero")
            or (level in inputs and pattern != RANDOM)
            or (level in (RECORD, STEP) and pattern == ALIKE)
            or (level in single | states and row.get("pattern of weights") == INITIAL)
        )

    return zero


def _of_another_size(row: Row) -> bool:
    weights = row.get("pattern of weights", RANDOM)
    return (
        (row.get("pattern of inputs", RANDOM) != RANDOM and row.get("inputs", ORDINARY) != ORDINARY)
        or (weights != RANDOM and {row.get("matrices"), row.get("vectors")} - {None, ORDINARY} != set())
        # A network is initialised with a state of zero.
        or (weights == INITIAL and row.get("states", "zero") != "zero")
    )


def _broken(row: Row) -> bool:
    part = (
        row.get("zero") in (RECORD, STATE_OF_RECORD, STEP) or row.get("cotangents", EVERYWHERE) != EVERYWHERE
    )
    return row.get("layout") == "repeated" and part


def _shared(alike: bool) -> Verdict:
    """What is zero in part has no other's numbers; a single state has those of its cotangent, if not zero."""

    def shared(row: Row) -> bool:
        differ = row.get("zero", NO_BLOCK) != NO_BLOCK or row.get("cotangents", EVERYWHERE) != EVERYWHERE
        still = row.get("states") == "zero" or row.get("pattern of weights") == INITIAL
        none = still or row.get("losses") == "outputs"
        return row.get("layout") == SHARED and (differ or (none and not alike))

    return shared


def _stifled(model: Model) -> Verdict:
    weights = {block.name for block in model.of(Use.STEP) if len(block.axes) > 1}

    def stifled(row: Row) -> bool:
        little = row.get("matrices") == TINY or row.get("zero") in weights
        return row.get("inputs") == OVERFLOWING and little

    return stifled


def _saturated(row: Row) -> bool:
    single = all(name in row and row[name][1] == 1 for name in ("N", "T"))
    return row.get("inputs") == OVERFLOWING and single
