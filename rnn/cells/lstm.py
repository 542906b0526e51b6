"""The LSTM cell (long short-term memory): one step forward, one step back.

Its gates i, f, g, o (input, forget, candidate, output) are stacked in this order in U (4H, D), W (4H, H) and
b (4H,), as in PyTorch; U_i stands for the first H rows of U, and so on. Forward, on N rows of D inputs and H
units, with σ for ``gate``, φ for ``candidate`` and ψ for ``output``::

    a       = x Uᵀ + h_prev Wᵀ + b      (N, 4H)
    i, f, o = σ(a_i), σ(a_f), σ(a_o)    (N, H) each
    g       = φ(a_g)                    (N, H)
    c       = f ⊙ c_prev + i ⊙ g        (N, H)
    s       = ψ(c)                      (N, H)
    h       = o ⊙ s                     (N, H)

Backward, given dh and dc, already summed over every later use of h and c::

    dc     += dh ⊙ o ⊙ ψ′(c)            (N, H)
    da_i    = dc ⊙ g ⊙ σ′(a_i)          (N, H)
    da_f    = dc ⊙ c_prev ⊙ σ′(a_f)     (N, H)
    da_g    = dc ⊙ i ⊙ φ′(a_g)          (N, H)
    da_o    = dh ⊙ s ⊙ σ′(a_o)          (N, H)
    dc_prev = dc ⊙ f                    (N, H)
    dh_prev = da W                      (N, H)
    dU      = daᵀ x                     (4H, D)
    dW      = daᵀ h_prev                (4H, H)
    db      = Σ_rows da                 (4H,)
    dx      = da U                      (N, D)

All but dc and dh is known once the forward is made, so the *factors* of da are worked out for every step at
once: [g σ′(a_i), c_prev σ′(a_f), i φ′(a_g), s σ′(a_o)], and o ψ′(c). Slopes are read off the outputs (see
``rnn.activations``). With the row r = [h_prev, x, 1] the products are as in the vanilla cell. The tape's M,
and its gates, are stacked i, f, o, g, so that σ is one call a step; da is stacked as U, W and b are.

The state is (h, c). Sources: Hochreiter and Schmidhuber (1997), with the forget gate of Gers, Schmidhuber and
Cummins (2000); the bias of 1 that the forget gate starts with: Jozefowicz, Zaremba and Sutskever (2015).

One record, one unit, by hand: with identities for σ, φ and ψ, U = (1, 2, 3, 4)ᵀ, W = b = 0, x = 1, c_prev = 5
we get i, f, g, o = 1, 2, 3, 4, c = 2·5 + 1·3 = 13 and h = 4·13 = 52. With dh = 1 and dc = 0: dc = 4, da =
(4·3, 4·5, 4·1, 1·13) = dU, dc_prev = 4·2, and dx = 12·1 + 20·2 + 4·3 + 13·4.

>>> import numpy as np
>>> from rnn.activations import identity
>>> from rnn.through_time.bptt import unroll
>>> from rnn.cells.cell import Weights, run
>>> cell = LSTM(inputs=1, units=1, gate=identity, candidate=identity, output=identity)
>>> weights = Weights(U=np.array([[1.0], [2.0], [3.0], [4.0]]), W=np.zeros((4, 1)), b=np.zeros(4))
>>> state = np.zeros((1, 1)), np.array([[5.0]])
>>> tape = unroll(cell, weights, xs=np.array([[[1.0]]]), state=state)
>>> [float(array[-1].item()) for array in tape.state]
[52.0, 13.0]
>>> dh, dc, das = np.array([[1.0]]), np.zeros((1, 1)), np.empty((1, 1, 4))
>>> run(cell.steps_back(weights.W, ([dh], [dc]), cell.local_derivatives(tape, 0), das))
>>> das.tolist(), dc.tolist()
([[[12.0, 20.0, 4.0, 13.0]]], [[8.0]])
>>> grads, dxs = cell.project_back(weights, tape, das, 0)
>>> grads.U.ravel().tolist(), dxs.tolist()
([12.0, 20.0, 4.0, 13.0], [[[116.0]]])
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import numpy as np

from rnn.activations import Activation, check_activations, check_exact, sigmoid, tanh
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


class LSTMViews(NamedTuple):
    """By step t = 0 … T − 1: row t, what the step computes, and the place of its da."""

    rows: StepViews
    ifo: StepViews
    i: StepViews
    f: StepViews
    o: StepViews
    g: StepViews
    cs_prev: StepViews
    cs: StepViews
    s: StepViews
    hs: StepViews
    das: StepViews


class LSTMTape(NamedTuple):
    """``rows[t]`` is [h_t, x_t, 1], (N, H + D + 1); in ``rows[T]`` only h_T, the last state, is set.

    ``states`` (T + 1, N, H) is the view of h_0 … h_T in them, and ``cells`` (T + 1, N, H) holds c_0 … c_T.
    ``gates`` (T, N, 4H) are i, f, o, g, ``squashed`` (T, N, H) is s. ``M`` (H + D + 1, 4H) is [W U b]ᵀ, its
    columns in the order of the gates, ``a`` (N, 4H) the pre-activations of the step that is being made, and
    ``ig`` (N, H) its i ⊙ g. ``through`` (T, N, H) is where the backward writes o ψ′(c).
    """

    rows: Array
    states: Array
    cells: Array
    gates: Array
    squashed: Array
    M: Array
    a: Array
    ig: Array
    through: Array
    da_buffer: Array
    views: LSTMViews

    @property
    def state(self) -> Arrays:
        """As in ``Tape``."""
        return self.states, self.cells

    @property
    def kept(self) -> Arrays:
        """As in ``Tape``."""
        return self.states, self.cells, self.gates, self.squashed


@dataclass(frozen=True)
class LSTM:
    """An LSTM of ``inputs`` D and ``units`` H, with the function of its gates, candidate and output."""

    inputs: int
    units: int
    gate: Activation = sigmoid
    candidate: Activation = tanh
    output: Activation = tanh
    shapes: Mapping[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)

    state: ClassVar[tuple[str, ...]] = ("h", "c")
    weights: ClassVar[type[Weights]] = Weights
    params: ClassVar[type[Params]] = Params

    def __post_init__(self) -> None:
        keep(self, inputs=checked_count("LSTM.inputs", self.inputs, 1))
        keep(self, units=checked_count("LSTM.units", self.units, 1))
        check_activations("LSTM", gate=self.gate, candidate=self.candidate, output=self.output)
        rows = 4 * self.units
        keep(self, shapes={"U": (rows, self.inputs), "W": (rows, self.units), "b": (rows,)})

    __repr__ = as_call

    @property
    def activations(self) -> tuple[Activation, ...]:
        """Its scalar functions, in the order of the fields."""
        return self.gate, self.candidate, self.output

    def init(self, rng: np.random.Generator) -> Weights:
        """Each gate's block of U Glorot-uniform and of W orthogonal; b zero, but 1 for the forget gate."""
        U, W, b = stacked(rng, 4, self.units, self.inputs)
        b[self.units : 2 * self.units] = 1
        return Weights(U, W, b)

    def tape(self, records: int, steps: int, dtype: np.dtype[Any]) -> LSTMTape:
        """Room for rows, states, gates, and their derivatives."""
        if dtype == FRACTIONS:
            check_exact("LSTM", gate=self.gate, candidate=self.candidate, output=self.output)
        H, width = self.units, self.units + self.inputs + 1
        each = (steps, records, H)
        rows, cells, gates, squashed, through, da_buffer = carved(
            *(dtype, (steps + 1, records, width), (steps + 1, records, H), (steps, records, 4 * H)),
            *(each, each, (steps, records, 4 * H)),
        )
        constant_columns(rows, H)
        states = rows[:, :, :H]
        M, a = matrix_and_product(width, 4 * H, records, dtype)
        ig = np.empty((records, H), dtype)
        i, f, o, g = (gates[:, :, k * H : (k + 1) * H] for k in range(4))
        views = LSTMViews(
            *(rows[:-1], gates[:, :, : 3 * H], i, f, o, g, cells[:-1], cells[1:]),
            *(squashed, states[1:], da_buffer),
        )
        return LSTMTape(rows, states, cells, gates, squashed, M, a, ig, through, da_buffer, views)

    def project(self, weights: Recurrent, tape: LSTMTape, xs: Array, state: Arrays) -> None:
        """M, and every row, of which the steps still owe h_1 … h_T."""
        H, M = self.units, tape.M
        tape.states[0], tape.cells[0] = state
        tape.rows[:-1, :, H:-1] = xs.swapaxes(0, 1)
        i_f, g, o = slice(0, 2 * H), slice(2 * H, 3 * H), slice(3 * H, 4 * H)
        # The weights are stacked i, f, g, o, and M i, f, o, g.
        for columns, rows in ((i_f, i_f), (g, o), (o, g)):
            M[:H, columns], M[H:-1, columns] = weights.W[rows].T, weights.U[rows].T
            M[-1, columns] = weights.b[rows]

    def forward(self, tape: LSTMTape) -> None:
        """a = x Uᵀ + h_prev Wᵀ + b; then the gates, c and h."""
        H, M, views = self.units, tape.M, tape.views
        gate, candidate, output = self.gate.value, self.candidate.value, self.output.value
        multiply, add, copyto = np.multiply, np.add, np.copyto
        records = len(views.rows[0])
        a, ig = tape.a[:records], tape.ig[:records]
        a_ifo, a_g = a[:, : 3 * H], a[:, 3 * H :]
        product = product_by(M, records)
        for row, ifo, i, f, o, g, c_prev, c, s, h, _ in zip(*views, strict=True):
            product(row, M, a)  # a = r M
            gate(a_ifo, ifo)  # i, f, o = σ(a_i), σ(a_f), σ(a_o)
            candidate(a_g, g)  # g = φ(a_g)
            multiply(f, c_prev, c)  # c = f ⊙ c_prev
            multiply(i, g, ig)
            add(c, ig, c)  # … + i ⊙ g
            copyto(ig, c)
            output(ig, s)  # s = ψ(c)
            multiply(o, s, h)  # h = o ⊙ s

    def local_derivatives(self, tape: LSTMTape, first: int) -> Arrays:
        """The factors of da_i, da_f, da_g, da_o; o ψ′(c); and f."""
        H, factors, through = self.units, tape.da_buffer[first:], tape.through[first:]
        gates, s = tape.gates[first:], tape.squashed[first:]
        i, f, o, g = (gates[:, :, k * H : (k + 1) * H] for k in range(4))
        F_i, F_f, F_g, F_o = (factors[:, :, k * H : (k + 1) * H] for k in range(4))
        self.output.slope(s, through)
        np.multiply(through, o, through)  # o ⊙ ψ′(c)
        self.gate.slope(gates[:, :, : 2 * H], factors[:, :, : 2 * H])
        np.multiply(F_i, g, F_i)  # g ⊙ σ′(a_i)
        np.multiply(F_f, tape.cells[first:-1], F_f)  # c_prev ⊙ σ′(a_f)
        self.candidate.slope(g, F_g)
        np.multiply(F_g, i, F_g)  # i ⊙ φ′(a_g)
        self.gate.slope(o, F_o)
        np.multiply(F_o, s, F_o)  # s ⊙ σ′(a_o)
        return factors, through, f

    def steps_back(
        self, W: Array, carry: Sequence[Views], derivatives: Sequence[Views], das: Sequence[Array]
    ) -> Steps:
        """da from dh and dc; dc_prev = dc ⊙ f, written over dc, and dh_prev = da W, written over dh."""
        (dhs, dcs), (factors, through, fs) = carry, derivatives
        H, product = self.units, product_by(W, len(das[0]))
        multiply, add = np.multiply, np.add
        for da, factor, F_c, f, dh, dc in zip(das, factors, through, fs, dhs, dcs, strict=False):
            add(dc, multiply(dh, F_c), dc)  # dc += dh ⊙ o ⊙ ψ′(c)
            by_gate, into = factor.reshape(-1, 4, H), da.reshape(-1, 4, H)
            multiply(dc[:, np.newaxis], by_gate[:, :3], into[:, :3])  # da_i, da_f, da_g = dc ⊙ …
            multiply(dh, by_gate[:, 3], into[:, 3])  # da_o = dh ⊙ s ⊙ σ′(a_o)
            multiply(dc, f, dc)  # dc_prev = dc ⊙ f
            product(da, W, dh)  # dh_prev = da W
            yield

    def project_back(
        self, weights: Recurrent, tape: LSTMTape, das: Array, first: int
    ) -> tuple[Weights, Array]:
        """[dW dU db] = Σ_t da_tᵀ [h_t, x_t, 1]; dx_t = da_t U."""
        H, da = self.units, das.reshape(-1, 4 * self.units)
        dM = da.T.dot(tape.rows[first:-1].reshape(len(da), -1))
        dW, dU, db = dM[:, :H], dM[:, H:-1], dM[:, -1]
        dxs = da.dot(np.ascontiguousarray(weights.U)).reshape(*das.shape[:2], self.inputs)
        return Weights(U=dU, W=dW, b=db), dxs
