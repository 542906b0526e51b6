"""The vanilla (Elman) cell: one step forward, one step back.

Forward, on N rows of D inputs and H units::

    a       = x Uᵀ + h_prev Wᵀ + b      (N, H)
    h       = f(a)                      (N, H)

Backward, given dh = ∂L/∂h, already summed over every later use of h::

    da      = dh ⊙ f′(a)                (N, H)
    dh_prev = da W                      (N, H)
    dU      = daᵀ x                     (H, D)
    dW      = daᵀ h_prev                (H, H)
    db      = Σ_rows da                 (H,)
    dx      = da U                      (N, D)

With the row r = [h_prev, x, 1] and M = [W U b]ᵀ the first line is a = r M, and the three weight
gradients are the columns of daᵀ r. The slope f′(a) is read off h (see ``rnn.activations``).

Source: Goodfellow, Bengio, Courville, *Deep Learning* (2016), section 10.2.2.

One record, one unit, by hand: a = 2·3 + 5·1 + 4 = 15, and with f(a) = a and dh = 7 we get da = 7,
dU = 7·3, dW = 7·1, db = 7, dx = 7·2 and dh_prev = 7·5.

>>> import numpy as np
>>> from rnn.activations import identity
>>> from rnn.through_time.bptt import unroll
>>> from rnn.cells.cell import Weights, run
>>> cell = Vanilla(inputs=1, units=1, activation=identity)
>>> weights = Weights(U=np.array([[2.0]]), W=np.array([[5.0]]), b=np.array([4.0]))
>>> tape = unroll(cell, weights, xs=np.array([[[3.0]]]), state=(np.array([[1.0]]),))
>>> tape.states.ravel().tolist()
[1.0, 15.0]
>>> dh, das = np.array([[7.0]]), np.empty((1, 1, 1))
>>> run(cell.steps_back(weights.W, carry=[[dh]], derivatives=cell.local_derivatives(tape, 0), das=das))
>>> das.tolist(), dh.tolist()
([[[7.0]]], [[35.0]])
>>> grads, dxs = cell.project_back(weights, tape, das, 0)
>>> [float(block.item()) for block in (*grads, dxs)]
[21.0, 7.0, 7.0, 14.0]
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import numpy as np

from rnn.activations import Activation, check_activations, check_exact, tanh
from rnn.cells.cell import (
    Arrays,
    Params,
    Recurrent,
    Steps,
    StepViews,
    Views,
    Weights,
    carved,
    constant_columns,
    matrix_and_product,
)
from rnn.cells.initial import stacked
from rnn.common.arrays import FRACTIONS, Array
from rnn.common.checks import checked_count, keep
from rnn.common.products import product_by
from rnn.common.representation import as_call


class VanillaViews(NamedTuple):
    """By step t = 0 … T − 1: row t, the state after it, and the place of its da."""

    rows: StepViews
    hs: StepViews
    das: StepViews


class VanillaTape(NamedTuple):
    """``rows[t]`` is [h_t, x_t, 1], (N, H + D + 1); in ``rows[T]`` only h_T, the last state, is set.

    ``states`` (T + 1, N, H) is the view of h_0 … h_T in them. ``M`` (H + D + 1, H) is [W U b]ᵀ, and ``a``
    (N, H) the pre-activations of the step that is being made.
    """

    rows: Array
    states: Array
    M: Array
    a: Array
    da_buffer: Array
    views: VanillaViews

    @property
    def state(self) -> Arrays:
        """As in ``Tape``."""
        return (self.states,)

    @property
    def kept(self) -> Arrays:
        """As in ``Tape``."""
        return (self.states,)


@dataclass(frozen=True)
class Vanilla:
    """h_t+1 = f(U x_t + W h_t + b), with ``inputs`` D, ``units`` H and ``activation`` f."""

    inputs: int
    units: int
    activation: Activation = tanh
    shapes: Mapping[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)

    state: ClassVar[tuple[str, ...]] = ("h",)
    weights: ClassVar[type[Weights]] = Weights
    params: ClassVar[type[Params]] = Params

    def __post_init__(self) -> None:
        keep(self, inputs=checked_count("Vanilla.inputs", self.inputs, 1))
        keep(self, units=checked_count("Vanilla.units", self.units, 1))
        check_activations("Vanilla", activation=self.activation)
        keep(self, shapes={"U": (self.units, self.inputs), "W": (self.units, self.units), "b": (self.units,)})

    __repr__ = as_call

    @property
    def activations(self) -> tuple[Activation, ...]:
        """Its scalar functions, in the order of the fields."""
        return (self.activation,)

    def init(self, rng: np.random.Generator) -> Weights:
        """Glorot-uniform U, orthogonal W, b zero."""
        return Weights(*stacked(rng, 1, self.units, self.inputs))

    def tape(self, records: int, steps: int, dtype: np.dtype[Any]) -> VanillaTape:
        """Rows [h, x, 1], M, and one buffer for slopes and da."""
        if dtype == FRACTIONS:
            check_exact("Vanilla", activation=self.activation)
        units, width = self.units, self.units + self.inputs + 1
        rows, da_buffer = carved(dtype, (steps + 1, records, width), (steps, records, units))
        constant_columns(rows, units)
        states = rows[:, :, :units]
        M, a = matrix_and_product(width, units, records, dtype)
        views = VanillaViews(rows[:-1], states[1:], da_buffer)
        return VanillaTape(rows, states, M, a, da_buffer, views)

    def project(self, weights: Recurrent, tape: VanillaTape, xs: Array, state: Arrays) -> None:
        """M, and every row, of which the steps still owe h_1 … h_T."""
        (h0,) = state
        units, M = self.units, tape.M
        tape.states[0] = h0
        tape.rows[:-1, :, units:-1] = xs.swapaxes(0, 1)
        # In C order, as BLAS reads it; a transposed view costs a tenth more a step.
        M[:units], M[units:-1], M[-1] = weights.W.T, weights.U.T, weights.b

    def forward(self, tape: VanillaTape) -> None:
        """a = x Uᵀ + h_prev Wᵀ + b; h = f(a)."""
        (rows, hs, _), M, f = tape.views, tape.M, self.activation.value
        a = tape.a[: len(rows[0])]
        product = product_by(M, len(a))
        for row, h in zip(rows, hs, strict=True):
            product(row, M, a)  # a = r M
            f(a, h)  # h = f(a)

    def local_derivatives(self, tape: VanillaTape, first: int) -> Arrays:
        """f′(a) of each step from ``first`` on, read off its output."""
        slopes = tape.da_buffer[first:]
        self.activation.slope(tape.states[first + 1 :], slopes)
        return (slopes,)

    def steps_back(
        self, W: Array, carry: Sequence[Views], derivatives: Sequence[Views], das: Sequence[Array]
    ) -> Steps:
        """da = dh ⊙ f′(a); dh_prev = da W, written over dh."""
        (dhs,), (slopes,) = carry, derivatives
        product, multiply = product_by(W, len(das[0])), np.multiply
        for da, slope, dh in zip(das, slopes, dhs, strict=False):
            multiply(dh, slope, da)  # da = dh ⊙ f′(a)
            product(da, W, dh)  # dh_prev = da W
            yield

    def project_back(
        self, weights: Recurrent, tape: VanillaTape, das: Array, first: int
    ) -> tuple[Weights, Array]:
        """[dW dU db] = Σ_t da_tᵀ [h_t, x_t, 1]; dx_t = da_t U."""
        steps, records, units = das.shape
        da = das.reshape(-1, units)
        dM = da.T.dot(tape.rows[first:-1].reshape(len(da), -1))
        dW, dU, db = dM[:, :units], dM[:, units:-1], dM[:, -1]
        dxs = da.dot(np.ascontiguousarray(weights.U)).reshape(steps, records, self.inputs)
        return Weights(U=dU, W=dW, b=db), dxs
