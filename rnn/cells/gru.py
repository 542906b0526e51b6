"""The GRU cell (gated recurrent unit), reset after the product: one step forward, one step back.

Its gates r, z and its candidate n (reset, update, new) are stacked in this order in U (3H, D), W (3H, H) and
b (3H,); U_r stands for the first H rows of U, and so on. The candidate's recurrent part has a bias of its
own, bn (H,), inside the reset gate, as in PyTorch and cuDNN, so that W h_prev is one product. Forward, on N
rows of D inputs and H units, with σ for ``gate`` and φ for ``candidate``::

    p       = x Uᵀ + b                  (N, 3H)    for every step before the first is made
    m       = h_prev Wᵀ + (0, 0, bn)    (N, 3H)
    r, z    = σ(p_r + m_r), σ(p_z + m_z)           (N, H) each
    n       = φ(p_n + r ⊙ m_n)          (N, H)
    h       = (1 − z) ⊙ n + z ⊙ h_prev  (N, H)

Backward, given dh, already summed over every later use of h::

    da_n    = dh ⊙ (1 − z) ⊙ φ′(a_n)    (N, H)     the cotangent of p_n + r ⊙ m_n
    da_r    = da_n ⊙ m_n ⊙ σ′(a_r)      (N, H)
    da_z    = dh ⊙ (h_prev − n) ⊙ σ′(a_z)          (N, H)
    dm_n    = da_n ⊙ r                  (N, H)     and dm_r = da_r, dm_z = da_z
    dh_prev = dm W + dh ⊙ z             (N, H)
    dU      = daᵀ x                     (3H, D)
    dW      = dmᵀ h_prev                (3H, H)
    db      = Σ_rows da                 (3H,)
    dbn     = Σ_rows dm_n               (H,)
    dx      = da U                      (N, D)

All of da and dm is dh times what is known once the forward is made, so these *factors* are worked out for
every step at once. They, and what the recursion calls das, are stacked n, r, z, m: the first three blocks are
da, and the last three are dm. Slopes are read off the outputs (see ``rnn.activations``). With rows [x, 1] and
[h, 1] both biases are columns of the products.

The state is h alone. Sources: Cho et al. (2014); the reset after the product is cuDNN's.

One record, one unit, by hand: with identities for σ and φ, U = (0, 0, 1)ᵀ, W = (0, 0, 1)ᵀ, b = (2, 3, 0),
bn = 1, x = 4 and h_prev = 5 we get r, z = 2, 3, m_n = 6, n = 4 + 2·6 = 16 and h = (1 − 3)·16 + 3·5 = −17.
With dh = 1: da_n = −2, da_r = −2·6, da_z = 5 − 16, dm_n = −2·2, dh_prev = −4·1 + 3, dU = da·4, dW = dm·5,
dbn = −4, dx = −2.

>>> import numpy as np
>>> from rnn.activations import identity
>>> from rnn.through_time.bptt import unroll
>>> from rnn.cells.cell import run
>>> cell = GRU(inputs=1, units=1, gate=identity, candidate=identity)
>>> column = np.array([[0.0], [0.0], [1.0]])
>>> weights = GRUWeights(U=column, W=column, b=np.array([2.0, 3.0, 0.0]), bn=np.array([1.0]))
>>> tape = unroll(cell, weights, xs=np.array([[[4.0]]]), state=(np.array([[5.0]]),))
>>> tape.states.ravel().tolist()
[5.0, -17.0]
>>> dh, das = np.array([[1.0]]), np.empty((1, 1, 4))
>>> derivatives = cell.local_derivatives(tape, 0)
>>> run(cell.steps_back(weights.W, [[dh]], derivatives, das))
>>> das.tolist(), dh.tolist()
([[[-2.0, -12.0, -11.0, -4.0]]], [[-1.0]])
>>> grads, dxs = cell.project_back(weights, tape, das, 0)
>>> [block.ravel().tolist() for block in (*grads, dxs)]
[[-48.0, -44.0, -8.0], [-60.0, -55.0, -20.0], [-12.0, -11.0, -2.0], [-4.0], [-2.0]]
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np

from rnn.activations import Activation, check_activations, check_exact, sigmoid, tanh
from rnn.cells.cell import (
    Arrays,
    Recurrent,
    Steps,
    StepViews,
    Views,
    carved,
    constant_columns,
)
from rnn.cells.initial import stacked
from rnn.common.arrays import FRACTIONS, Array, zeros
from rnn.common.checks import checked_count, keep
from rnn.common.products import aligned, matrix_product, product_by
from rnn.common.representation import as_call


class GRUWeights(NamedTuple):
    """What a GRU learns, or its gradient: U (3H, D), W (3H, H), b (3H,), bn (H,)."""

    U: Array
    W: Array
    b: Array
    bn: Array


class GRUParams(NamedTuple):
    """The cell's weights with the readout's V (K, H) and c (K,): all learned arrays, or their gradients."""

    U: Array
    W: Array
    b: Array
    bn: Array
    V: Array
    c: Array


class Reset(Recurrent, Protocol):
    """Anything that has a GRU's weights among its fields."""

    @property
    def bn(self) -> Array: ...  # pragma: no cover


class GRUViews(NamedTuple):
    """By step t = 0 … T − 1: row t and its state, what the step computes, and the place of its da.

    ``p_rz`` and ``p_n`` are where r and z, and n, take the place of p.
    """

    rows: StepViews
    hs_prev: StepViews
    m: StepViews
    m_rz: StepViews
    m_n: StepViews
    p_rz: StepViews
    r: StepViews
    z: StepViews
    p_n: StepViews
    hs: StepViews
    das: StepViews


class GRUTape(NamedTuple):
    """``rows[t]`` is [h_t, 1], (N, H + 1), and ``inputs[t]`` [x_t, 1], (N, D + 1).

    ``states`` (T + 1, N, H) is the view of h_0 … h_T in the rows. ``m`` (T, N, 3H) is m, in whose first two
    blocks each step adds p; ``gates`` (T, N, 3H) is p, and then r, z, n. ``M`` (H + 1, 3H) is
    [W (0, 0, bn)]ᵀ, ``P`` (D + 1, 3H) is [U b]ᵀ, and ``scratch`` (N, H) is a step's own.
    """

    rows: Array
    inputs: Array
    states: Array
    m: Array
    gates: Array
    M: Array
    P: Array
    scratch: Array
    da_buffer: Array
    views: GRUViews

    @property
    def state(self) -> Arrays:
        """As in ``Tape``."""
        return (self.states,)

    @property
    def kept(self) -> Arrays:
        """As in ``Tape``."""
        return self.states, self.m, self.gates


@dataclass(frozen=True)
class GRU:
    """A GRU of ``inputs`` D and ``units`` H, with the function of its gates and of its candidate."""

    inputs: int
    units: int
    gate: Activation = sigmoid
    candidate: Activation = tanh
    shapes: Mapping[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)

    state: ClassVar[tuple[str, ...]] = ("h",)
    weights: ClassVar[type[GRUWeights]] = GRUWeights
    params: ClassVar[type[GRUParams]] = GRUParams

    def __post_init__(self) -> None:
        keep(self, inputs=checked_count("GRU.inputs", self.inputs, 1))
        keep(self, units=checked_count("GRU.units", self.units, 1))
        check_activations("GRU", gate=self.gate, candidate=self.candidate)
        rows = 3 * self.units
        shapes = {"U": (rows, self.inputs), "W": (rows, self.units), "b": (rows,), "bn": (self.units,)}
        keep(self, shapes=shapes)

    __repr__ = as_call

    @property
    def activations(self) -> tuple[Activation, ...]:
        """Its scalar functions, in the order of the fields."""
        return self.gate, self.candidate

    def init(self, rng: np.random.Generator) -> GRUWeights:
        """Each gate's block of U Glorot-uniform and of W orthogonal; b and bn zero."""
        return GRUWeights(*stacked(rng, 3, self.units, self.inputs), np.zeros(self.units))

    def tape(self, records: int, steps: int, dtype: np.dtype[Any]) -> GRUTape:
        """Room for rows, products, gates, and their derivatives."""
        if dtype == FRACTIONS:
            check_exact("GRU", gate=self.gate, candidate=self.candidate)
        H, D = self.units, self.inputs
        of_gates = (steps, records, 3 * H)
        rows, inputs, m, gates, da_buffer = carved(
            *(dtype, (steps + 1, records, H + 1), (steps, records, D + 1)),
            *(of_gates, of_gates, (steps, records, 4 * H)),
        )
        constant_columns(rows, H)
        constant_columns(inputs, D)
        states = rows[:, :, :H]
        M, P = aligned((H + 1, 3 * H), dtype), aligned((D + 1, 3 * H), dtype)
        scratch = np.empty((records, H), dtype)
        rz, n = gates[:, :, : 2 * H], gates[:, :, 2 * H :]
        views = GRUViews(
            *(rows[:-1], states[:-1], m, m[:, :, : 2 * H], m[:, :, 2 * H :]),
            *(rz, rz[:, :, :H], rz[:, :, H:], n, states[1:], da_buffer),
        )
        return GRUTape(rows, inputs, states, m, gates, M, P, scratch, da_buffer, views)

    def project(self, weights: Reset, tape: GRUTape, xs: Array, state: Arrays) -> None:
        """p = x Uᵀ + b of every step, in the place of the gates; and M."""
        H, M, P = self.units, tape.M, tape.P
        (tape.states[0],) = state
        tape.inputs[:, :, :-1] = xs.swapaxes(0, 1)
        P[:-1], P[-1] = weights.U.T, weights.b
        M[:H], M[H, : 2 * H], M[H, 2 * H :] = weights.W.T, zeros((), M), weights.bn
        tape.inputs.reshape(-1, len(P)).dot(P, tape.gates.reshape(-1, 3 * H))

    def forward(self, tape: GRUTape) -> None:
        """m = h_prev Wᵀ + (0, 0, bn); then the gates, the candidate and h."""
        M, views = tape.M, tape.views
        gate, candidate = self.gate.value, self.candidate.value
        add, subtract, multiply = np.add, np.subtract, np.multiply
        records = len(views.rows[0])
        scratch, product = tape.scratch[:records], product_by(M, records)
        for row, h_prev, m, m_rz, m_n, p_rz, r, z, p_n, h, _ in zip(*views, strict=True):
            product(row, M, m)  # m = [h_prev, 1] M
            add(m_rz, p_rz, m_rz)
            gate(m_rz, p_rz)  # r, z = σ(p_r + m_r), σ(p_z + m_z)
            multiply(r, m_n, scratch)
            add(p_n, scratch, scratch)
            candidate(scratch, p_n)  # n = φ(p_n + r ⊙ m_n)
            subtract(h_prev, p_n, scratch)
            multiply(z, scratch, scratch)
            add(p_n, scratch, h)  # h = n + z ⊙ (h_prev − n) = (1 − z) ⊙ n + z ⊙ h_prev

    def local_derivatives(self, tape: GRUTape, first: int) -> Arrays:
        """The factors of da_n, da_r, da_z, dm_n; and z."""
        H, factors, gates = self.units, tape.da_buffer[first:], tape.gates[first:]
        r, z, n = (gates[:, :, k * H : (k + 1) * H] for k in range(3))
        F_n, F_r, F_z, F_m = (factors[:, :, k * H : (k + 1) * H] for k in range(4))
        self.gate.slope(gates[:, :, : 2 * H], factors[:, :, H : 3 * H])
        self.candidate.slope(n, F_n)
        np.subtract(1, z, F_m)
        np.multiply(F_n, F_m, F_n)  # (1 − z) ⊙ φ′(a_n)
        np.multiply(F_r, tape.m[first:, :, 2 * H :], F_r)
        np.multiply(F_r, F_n, F_r)  # F_n ⊙ m_n ⊙ σ′(a_r)
        np.subtract(tape.states[first:-1], n, F_m)
        np.multiply(F_z, F_m, F_z)  # (h_prev − n) ⊙ σ′(a_z)
        np.multiply(F_n, r, F_m)  # F_n ⊙ r
        return factors, z

    def steps_back(
        self, W: Array, carry: Sequence[Views], derivatives: Sequence[Views], das: Sequence[Array]
    ) -> Steps:
        """da_n, da_r, da_z and dm_n from dh; dh_prev = dm W + dh ⊙ z, written over dh."""
        (dhs,), (factors, zs) = carry, derivatives
        H, product = self.units, product_by(W, len(das[0]))
        multiply, add = np.multiply, np.add
        for da, factor, z, dh in zip(das, factors, zs, dhs, strict=False):
            multiply(dh[:, np.newaxis], factor.reshape(-1, 4, H), da.reshape(-1, 4, H))
            kept = multiply(dh, z)
            product(da[:, H:], W, dh)
            add(dh, kept, dh)  # dh_prev = dm W + dh ⊙ z
            yield

    def project_back(
        self, weights: Recurrent, tape: GRUTape, das: Array, first: int
    ) -> tuple[GRUWeights, Array]:
        """[dU db] = Σ_t da_tᵀ [x_t, 1]; [dW (·, ·, dbn)] = Σ_t dm_tᵀ [h_t, 1]; dx_t = da_t U."""
        H, rows = self.units, das.reshape(-1, 4 * self.units)
        da, dm = rows[:, : 3 * H], rows[:, H:]
        # da and dm are not contiguous. The other way round BLAS would read them by columns.
        dP = matrix_product(tape.inputs[first:].reshape(len(rows), -1).T, da).T
        dM = matrix_product(tape.rows[first:-1].reshape(len(rows), -1).T, dm).T
        # das are stacked n, r, z, and the weights r, z, n.
        dP = np.concatenate((dP[H:], dP[:H]))
        U = np.ascontiguousarray(np.concatenate((weights.U[2 * H :], weights.U[: 2 * H])))
        dxs = matrix_product(da, U).reshape(*das.shape[:2], self.inputs)
        return GRUWeights(U=dP[:, :-1], W=dM[:, :H], b=dP[:, -1], bn=dM[2 * H :, H]), dxs
