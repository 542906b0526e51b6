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
from verification.problem import Problem
from verification.reference.activations import ACTIVATIONS, STEEPNESS
from verification.reference.cells import STEPS
from verification.reference.losses import squared_error
from verification.reference.network import read_out, unroll
from verification.reference.truncation import mask, stop
from verification.tolerance import DRAWS, PERTURBATION, SAFETY, WIDER, Expected, least_healthy, unit

Leaves = dict[str, Any]


@dataclass(frozen=True, eq=False)
class LagTable:
    """The lag table of a problem. M draws (the first unperturbed), L losses, T steps.

    ``grads`` holds, for U, W, b and xs, arrays (M, L, T, …), and for V, c and h0 arrays (M, L, …).
    ``terms`` holds Σ |terms| in the same layout, without M. ``outputs`` (M, N, T, K), ``values`` (M, L).
    ``das`` (L, T, N, H) is ∂ℓ_t/∂a_s. ``kinked``: a relu stands too near its kink to have a
    slope at this precision.
    """

    problem: Problem
    grads: Mapping[str, Array]
    terms: Mapping[str, Array]
    outputs: Array
    output_terms: float
    values: Array
    value_terms: float
    das: Array
    kinked: bool

    @cached_property
    def finite(self) -> bool:
        """Did nothing overflow?"""
        every = (*self.grads.values(), self.outputs, self.values)
        largest = np.finfo(self.problem.dtype).max
        return all(np.all(np.abs(array) < largest) for array in every)

    def lost(self, reach: Array) -> bool:
        """Does a cotangent within ``reach`` fall so low that the working type would lose it?"""
        das = np.abs(self.das[reach[self.problem.first_loss :]])
        return bool(np.any((das > 0) & (das < least_healthy(self.problem.dtype))))

    def expected(self, policy: str, numbers: tuple[int, ...]) -> dict[str, Expected]:
        """Every block's truth under a truncation, with its Y and A."""
        reach = mask(policy, numbers, self.problem.steps)[self.problem.first_loss :]
        return {name: self._expected(name, reach) for name in self.grads}

    def forward(self) -> dict[str, Expected]:
        """The truth of the outputs and of the loss."""
        values = self.values.sum(axis=1)
        return {
            "outputs": self._judged(self.outputs, self.output_terms),
            "value": self._judged(values, self.value_terms),
        }

    def _expected(self, name: str, reach: Array) -> Expected:
        grads, terms = self.grads[name], self.terms[name]
        weights = {"V": np.ones(len(reach)), "c": np.ones(len(reach)), "h0": reach[:, 0]}.get(name, reach)
        if name == "xs":  # every step's input is its own entry of the block
            masked = np.einsum("ls,mls...->ms...", reach.astype(grads.dtype), grads)
            sums = np.einsum("ls,ls...->s...", reach.astype(terms.dtype), terms)
            masked, sums = np.moveaxis(masked, 1, 2), np.moveaxis(sums, 0, 1)
        else:
            axes = "ls"[: weights.ndim]
            masked = np.einsum(f"{axes},m{axes}...->m...", weights.astype(grads.dtype), grads)
            sums = np.einsum(f"{axes},{axes}...->...", weights.astype(terms.dtype), terms)
        return self._judged(masked, float(np.max(sums)))

    def _judged(self, draws: Array, terms: float) -> Expected:
        spread = float(np.max(np.abs(draws[1:] - draws[0])))
        return Expected(np.asarray(draws[0]), spread, terms, self.problem.dtype)


def lag_table(problem: Problem) -> LagTable:
    """The lag table of ``problem``, in the type next wider than the problem's own."""
    wide = WIDER[problem.dtype]
    u = unit(problem.dtype)
    steps, losses = problem.steps, problem.steps - problem.first_loss
    records, units = problem.h0.shape
    rng = np.random.default_rng(0)
    f, steepness = ACTIVATIONS[problem.activation], STEEPNESS[problem.activation]
    cell = STEPS[problem.cell]

    def noise(shape: tuple[int, ...]) -> Array:
        """2uξ for every copy: nothing in the first draw, the same for all losses of another."""
        xi = rng.uniform(-1, 1, (1 + DRAWS, 1, *shape)).astype(wide)
        xi[0] = 0
        return PERTURBATION * u * xi

    def copies(array: Array) -> Array:
        """The array for every draw and loss, perturbed in all draws but the first."""
        perturbed = array.astype(wide) * (1 + noise(array.shape))
        return np.broadcast_to(perturbed, (1 + DRAWS, losses, *array.shape)).copy()

    by_step = ("U", "W", "b")
    leaves: Leaves = {name: [copies(problem.params[name]) for _ in range(steps)] for name in by_step}
    leaves |= {name: copies(problem.params[name]) for name in ("V", "c")}
    leaves["xs"] = [copies(x) for x in problem.xs.swapaxes(0, 1)]
    leaves["h0"] = copies(problem.h0)
    leaves["a"] = [np.zeros((1 + DRAWS, losses, records, units), wide) for _ in range(steps)]
    targets = [copies(target)[:, 0] for target in problem.targets_by_step]
    shifts = [noise((records, units)) for _ in range(steps)]

    def states(leaves: Leaves, pre_activations: list[Any] | None = None) -> list[Any]:
        def step(s: int, x: Any, h: Any) -> Any:
            def noisy(a: Any) -> Any:
                a = a + leaves["a"][s]
                if pre_activations is not None:
                    pre_activations.append(a)
                y = f(a)
                # No change of value, and a slope off by as much as one read off a rounded output.
                return y + shifts[s] * steepness(stop(y)) * (a - stop(a))

            return cell(noisy, *(leaves[name][s] for name in by_step), x, h)

        return unroll(step, leaves["xs"], leaves["h0"])

    def losses_of(leaves: Leaves, hs: list[Any]) -> list[Any]:
        """Each loss in its own copy: (M,) each."""
        V, c = leaves["V"], leaves["c"]
        return [
            squared_error(read_out(V[:, i], c[:, i], hs[problem.first_loss + i + 1][:, i]), target)
            for i, target in enumerate(targets)
        ]

    with np.errstate(over="ignore", invalid="ignore"):
        grads = autograd.grad(lambda leaves: np.sum(sum(losses_of(leaves, states(leaves)))))(leaves)
        pre_activations: list[Any] = []
        hs = states(leaves, pre_activations)
        values = np.stack(losses_of(leaves, hs), axis=1)
        outputs = np.stack([read_out(leaves["V"], leaves["c"], h)[:, 0] for h in hs[1:]], axis=2)
        das = np.stack(grads.pop("a"), axis=2)[0]
        table = {
            name: np.stack(grad, axis=2) if isinstance(grad, list) else grad for name, grad in grads.items()
        }
        clean = [h[0, 0] for h in hs]
        terms, output_terms, value_terms = _terms(
            problem.replaced(**{name: array.astype(wide) for name, array in problem.arrays().items()}),
            clean,
            das,
        )
        return LagTable(
            problem, table, terms, outputs, output_terms, values, value_terms, das,
            problem.activation == "relu" and _kinked(np.stack(pre_activations)[:, :, 0]),
        )  # fmt: skip


def _terms(problem: Problem, hs: list[Array], das: Array) -> tuple[dict[str, Array], float, float]:
    """Σ |terms| of each last sum: the blocks' by loss and step, the outputs' and the loss's largest."""
    das = np.abs(das)
    h_prev, h = np.abs(np.stack(hs[:-1])), np.abs(np.stack(hs[1:]))
    xs = np.abs(problem.xs)
    size = {name: np.abs(array) for name, array in problem.params.items()}
    output_terms = h @ size["V"].T + size["c"]
    late = np.stack(hs[1:])[problem.first_loss :]
    outputs = late @ problem.params["V"].T + problem.params["c"]
    residuals = np.abs(outputs - problem.targets_by_step)
    roundings = output_terms[problem.first_loss :] + np.abs(problem.targets_by_step)
    terms = {
        "U": np.einsum("lsnh,nsd->lshd", das, xs),
        "W": np.einsum("lsnh,sng->lshg", das, h_prev),
        "b": das.sum(axis=2),
        "V": np.einsum("lnk,lnh->lkh", residuals, h[problem.first_loss :]),
        "c": residuals.sum(axis=1),
        "xs": np.einsum("lsnh,hd->lsnd", das, size["U"]),
        "h0": np.einsum("lnh,hg->lng", das[:, 0], size["W"]),
    }
    value_terms = float(np.sum(residuals * residuals / 2 + residuals * roundings))
    return terms, float(np.max(output_terms)), value_terms


def _kinked(pre_activations: Array) -> bool:
    """Is any pre-activation (T, M, N, H) as near to 0 as the draws spread, times the safety factor?"""
    spread = np.max(np.abs(pre_activations - pre_activations[:, :1]), axis=1)
    return bool(np.any(np.abs(pre_activations[:, 0]) <= SAFETY * spread))
