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
>>> from rnn.bptt import unroll
>>> from rnn.cells.cell import Weights, run
>>> cell = Vanilla(inputs=1, units=1, activation=identity)
>>> weights = Weights(U=np.array([[2.0]]), W=np.array([[5.0]]), b=np.array([4.0]))
>>> tape = unroll(cell, weights, xs=np.array([[[3.0]]]), state=(np.array([[1.0]]),))
>>> tape.states.ravel().tolist()
[1.0, 15.0]
>>> dh, das = np.array([[7.0]]), np.empty((1, 1, 1))
>>> (slopes,) = cell.slopes(tape, 0)
>>> run(cell.steps_back(weights.W, carry=[[dh]], slopes=[slopes], das=das))
>>> das.tolist(), dh.tolist()
([[[7.0]]], [[35.0]])
>>> grads, dxs = cell.project_back(weights, tape, das, 0)
>>> [float(block.item()) for block in (*grads, dxs)]
[21.0, 7.0, 7.0, 14.0]
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, ClassVar

import numpy as np

from rnn.activations import Activation, tanh
from rnn.arrays import FRACTIONS, Array, zeros
from rnn.cells.cell import Recurrent, Steps, Tape, Views, Weights, lay_out, tape_for
from rnn.checks import checked_count, keep, shown
from rnn.products import products


@dataclass(frozen=True)
class Vanilla:
    """h_t+1 = f(U x_t + W h_t + b), with ``inputs`` D, ``units`` H and ``activation`` f."""

    inputs: int
    units: int
    activation: Activation = tanh

    gates: ClassVar[int] = 1
    state_arrays: ClassVar[int] = 1

    def __post_init__(self) -> None:
        keep(self, inputs=checked_count("Vanilla.inputs", self.inputs, 1))
        keep(self, units=checked_count("Vanilla.units", self.units, 1))
        if not isinstance(self.activation, Activation):
            given = shown(self.activation)
            raise TypeError(f"Vanilla.activation: {given}, needed an rnn.Activation, as rnn.tanh")

    def tape(self, records: int, steps: int, dtype: np.dtype[Any]) -> Tape:
        """Rows [h, x, 1], M, and one room for slopes and da."""
        if dtype == FRACTIONS:
            self._check_exact()
        return tape_for(self, records, steps, dtype)

    def project(self, weights: Recurrent, tape: Tape, xs: Array, state: tuple[Array, ...]) -> None:
        """M, and every row, of which the steps still owe h_1 … h_T."""
        (h0,) = state
        lay_out(tape, weights, xs, h0)

    def steps(self, tape: Tape) -> Steps:
        """a = x Uᵀ + h_prev Wᵀ + b; h = f(a)."""
        (rows, hs, _), a = tape.by_step, tape.a
        return zip(
            *products(rows, tape.M, repeat(a), len(a)),  # a = r M
            map(self.activation.value, repeat(a), hs),  # h = f(a)
            strict=True,
        )

    def slopes(self, tape: Tape, first: int) -> tuple[Array]:
        """f′(a) of each step from ``first`` on, read off its output."""
        room = tape.room[first:]
        self.activation.slope(tape.states[first + 1 :], room)
        return (room,)

    def steps_back(
        self, W: Array, carry: Sequence[Views], slopes: Sequence[Views], das: Sequence[Array]
    ) -> Steps:
        """da = dh ⊙ f′(a); dh_prev = da W, written over dh."""
        (dhs,), (slope,) = carry, slopes
        return zip(
            map(np.multiply, dhs, slope, das),  # da = dh ⊙ f′(a)
            *products(das, W, dhs, len(das[0])),  # dh_prev = da W
            strict=True,
        )

    def project_back(self, weights: Recurrent, tape: Tape, das: Array, first: int) -> tuple[Weights, Array]:
        """[dW dU db] = Σ_t da_tᵀ [h_t, x_t, 1]; dx_t = da_t U."""
        steps, records, units = das.shape
        da = das.reshape(-1, units)
        dM = da.T.dot(tape.rows[first:-1].reshape(len(da), -1))
        dW, dU, db = dM[:, :units], dM[:, units:-1], dM[:, -1]
        dxs = da.dot(np.ascontiguousarray(weights.U)).reshape(steps, records, self.inputs)
        return Weights(U=dU, W=dW, b=db), dxs

    def _check_exact(self) -> None:
        """TypeError unless the activation of a Fraction is one."""
        one = zeros((1,), np.empty(0, FRACTIONS))
        try:
            self.activation.value(one, one.copy())
        except TypeError:
            name = self.activation.name
            raise TypeError(
                f"Vanilla.activation: {name}, needed one that takes Fractions, as rnn.relu, or floats"
            ) from None
