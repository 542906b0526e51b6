"""The complex step: the imaginary part of the forward at θ + iε, without automatic differentiation.

For a holomorphic f, f(θ + iε) = f(θ) + iε f′(θ) up to ε². Nothing is subtracted, so ε can be so small that
the derivative is exact but for the forward's own rounding. This holds for real numbers where every function
is holomorphic, or has its slope declared, and where the model's own operations are holomorphic: a step that
takes |a| gives an imaginary part that is not the derivative, and some operations have no complex version in
NumPy. ``holds`` finds that by trial. A state that is held constant keeps its real part.

Source: Squire and Trapp, *Using complex variables to estimate derivatives of real functions* (1998).
"""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from verification.models.arrays import Array
from verification.models.case import WIDER, Case, Targets, random_case
from verification.models.functions import Arithmetic, Function, Namespace
from verification.models.model import Model, State, Use
from verification.truth import replay
from verification.truth.output_as_state import as_state, left_out
from verification.truth.substitute_types import as_known
from verification.truth.unroll import advance, replays, term


def epsilon(dtype: np.dtype[Any]) -> Any:
    """A power of two whose square is the smallest normal number."""
    return np.ldexp(dtype.type(1), np.finfo(dtype).minexp // 2)


def admitted(case: Case) -> bool:
    """Can the complex step differentiate the case?"""
    holomorphic = all(each.holomorphic or each.slope is not None for each in case.chosen.values())
    if not holomorphic or np.iscomplexobj(case.state[0]):
        return False
    functions = tuple((role, each.name) for role, each in case.chosen.items())
    return holds(case.model, functions, "every" if isinstance(case.objective, Targets) else "cotangents")


# Factors of the numbers on which a model is tried, and how closely autograd has to agree.
SCALES = (1.0, 4.0)
AGREEMENT = 1e-9


@cache
def holds(model: Model, functions: tuple[tuple[str, str], ...], losses: str) -> bool:
    """Does the complex step agree with autograd on the model's forward, with these functions?

    ``losses`` as in ``random_case``. ``soundness`` compares autograd itself with finite differences.
    """
    rng = np.random.default_rng(0)
    sizes = model.at_most({name: 2 + i % 2 for i, name in enumerate(model.dimensions)})
    case = random_case(model, rng, sizes, 2, 2, np.float64, dict(functions), losses)
    for scale in SCALES:
        scaled = replace(case, blocks={name: scale * array for name, array in case.blocks.items()})
        truth = replay.gradient(scaled)
        try:
            gradients = gradient(scaled)
        except Exception:
            # NumPy has no complex version of an operation, or refuses it in another way.
            return False
        if not all(np.allclose(gradients[name], truth[name], AGREEMENT, AGREEMENT, True) for name in truth):
            return False
    return True


class _Complex(Arithmetic):
    """Complex numbers whose imaginary part is a derivative."""

    def apply(self, function: Function, a: Any) -> Any:
        if function.slope is None:
            return function.value(a)
        return function.value(a.real) + 1j * function.slope(a.real) * a.imag

    def stop(self, x: Any) -> Any:
        return np.real(x) + 0j

    def surrogate(self, value: Any, by: Any) -> Any:
        return np.real(value) + 1j * np.imag(by)


def gradient(given: Case) -> dict[str, Array]:
    """Every block of the truncated gradient of an admitted case, in the next wider type.

    Each entry is moved in a copy of its own.
    """
    case, real = as_state(given), WIDER[as_known(given).dtype]
    moved = _moved(case, real)
    objective = case.objective.replaced(lambda array: array.astype(real))
    copies = (len(next(iter(moved.values()))),)
    model, arithmetic = case.model, _Complex()
    f = Namespace(case.chosen, arithmetic)
    p, readout = model.named(moved, Use.STEP), model.named(moved, Use.READOUT)

    def step(s: int, state: State) -> State:
        inputs = {block.name: moved[block.name][:, :, s] for block in model.of(Use.INPUT)}
        return advance(model, f, p, inputs, state, copies)

    with np.errstate(all="ignore"):
        start = tuple(moved[block.name] for block in model.of(Use.STATE))
        total: Any = 0.0
        for t, state in replays(case, step, start, arithmetic.stop):
            data = {
                name: np.broadcast_to(array, (*copies, *array.shape))
                for name, array in objective.data(t, case.steps).items()
            }
            loss = term(model, objective, f, readout, data, state, copies)
            total = total + loss.sum(axis=-1)
        derivatives = np.imag(total) / epsilon(real)
    ends = np.cumsum([array.size for array in case.blocks.values()])[:-1]
    parts = np.split(derivatives, ends)
    gradients = {
        name: part.reshape(array.shape)
        for (name, array), part in zip(case.blocks.items(), parts, strict=True)
    }
    return left_out(given, gradients)


def _moved(case: Case, real: np.dtype[Any]) -> dict[str, Array]:
    """One copy of all blocks for each entry of all of them, in which that entry alone is moved by iε."""
    copies = sum(array.size for array in case.blocks.values())
    moved, start = {}, 0
    for name, array in case.blocks.items():
        block = np.tile(array.astype(np.result_type(real, np.complex64)).ravel(), (copies, 1))
        entries = np.arange(array.size)
        block[start + entries, entries] += 1j * epsilon(real)
        moved[name] = block.reshape(copies, *array.shape)
        start += array.size
    return moved
