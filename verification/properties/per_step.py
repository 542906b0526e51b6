"""Lag by lag: the contribution of one loss to a block from each step of use, each with a bound of its own.

A sum over steps hides a contribution that has decayed. Here one loss is left, and a case is *widened* so that
the contributions of steps are separate entries of the engine's own answer:

    INPUT    each step's slice of the gradient is that step's contribution
    STATE    the loss reaches it at one step
    STEP     where a block multiplies an input, as U multiplies x, it gets a column of zeros for every step,
             and the input a 1 there at that step alone: that column of the gradient is that step's
             contribution, and the network's results do not change

Other STEP blocks have no such column, so only the sum is checked; ``views`` says so.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from verification.models.arrays import Array
from verification.models.case import WIDER, Case, Cotangents, Targets
from verification.models.model import Block, Model, Use
from verification.models.stored import STORED
from verification.models.tolerance import Expected
from verification.models.weighted import Weighted
from verification.properties.calling import is_large, run_case
from verification.properties.property import About, Alone, Checked, Property, Reference
from verification.properties.trial import CaseTruth, Trial
from verification.properties.unfolding import unfolded_lags, unfolds
from verification.sampling.claim import Claim
from verification.sampling.factors import within
from verification.truth.comparison import compare
from verification.truth.lag_table import grouped_table

# The most numbers of a state over all steps, and of inputs, in a widened case; the lag table of a larger one
# takes seconds.
MOST = 130
MOST_INPUTS = 20_000

# The most derivatives of state units by what a step uses, over all records: each takes some dozens of bytes
# where a cotangent is lost.
MOST_DERIVATIVES = 3_000_000


UNFOLDED = "each step of three losses, by units of its own; of a large case, by the view that layers have"


def views(model: Model, claim: Claim) -> dict[str, str]:
    """How the contributions of steps to each claimed block are separated, in words."""
    if unfolds(model) and "cotangents" not in claim.losses and _takes(claim, _units(model), 2):
        return dict.fromkeys(claim.blocks, UNFOLDED)
    by_use = {
        Use.INPUT: "each step by its slice",
        Use.STATE: "its one step",
        Use.READOUT: "the loss's own step",
    }
    # Of one number and one step there are two.
    widened_by = (some for given, some in readers_of(model) if _takes(claim, given.dimensions[0], 2))
    readers = {reader.name for some in widened_by for reader in some}
    return {
        name: "each step by a column of its own"
        if name in readers
        else by_use.get(model.block(name).use, "the sum of its steps")
        for name in claim.blocks
    }


def is_unfolded(claim: Claim, case: Case) -> bool:
    """Is it small, with targets, of a model that unfolds, and of units of which there may be as many?"""
    small = not is_large(case) and case.lengths is None
    if not (small and isinstance(case.objective, Targets) and unfolds(case.model)):
        return False
    units = _units(case.model)
    return _takes(claim, units, (case.steps + 1) * case.sizes[units])


def _units(model: Model) -> str:
    """The dimension of the first state."""
    return model.of(Use.STATE)[0].dimensions[0]


def _takes(claim: Claim, name: str, size: int) -> bool:
    """May a dimension be of any size up to this one?"""
    return name not in claim.sizes and within(claim, name, size) == size


# Where each contribution is in the gradient of its block: the step, None for a sum, and the index.
Places: TypeAlias = dict[str, list[tuple[int | None, tuple[int | slice, ...]]]]


def _apart(claim: Claim, case: Case) -> tuple[Case, Places] | None:
    """The case with one loss, widened, and the places of the contributions.

    None if the case is too large, of a type without a lag table, if its records end early, or if it has
    another kind or place of loss; and if it is unfolded instead.
    """
    if case.dtype not in WIDER or is_unfolded(claim, case):
        return None
    if case.lengths is not None or isinstance(case.objective, Weighted):
        return None
    if isinstance(case.objective, Targets) and "last" not in claim.losses:
        return None
    if (case.steps + 1) * sum(array[0].size for array in case.state) > MOST:
        return None
    wide, places = widened(_alone(case), claim)
    shared = sum(wide.blocks[block.name].size for block in wide.model.of(Use.STEP))
    derivatives = wide.records * shared * sum(a[0].size for a in wide.state)
    if sum(array.size for array in wide.inputs.values()) > MOST_INPUTS or derivatives > MOST_DERIVATIVES:
        return None
    return wide, places


def widened_case(claim: Claim, case: Case) -> Case | None:
    """The case on which the contributions of steps are separate entries; None where there is none."""
    apart = _apart(claim, case)
    return None if apart is None else apart[0]


def _alone(case: Case) -> Case:
    """The case with one loss: at its last step, or at a middle step if the number of steps is even."""
    objective = case.objective
    if isinstance(objective, Targets):
        return replace(case, objective=Targets(objective.targets[:, -1:], last=True))
    assert isinstance(objective, Cotangents)
    t = case.steps - 1 if case.steps % 2 else case.steps // 2
    alone = objective.of_output(t)
    last = t == case.steps - 1
    return replace(case, objective=replace(alone, state=objective.state) if last else alone)


def readers_of(model: Model) -> Iterator[tuple[Block, tuple[Block, ...]]]:
    """Each INPUT whose dimension occurs only in itself and as the last axis of STEP blocks, with these
    blocks.
    """
    for given in model.of(Use.INPUT):
        # A column of zeros, and a 1 at one step, may be outside of a domain.
        if len(given.axes) != 1 or given.axes != given.dimensions or given.bounded:
            continue
        (name,) = given.dimensions
        others = [b for b in model.blocks if b is not given and name in b.dimensions]
        reads = [
            b for b in others if b.use is Use.STEP and b.axes[-1] == name and b.dimensions.count(name) == 1
        ]
        if others and len(reads) == len(others) and all(b.domain is None for b in reads):
            yield given, tuple(reads)


def _widened(case: Case, claim: Claim) -> Iterator[tuple[Block, tuple[Block, ...]]]:
    """As ``readers_of``, without inputs that may not have a number more for every step."""
    for given, readers in readers_of(case.model):
        (name,) = given.dimensions
        if _takes(claim, name, case.sizes[name] + case.steps):
            yield given, readers


def widened(case: Case, claim: Claim) -> tuple[Case, Places]:
    """The case with a column for every step, and each block's places of contributions: (step, index)."""
    model, steps = case.model, case.steps
    blocks = dict(case.blocks)
    places: Places = {name: [(None, ())] for name in blocks}
    for block in model.of(Use.INPUT):
        places[block.name] = [(s, (slice(None), s)) for s in range(steps)]
    for given, readers in _widened(case, claim):
        array = blocks[given.name]
        ones = np.zeros((*array.shape[:2], steps), array.dtype)
        ones[:, np.arange(steps), np.arange(steps)] = 1
        blocks[given.name] = np.concatenate((array, ones), axis=2)
        for reader in readers:
            weights: Array = blocks[reader.name]
            none = np.zeros((*weights.shape[:-1], steps), weights.dtype)
            before = weights.shape[-1]
            blocks[reader.name] = np.concatenate((weights, none), axis=-1)
            axes = (slice(None),) * (weights.ndim - 1)
            places[reader.name] = [(None, (*axes, slice(0, before)))]
            places[reader.name] += [(s, (*axes, before + s)) for s in range(steps)]
    return replace(case, blocks=blocks), places


def _lag_by_lag(trial: Trial) -> Checked:
    """Each step's contribution, with the truth of its own."""
    engine, truth = trial.engine, trial.truth
    if truth.case.dtype in WIDER and is_unfolded(engine.claim, truth.case):
        yield from unfolded_lags(engine, truth.case)
        return
    apart = _apart(engine.claim, truth.case)
    if apart is None:
        return
    (case, places), due = apart, _due(truth, *apart)
    for name, got in run_case(engine, case).gradients():
        for (step, index), expected in zip(places[name], due[name], strict=True):
            part = f"d_{name} of the loss at step {case.losses[-1]}"
            part += "" if step is None else f" from step {step}"
            yield name, compare(part, got[index], expected.truth, expected.bound), expected


def _due(truth: CaseTruth, case: Case, places: Places) -> dict[str, list[Expected]]:
    """The expectation for each contribution of a block, in the order of its places."""

    def due() -> dict[str, list[Expected]]:
        table = grouped_table(case)
        return {name: [table.part(name, index) for _, index in of] for name, of in places.items()}

    return truth.memo.once("lag by lag", due)


def _prepare(claim: Claim, truth: CaseTruth) -> None:
    """Computes the expectations; those of an unfolded case are computed when the property is checked."""
    apart = _apart(claim, truth.case)
    if apart is not None:
        _due(truth, *apart)


LAG_BY_LAG = Property(
    "lag by lag",
    "each step's part of it agrees, by its own size",
    About.STEPS,
    _lag_by_lag,
    of_large=True,
    prepare=_prepare,
    # If every step has a loss, no loss stands alone in every case. No case has one beyond MOST, and none in
    # storage types.
    evidence=lambda claim: (
        () if "every" in claim.losses or claim.sizes or {*claim.dtypes} <= {*STORED} else claim.blocks
    ),
    alone=Alone("lags", "one lag is wrong, by less than the sums over lags show"),
    reference=Reference("lag table, entry by entry", "each loss step and step of use by its own size"),
)
