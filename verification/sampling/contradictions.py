"""Rules of conditions: those that contradict one another, or say nothing beside one another."""

from collections.abc import Iterator

from verification.models.axes import Axis, length, read, unstacked
from verification.models.case import axes_put_out
from verification.models.layouts import SHARED
from verification.models.model import Model, Use
from verification.sampling.claim import Claim
from verification.sampling.conditions import are_alike
from verification.sampling.covering import Exclusion, Row, but, fewer, never, these
from verification.sampling.factors import (
    EVERYWHERE,
    NO_BLOCK,
    ORDINARY,
    OUTPUTS,
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

# Of so many equal addends a right engine's error is a seventh of its bound at most, and the more the larger:
# of 65 it is nine tenths of it, of 128 beyond it.
MANY = 17


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
