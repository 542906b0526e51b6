"""Draws of a gradient that is computed in chunks, whose roundings are others than those of steps.

A chunk is traced as a whole, on the terms of its matrix (``verification.models.terms``). Every number that
enters it is rounded, and every product in it; and every cotangent on its way back. These draws are added to
those of a case's bound. They are made where it is known where chunks begin, of the full gradient.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import autograd.numpy as anp
import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, Cotangents, final_cotangents, outputs_cotangent, real_of
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import NamedArrays, Use
from verification.models.terms import Terms
from verification.models.tolerance import unit
from verification.models.truncation import FULL
from verification.truth.backward_rounding import BackwardRounding
from verification.truth.parts import OUTPUTS, final_of
from verification.truth.reverse import make_vjp
from verification.truth.rounding import Copies, Rounding, copies_of

# About how many bytes of all chunks are kept for their way back; records beyond are computed in turn.
KEPT = 2**27


@dataclass(frozen=True)
class DrawsInChunks:
    """Gradients of the blocks, and what the forward computes, in M draws (M, N, …)."""

    grads: Mapping[str, Array]
    parts: Mapping[str, Array]


def drawn_in_chunks(case: Case) -> DrawsInChunks | None:
    """The draws of a case in double or single precision; None where none are made."""
    known = case.truncation == FULL and isinstance(case.objective, Cotangents) and case.dtype.kind == "f"
    if not (case.begins and known):
        return None
    copies = Copies(np.dtype(np.float64), False, copies_of(case)[-1].draws)
    most = max(1, KEPT // (copies.count * _bytes_of_record(case)))
    made = [
        _of_records(case.of_records(slice(first, first + most)), copies, first)
        for first in range(0, case.records, most)
    ]
    return DrawsInChunks(*(joined(each, axis=1) for each in zip(*made, strict=True)))


def _bytes_of_record(case: Case) -> int:
    """About how many bytes all chunks of one record keep: at each step all terms so far, and the matrix."""
    (state,), longest = case.state, min(int(case.chunk or case.steps), case.steps)
    A, K, V = map(int, state.shape[1:])
    return 8 * A * case.steps * (longest * (8 * K + 4 * V) + 4 * K * V)


def joined(each: Sequence[Mapping[str, Array]], axis: int = 0) -> dict[str, Array]:
    """Arrays by name, of all of these, by default one draw after another; one that is alone is not copied."""
    if len(each) == 1:
        return dict(each[0])
    return {name: np.concatenate([some[name] for some in each], axis=axis) for name in each[0]}


def _of_records(case: Case, copies: Copies, place: int) -> tuple[dict[str, Array], dict[str, Array]]:
    """Gradients and forward parts of some records."""
    model, u = case.model, unit(real_of(case.dtype))
    rounding = Rounding(case, copies, place, 1)
    (block,) = model.of(Use.STATE)
    ends = (*case.begins[1:], case.steps)
    S, backs, outputs = rounding.of_array(case.state[0]), [], []
    for first, end in zip(case.begins, ends, strict=True):
        leaves = {name: rounding.of_array(array[:, first:end]) for name, array in case.inputs.items()}
        back, (o, S) = make_vjp(partial(_chunk, case, rounding), {**leaves, block.name: S})
        S = rounding.rounded(S)
        backs.append(back)
        outputs.append(o)
    parts = {OUTPUTS: np.concatenate(outputs, axis=2), final_of(block): S}
    d_outputs, (d_state,) = (
        rounding.of_array(outputs_cotangent(case)),
        map(rounding.of_array, final_cotangents(case)),
    )
    made: dict[str, list[Array]] = {name: [] for name in case.inputs}
    for number, back in reversed([*enumerate(backs)]):
        span = slice(case.begins[number], ends[number])
        flow = back((d_outputs[:, :, span], d_state), BackwardRounding(u, 0, place, number))
        d_state = flow.pop(block.name)
        for name, array in flow.items():
            made[name].insert(0, array)
    grads = {name: np.concatenate(each, axis=2) for name, each in made.items()}
    return {**grads, block.name: d_state}, parts


def _chunk(case: Case, rounding: Rounding, leaves: Mapping[str, Any]) -> tuple[Any, Any]:
    """The outputs (M, N, L, …) and the last state of a chunk, from its inputs and its first state."""
    model, f, inputs = case.model, Namespace(case.chosen, Arithmetic()), dict(leaves)
    (block,) = model.of(Use.STATE)
    before, outputs = Terms.of(inputs.pop(block.name), rounding.rounded), []
    assert model.in_chunks is not None
    for t in range(next(iter(inputs.values())).shape[2]):
        x = NamedArrays({name: array[:, :, t] for name, array in inputs.items()})
        after = model.in_chunks(f, x, before)
        outputs.append(model.put_out(f, NamedArrays(), x, (before,), (after,)))
        before = after
    return anp.stack(outputs, axis=2), before.whole
