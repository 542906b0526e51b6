"""The second oracle: the lag table, from automatic differentiation with untied weights.

Each loss step t has a copy of the network of its own, in which each step s has parameters of its own. Then
autograd gives G[t, s], the part of ∂ℓ_t/∂θ that enters through the use at step s, entry by entry, and every
truncated gradient is a masked sum of the table. Nothing is stopped or replayed here, so this is
an independent route to what ``oracles.autograd`` computes.

The copies carry a second leading axis, for draws: the first is the truth, the others are the perturbed
problems from which ``verification.tolerance`` derives how closely the truth must be met.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import autograd
import autograd.numpy as np

from rnn.arrays import Array
from verification.problem import BLOCKS, Problem
from verification.reference.activations import ACTIVATIONS, STEEPNESS
from verification.reference.cells import STEPS
from verification.reference.losses import squared_error
from verification.reference.network import read_out, unroll
from verification.reference.truncation import mask, stop
from verification.tolerance import (
    DRAWS,
    PERTURBATION,
    SAFETY,
    WIDER,
    Expected,
    least_healthy,
    least_normal,
    many,
    unit,
)

Leaves = dict[str, Any]


@dataclass(frozen=True, eq=False)
class LagTable:
    """The lag table of a problem, in M draws (the first unperturbed), for L losses and T steps.

    ``grads`` holds, for U, W, b and xs, arrays (M, L, T, …), and for V, c and h0 arrays (M, L, …).
    Under "a" it holds ∂ℓ_t/∂a_s (M, L, T, N, H), from which all the others follow. ``terms`` holds Σ |terms|
    in the same layout, without M, and ``lost`` what the type may lose of it. ``outputs`` (M, N, T, K),
    ``values`` (M, L). ``kinked``: a relu stands too near its kink to have a slope at this precision.
    """

    problem: Problem
    grads: Mapping[str, Array]
    terms: Mapping[str, Array]
    lost: Mapping[str, Array]
    outputs: Array
    output_terms: Array
    values: Array
    value_terms: Array
    kinked: bool

    @cached_property
    def finite(self) -> bool:
        """Did nothing overflow?"""
        largest = np.finfo(self.problem.dtype).max
        return all(
            bool(np.all(np.abs(array) < largest))
            for array in (*self.grads.values(), self.outputs, self.values)
        )

    def expected(self, policy: str, numbers: tuple[int, ...]) -> dict[str, Expected]:
        """Every block's truth under a truncation, with its Y and A."""
        reach = mask(policy, numbers, self.problem.steps)[self.problem.first_loss :]
        return {name: self._expected(name, reach) for name in BLOCKS}

    def at(self, loss: int, name: str) -> tuple[Array, Array]:
        """One loss's G[t, ·] of a block, and the error allowed at each step of use: (T, …), (T,).

        V, c and h0 have one entry in place of T.
        """
        draws, terms, lost = self.grads[name][:, loss], self.terms[name][loss], self.lost[name][loss]
        if name in ("V", "c", "h0"):
            draws, terms, lost = draws[:, None], terms[None], lost[None]
        rest = tuple(range(1, terms.ndim))
        spread = np.max(np.abs(draws[1:] - draws[0]), axis=0).max(axis=rest)
        rounded = SAFETY * (spread + unit(self.problem.dtype) * terms.max(axis=rest))
        return draws[0], rounded + lost.max(axis=rest)

    def forward(self) -> dict[str, Expected]:
        """The truth of the outputs and of the loss."""
        values = self.values.sum(axis=1)
        return {
            "outputs": self._judged(self.outputs, self.output_terms),
            "value": self._judged(values, many(self.value_terms, self.outputs[0].size)),
        }

    def _expected(self, name: str, reach: Array) -> Expected:
        each = self.grads[name], self.terms[name], self.lost[name]
        if name in ("V", "c"):  # every loss counts
            weights, sum_over = np.ones(len(reach)), "l,{m}l...->{m}..."
        elif name == "h0":  # a loss counts that reaches step 0
            weights, sum_over = reach[:, 0], "l,{m}l...->{m}..."
        elif name == "xs":  # each step's input is a part of the block
            weights, sum_over = reach, "ls,{m}lsn...->{m}ns..."
        else:
            weights, sum_over = reach, "ls,{m}ls...->{m}..."
        draws, terms, lost = (
            np.einsum(sum_over.format(m=m), weights.astype(array.dtype), array)
            for m, array in zip(("m", "", ""), each, strict=True)
        )
        addends = self.problem.xs.shape[0] * self.problem.steps
        return self._judged(draws, many(terms, addends), float(np.max(lost)))

    def _judged(self, draws: Array, terms: Array, lost: float = 0) -> Expected:
        spread = float(np.max(np.abs(draws[1:] - draws[0])))
        return Expected(np.asarray(draws[0]), spread, float(np.max(terms)), self.problem.dtype, lost)


@dataclass(frozen=True, eq=False)
class Untied:
    """A problem's network in M · L copies, each step of each with parameters of its own.

    ``leaves`` holds every copy of every number, the parameters and inputs as one array a step, and under "a"
    zeros that are added to the pre-activations, so that ∂ℓ/∂a can be had. ``shifts[s]`` is 2uξ for the
    slopes of step s, ``targets`` those of each loss in every draw.
    """

    problem: Problem
    leaves: Leaves
    shifts: list[Array]
    targets: list[Array]

    def forward(self, leaves: Leaves) -> tuple[list[Any], list[Any]]:
        """The states h_0 … h_T (M, L, N, H) and the pre-activations of every step."""
        cell, name = STEPS[self.problem.cell], self.problem.activation
        # Fetched once: each look into what autograd traces costs it an entry of its own.
        U, W, b, added = (leaves[block] for block in ("U", "W", "b", "a"))
        pre_activations = []

        def step(s: int, x: Any, h: Any) -> Any:
            def noisy(a: Any) -> Any:
                a = a + added[s]
                pre_activations.append(a)
                y = ACTIVATIONS[name](a)
                # No change of value, and a slope off by as much as one that is read off a rounded output.
                return y + self.shifts[s] * STEEPNESS[name](stop(y)) * (a - stop(a))

            return cell(noisy, U[s], W[s], b[s], x, h)

        return unroll(step, leaves["xs"], leaves["h0"]), pre_activations

    def losses(self, leaves: Leaves, states: list[Any]) -> list[Any]:
        """Each loss (M,), read off the copy that is its own."""
        V, c, first = leaves["V"], leaves["c"], self.problem.first_loss + 1
        return [
            squared_error(read_out(V[:, i], c[:, i], states[first + i][:, i]), target)
            for i, target in enumerate(self.targets)
        ]

    def total(self, leaves: Leaves) -> Any:
        """All losses of all draws: copies do not meet, so its gradient is that of each."""
        states, _ = self.forward(leaves)
        return np.sum(sum(self.losses(leaves, states)))


def untied(problem: Problem) -> Untied:
    """The copies of ``problem`` in the next wider type, all draws but the first perturbed."""
    wide, u = WIDER[problem.dtype], unit(problem.dtype)
    losses = problem.steps - problem.first_loss
    rng = np.random.default_rng(0)

    def noise(shape: tuple[int, ...]) -> Array:
        """2uξ for every draw, the same for all losses of one, and 0 in the first."""
        xi: Array = rng.uniform(-1, 1, (1 + DRAWS, 1, *shape)).astype(wide)
        xi[0] = 0
        noise: Array = xi * (PERTURBATION * u)
        return noise

    def copies(array: Array) -> Array:
        perturbed = array.astype(wide) * (1 + noise(array.shape))
        every: Array = np.array(np.broadcast_to(perturbed, (1 + DRAWS, losses, *array.shape)))
        return every

    each_step = range(problem.steps)
    leaves: Leaves = {name: [copies(problem.params[name]) for _ in each_step] for name in ("U", "W", "b")}
    leaves |= {name: copies(problem.params[name]) for name in ("V", "c")}
    leaves["xs"] = [copies(x) for x in problem.xs.swapaxes(0, 1)]
    leaves["h0"] = copies(problem.h0)
    leaves["a"] = [np.zeros((1 + DRAWS, losses, *problem.h0.shape), wide) for _ in each_step]
    targets = [copies(target)[:, 0] for target in problem.targets_by_step]
    return Untied(problem, leaves, [noise(problem.h0.shape) for _ in each_step], targets)


def lag_table(problem: Problem) -> LagTable:
    """The lag table of ``problem``, in the type next wider than the problem's own."""
    copies = untied(problem)
    # Overflow is found, and the case set aside, by ``LagTable.finite``.
    with np.errstate(over="ignore", invalid="ignore"):
        grads = autograd.grad(copies.total)(copies.leaves)
        states, pre_activations = copies.forward(copies.leaves)
        V, c = copies.leaves["V"], copies.leaves["c"]
        grads = {name: np.stack(g, axis=2) if isinstance(g, list) else g for name, g in grads.items()}
        wide = problem.replaced(**{name: a.astype(V.dtype) for name, a in problem.arrays().items()})
        hs, das = [h[0, 0] for h in states], grads["a"][0]
        least, tiny = least_healthy(problem.dtype), least_normal(problem.dtype)
        readout, output_terms, value_terms = _readout_terms(wide, hs, tiny)
        every = _terms(wide, hs, np.abs(das), tiny) | readout
        lost = _terms(wide, hs, _lost(wide, das, least), tiny)
        lost |= {name: np.zeros_like(terms) for name, terms in readout.items()}
        # What arrives at h0 has gone through one more product than the last da.
        h0 = np.abs(grads["h0"][0])
        lost["h0"] = lost["h0"] + np.where(h0 < least, h0, 0)
        return LagTable(
            problem=problem,
            grads=grads,
            terms={name: terms + tiny for name, terms in every.items()},
            lost=lost,
            outputs=np.stack([read_out(V, c, h)[:, 0] for h in states[1:]], axis=2),
            output_terms=output_terms,
            values=np.stack(copies.losses(copies.leaves, states), axis=1),
            value_terms=value_terms,
            kinked=problem.activation == "relu" and _kinked(np.stack(pre_activations)[:, :, 0]),
        )


def _terms(problem: Problem, hs: list[Array], das: Array, tiny: float) -> dict[str, Array]:
    """Σ |terms| of each block's last sum, by loss and step, for das (L, T, N, H) that are not negative.

    Below ``tiny`` a state is rounded as that is, so no state counts for less.
    """
    h_prev, xs = np.abs(np.stack(hs[:-1])) + tiny, np.abs(problem.xs)
    U, W = np.abs(problem.params["U"]), np.abs(problem.params["W"])
    return {
        "U": np.einsum("lsnh,nsd->lshd", das, xs),
        "W": np.einsum("lsnh,sng->lshg", das, h_prev),
        "b": das.sum(axis=2),
        "a": das,
        "xs": np.einsum("lsnh,hd->lsnd", das, U),
        "h0": np.einsum("lnh,hg->lng", das[:, 0], W),
    }


def _lost(problem: Problem, das: Array, least: float) -> Array:
    """By how much the das (L, T, N, H) may be off if a type loses every cotangent below ``least``.

    What is lost at one step is missing at all steps before it, times |W| for each; slopes are at most 1.
    """
    lost: Array = np.where(np.abs(das) < least, np.abs(das), 0)
    for s in range(problem.steps - 2, -1, -1):
        lost[:, s] += lost[:, s + 1] @ np.abs(problem.params["W"])
    return lost


def _readout_terms(problem: Problem, hs: list[Array], tiny: float) -> tuple[dict[str, Array], Array, Array]:
    """Σ |terms| of V and c, by loss; of the outputs; and of the loss."""
    V, c = problem.params["V"], problem.params["c"]
    h = np.abs(np.stack(hs[1:])) + tiny
    late = np.stack(hs[1:])[problem.first_loss :]
    output_terms = h @ np.abs(V).T + np.abs(c)
    residuals = np.abs(late @ V.T + c - problem.targets_by_step)
    roundings = output_terms[problem.first_loss :] + np.abs(problem.targets_by_step)
    terms = {
        "V": np.einsum("lnk,lnh->lkh", residuals, h[problem.first_loss :]),
        "c": residuals.sum(axis=1),
    }
    value_terms = np.sum(residuals * residuals / 2 + residuals * roundings)
    return terms, output_terms, value_terms


def _kinked(pre_activations: Array) -> bool:
    """Is any pre-activation (T, M, N, H) as near to 0 as the draws spread, times the safety factor?"""
    spread = np.max(np.abs(pre_activations - pre_activations[:, :1]), axis=1)
    return bool(np.any(np.abs(pre_activations[:, 0]) <= SAFETY * spread))
