"""Small cases of a claim that Hypothesis draws, beside the designed sample.

What is drawn shrinks towards one record, one step, one of every dimension, and numbers in quarters.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st

from verification.models.arrays import Array
from verification.models.case import Case, Cotangents, drawn_in, in_domains, random_case, stored
from verification.models.model import Model, Use
from verification.models.stored import dtype_of
from verification.models.truncation import FULL, Standard, Truncation
from verification.models.weighted import counts_from_end
from verification.sampling.admitting import as_claimed
from verification.sampling.claim import FEW, Claim
from verification.sampling.conditioned import conditioned
from verification.sampling.conditions import conditions
from verification.sampling.covering import Level, Rule, possible
from verification.sampling.exclusions import rules
from verification.sampling.factors import (
    LOSSES,
    OF_CLASSES,
    OF_MODEL,
    OF_RECORDS,
    OF_STEPS,
    ORDINARY,
    OUTPUTS,
    UNWEIGHTED,
)
from verification.sampling.mixed import layouts, mixed
from verification.sampling.numbering import factor_of
from verification.sampling.weighing import weighed

# The most of each size in a drawn case.
SMALL = 6

# Factors of a block's usual size: alive, decaying, loud, and saturating.
SCALES = (1.0, 0.5, 0.1, 3.0, 0.01, 10.0)

# How far a quarter's whole numbers go: such an example can be read.
QUARTERS = 8

# How often a run meets what it must have met; fewer could be a coincidence.
TIMES = 3


def cases(model: Model, claim: Claim, dtype: str | None = None) -> st.SearchStrategy[Case]:
    """Every size up to ``SMALL``, each block with a scale of its own; some with conditions.

    Those are one or two of the case, or some of each array.
    """
    known = conditions(model, claim)
    # Of many steps, and of layouts of a case, nothing is drawn.
    some = [(name, level) for name in CONDITIONED for level in known.get(name, ())]
    return _cases(model, claim, dtype, some, rules(model, claim))


@st.composite
def _cases(
    draw: st.DrawFn,
    model: Model,
    claim: Claim,
    dtype: str | None,
    known: Sequence[tuple[str, Level]],
    ruled: Sequence[Rule],
) -> Case:

    def size(least: int, most: int) -> int:
        few = [n for n in FEW if least <= n <= most] if claim.compiled else []
        return draw(st.sampled_from(few) if few else st.integers(least, max(least, min(most, SMALL))))

    def named(name: str) -> int | None:
        return draw(st.sampled_from(claim.sizes[name])) if name in claim.sizes else None

    records, steps = size(*claim.records), size(*claim.steps)
    losses = draw(st.sampled_from(claim.losses))
    sizes = {name: named(name) or size(1, SMALL) for name in dimensions(model, losses)}
    dtype = dtype or draw(st.sampled_from(claim.dtypes[::-1]))
    quarters = not draw(st.booleans())
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    functions = {role: draw(st.sampled_from(names)) for role, names in claim.functions.items()}
    held = drawn_in(dtype_of(dtype))
    case = as_claimed(claim, random_case(model, rng, sizes, records, steps, held, functions, losses))
    still = not claim.free or draw(st.integers(0, 7)) == 7
    blocks = {}
    for block in model.blocks:
        if block.name in case.blocks:
            array = case.blocks[block.name]
            array = _in_quarters(array) if quarters else array * draw(st.sampled_from(SCALES))
            blocks[block.name] = 0 * array if still and block.use is Use.STATE else array
    objective, part = case.objective, LOSSES[losses][-1]
    if isinstance(objective, Cotangents):
        kind = draw(st.sampled_from(range(len(PARTS)) if claim.ends else OF_OUTPUTS))
        objective, part = _in_part(objective, kind), PARTS[kind]
    if quarters:
        objective = objective.replaced(_in_quarters)
    case = in_domains(replace(case, blocks=blocks, objective=objective))
    # One case in two has none, and one in four has two.
    count = max(0, draw(st.integers(0, 3)) - 1) if known else 0
    levels = dict(draw(st.sampled_from(known)) for _ in range(count))
    spans = {factor_of(name): (size, size) for name, size in case.sizes.items()}
    state = "zero" if still else ORDINARY
    row = {**spans, "losses": part, "states": state, "type": dtype}
    kinds = draw(kinds_of_loss(claim))
    if kinds and possible({**row, **kinds}, ruled):
        case, row = weighed(case, kinds["weights"], kinds["loss"], rng), {**row, **kinds}
    row |= levels
    if levels and possible(row, ruled):
        case = conditioned(case, row, rng)
    elif not levels and draw(st.booleans()):
        case = layouts(mixed(case, claim, rng), claim, rng)
    truncation, ends = draw(truncations(claim, steps)), draw(lengths(claim, records, steps))
    alone = losses == "every" and ends is not None and counts_from_end(truncation, steps, ends)
    return replace(
        stored(case, dtype_of(dtype)),
        truncation=truncation,
        lengths=None if alone else ends,
        least=claim.least,
        **draw(ways(claim, steps)),
    )


# What has a cotangent, by the kinds of ``_in_part``.
PARTS = ("outputs and final state", "outputs", "final state", "outputs")

# Those that have none of the final state.
OF_OUTPUTS = tuple(kind for kind, part in enumerate(PARTS) if part == OUTPUTS)

# The factors whose conditions are drawn: what is said of numbers.
CONDITIONED = (
    *("vectors", "inputs", "zero", "cotangents"),
    *("pattern of inputs", "pattern of weights"),
)


def _in_part(objective: Cotangents, kind: int) -> Cotangents:
    """All of it, the outputs' part alone, the final state's alone, or the last output's."""
    none = tuple(0 * array for array in objective.state)
    return (
        objective,
        Cotangents(objective.outputs, none),
        Cotangents(0 * objective.outputs, objective.state),
        Cotangents(_last_alone(objective.outputs), none),
    )[kind]


@st.composite
def ways(draw: st.DrawFn, claim: Claim, steps: int) -> dict[str, Any]:
    """How it is asked to compute: with checkpoints or in a workspace, not with both; in which chunks."""
    made: list[st.SearchStrategy[dict[str, Any]]] = [st.just({})]
    if claim.checkpoints:
        made.append(st.integers(1, steps + 1).map(lambda every: {"checkpoints": every}))
    if claim.workspace:
        made.append(st.just({"workspace": True}))
    chunk = {"chunk": draw(st.sampled_from(claim.chunks))} if claim.chunks else {}
    return {**draw(st.one_of(made)), **chunk}


@st.composite
def kinds_of_loss(draw: st.DrawFn, claim: Claim) -> dict[str, str]:
    """The levels of weights and of the loss, of a claim that has others than the model's own loss."""
    if not (claim.weights or claim.classes):
        return {}
    weights = (UNWEIGHTED, OF_RECORDS, OF_STEPS) if claim.weights else (UNWEIGHTED,)
    losses = (OF_MODEL, OF_CLASSES) if claim.classes else (OF_MODEL,)
    return {"weights": draw(st.sampled_from(weights)), "loss": draw(st.sampled_from(losses))}


@st.composite
def lengths(draw: st.DrawFn, claim: Claim, records: int, steps: int) -> tuple[int, ...] | None:
    """Where each record ends, for an engine that takes such; or all of them at the last step."""
    if not claim.lengths or draw(st.booleans()):
        return None
    least = min(claim.steps[0], steps)
    return tuple(draw(st.integers(least, steps)) for _ in range(records))


@st.composite
def truncations(draw: st.DrawFn, claim: Claim, steps: int) -> Truncation:
    """A truncation that is claimed, with numbers from the least to beyond all steps."""
    truncation = draw(st.sampled_from(claim.truncations))
    beyond = st.integers(0, 2 * steps + 3)
    match truncation:
        case "Full":
            return FULL
        case "Chunked":
            k1 = draw(st.integers(1, steps + 2))
            return Standard("Chunked", (k1, draw(st.just(k1) | st.integers(0, 4 * k1 + 1))))
        case str():
            return Standard(truncation, (draw(beyond),))
    return truncation


def _in_quarters(array: Array) -> Array:
    """Numbers between −1 and 1 as −2, −7/4, … 2; none becomes 0 that was not."""

    def whole(part: Array) -> Array:
        away: Array = np.sign(part) * np.ceil(np.abs(part) * QUARTERS) / 4
        return away

    if np.iscomplexobj(array):
        return np.asarray(whole(array.real) + 1j * whole(array.imag)).astype(array.dtype)
    return whole(array).astype(array.dtype)


# One of each kind that truncates five steps, where the kind can.
SOME = {
    "Full": FULL,
    "Window": Standard("Window", (2,)),
    "Chunked": Standard("Chunked", (2, 2)),
    "Tail": Standard("Tail", (2,)),
}


def some_truncation(truncation: str | Truncation) -> Truncation:
    """The truncation, or one of its kind."""
    return SOME[truncation] if isinstance(truncation, str) else truncation


def _last_alone(outputs: Array) -> Array:
    last = 0 * outputs
    last[:, -1] = outputs[:, -1]
    return last


def dimensions(model: Model, losses: str = "cotangents") -> tuple[str, ...]:
    """The dimensions of what a case with such losses has."""
    uses = (Use.STEP, Use.INPUT, Use.STATE, *(() if losses == "cotangents" else (Use.READOUT,)))
    return model.dimensions_of(*uses)
