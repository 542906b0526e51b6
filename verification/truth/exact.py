"""Exact gradients where every function is rational: dual numbers over the rationals.

Each step has a copy of the blocks of its own, moved along every entry, so one forward yields <G[t, s], e> for
every loss t, step s and entry e, and any truncation is a masked sum. The number of digits grows with each
step (an LSTM of two units with rational gates has some 1,200 after three steps), so cases have to be small.
"""

from fractions import Fraction
from typing import Any, TypeAlias, cast

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case
from verification.models.functions import Arithmetic, Function, Namespace
from verification.models.model import NamedArrays, State, Use
from verification.truth import replay
from verification.truth.dual import Dual, Tangents, tangents_of, value_of
from verification.truth.output_as_state import as_state, left_out

# A direction: a block, the step of its use, the entry.
Way: TypeAlias = tuple[str, int, tuple[int, ...]]


class _Duals(Arithmetic):
    """Object arrays of Duals and of constants."""

    def apply(self, function: Function, a: Any) -> Any:
        if function.slope is None:
            return function.value(a)
        values = self.stop(a)
        return self.surrogate(function.value(values), function.slope(values) * a)

    def stop(self, x: Any) -> Any:
        return _values(x)

    def surrogate(self, value: Any, by: Any) -> Any:
        return _moved_by(value, by)


def _moved(number: Any, moving: Any) -> Dual | Fraction:
    """A number that moves as another does; in a forward nothing moves."""
    value, tangents = Fraction(value_of(number)), tangents_of(moving)
    return Dual(value, tangents) if tangents else value


_values = np.vectorize(lambda number: Fraction(value_of(number)), otypes=[object])
_moved_by = np.vectorize(_moved, otypes=[object])


def gradient(given: Case) -> dict[str, Array]:
    """Every block of the truncated gradient of a case of Fractions, whose functions are rational."""
    case = as_state(given)
    model = case.model
    f = Namespace(case.chosen, _Duals())
    state: State = tuple(_moving(case.blocks[block.name], block.name, 0, ()) for block in model.of(Use.STATE))
    readout = NamedArrays({n: _moving(array, n, 0, ()) for n, array in case.params(Use.READOUT).items()})
    grads = {name: np.full(array.shape, Fraction(0), dtype=object) for name, array in case.blocks.items()}
    for t in range(case.steps):
        p = NamedArrays({n: _moving(array, n, t, ()) for n, array in case.params(Use.STEP).items()})
        inputs = {name: _moving(array[:, t], name, t, (t,)) for name, array in case.inputs.items()}
        state = model.advance(f, p, inputs, state)
        if t in case.losses:
            data = case.objective.data(t, case.steps)
            loss = np.sum(case.objective.term(model, f, readout, data, state))
            first = case.reach[t]
            for way, tangent in tangents_of(loss).items():
                name, s, index = cast(Way, way)
                if model.block(name).use is Use.READOUT or s >= first:
                    grads[name][index] += tangent
    return left_out(given, grads)


def forward(case: Case) -> dict[str, Array]:
    """What the forward of a case of Fractions computes, by name."""
    return replay.forward(case, _Duals())


def _moving(array: Array, name: str, s: int, step: tuple[int, ...]) -> Array:
    """The array at step s, each entry moving along a direction of its own; ``step``: the index of a slice in
    its block.
    """
    moving = np.empty(array.shape, dtype=object)
    for index, entry in np.ndenumerate(array):
        whole = (*index[:1], *step, *index[1:])
        tangents: Tangents = {(name, s, whole): Fraction(1)}
        moving[index] = Dual(Fraction(entry), tangents)
    return moving
