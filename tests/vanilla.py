"""Right engines, written in other ways than ``rnn``: plain loops of NumPy that know of no workspace.

None is clever, and no two sum in one order: ``by_record`` and ``reversed_sums`` choose other products and
orders, ``einsum`` no BLAS at all, ``from_pre_activations`` other slopes, ``forward_mode`` another direction.
All take any memory layout as it comes.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from rnn.common.arrays import Array
from verification.adapters.given import Gradients, Problem
from verification.adapters.problem import Engine, parts_of
from verification.models import vanilla

BLOCKS = tuple(block.name for block in vanilla.blocks)


def blocks_of(answer: Gradients) -> dict[str, Array]:
    """The seven blocks of the gradient, by name."""
    return parts_of(vanilla, answer)[1]


def gradients(outputs: Array, value: Any, blocks: Mapping[str, Array]) -> Gradients:
    """An answer, from its blocks by name."""
    params = {name: blocks[name] for name in BLOCKS if name not in ("xs", "h0")}
    return Gradients(outputs, value, params, blocks["xs"], (blocks["h0"],))


def changed(answer: Gradients, **blocks: Array) -> Gradients:
    """The answer with other blocks in the place of these."""
    return gradients(answer.outputs, answer.value, {**blocks_of(answer), **blocks})


def arrays_of(problem: Problem) -> dict[str, Array]:
    """What a gradient is taken of, by name."""
    return {**problem.params, "xs": problem.xs, "h0": problem.h0}


# The function, and its slope from the pre-activation and from the output.
FUNCTIONS: dict[str, tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any]]] = {
    "identity": (lambda a: a, np.ones_like, np.ones_like),
    "relu": (
        lambda a: np.maximum(a, 0),
        lambda a: (a > 0).astype(a.dtype),
        lambda y: (y > 0).astype(y.dtype),
    ),
    "softsign": (
        lambda a: a / (1 + abs(a)),
        lambda a: 1 / (1 + abs(a)) ** 2,
        lambda y: (1 - abs(y)) ** 2,
    ),
    "tanh": (np.tanh, lambda a: 1 - np.tanh(a) ** 2, lambda y: 1 - y**2),
    "sigmoid": (
        lambda a: 1 / (1 + np.exp(-a)),
        lambda a: 1 / (1 + np.exp(-a)) / (1 + np.exp(a)),
        lambda y: y * (1 - y),
    ),
}


def plain(
    problem: Problem,
    *,
    product: Callable[[Array, Array], Array] = np.matmul,
    order: Callable[[Any], Any] = list,
    from_outputs: bool = True,
) -> Gradients:
    """Each loss goes back through time by itself; products, the order of losses and slopes are given."""
    U, W, b, V, c = (problem.params[name] for name in ("U", "W", "b", "V", "c"))
    xs, T = problem.xs, problem.steps
    f, slope_of_input, slope_of_output = FUNCTIONS[problem.activation]
    states, pre_activations = [problem.h0], []
    for t in range(T):
        pre_activations.append(product(xs[:, t], U.T) + product(states[t], W.T) + b)
        states.append(f(pre_activations[t]))
    slopes = [
        slope_of_output(h) if from_outputs else slope_of_input(a)
        for h, a in zip(states[1:], pre_activations, strict=True)
    ]
    outputs = np.stack([product(h, V.T) + c for h in states[1:]], axis=1)
    total = {name: np.zeros_like(array) for name, array in arrays_of(problem).items()}
    value = np.zeros((), problem.dtype)
    for t, target in order(list(enumerate(problem.targets_by_step, problem.first_loss))):
        error = outputs[:, t] - target
        value = value + (error**2).sum() / 2
        total["V"] += product(error.T, states[t + 1])
        total["c"] += error.sum(axis=0)
        dh, first = product(error, V), problem.truncation.first(t, T)
        for s in range(t, first - 1, -1):
            da = dh * slopes[s]
            total["U"] += product(da.T, xs[:, s])
            total["W"] += product(da.T, states[s])
            total["b"] += da.sum(axis=0)
            total["xs"][:, s] += product(da, U)
            dh = product(da, W)
        if first == 0:
            total["h0"] += dh
    return gradients(outputs, value, total)


def einsum(A: Array, B: Array) -> Array:
    """A product of matrices without BLAS."""
    return np.einsum("ij,jk->ik", A, B)


def by_record(problem: Problem) -> Gradients:
    """Each record alone, and their gradients added up."""
    some = (slice(n, n + 1) for n in range(len(problem.xs)))
    each = [
        plain(replace(problem, xs=problem.xs[n], targets=problem.targets[n], state=(problem.h0[n],)))
        for n in some
    ]
    parts = {name: [blocks_of(answer)[name] for answer in each] for name in BLOCKS}
    blocks = {name: np.asarray(sum(some[1:], some[0])) for name, some in parts.items()}
    blocks |= {name: np.concatenate(parts[name]) for name in ("xs", "h0")}
    outputs = np.concatenate([answer.outputs for answer in each])
    return gradients(outputs, np.asarray(sum(answer.value for answer in each)), blocks)


def forward_mode(problem: Problem) -> Gradients:
    """Sensitivities of the states go forward with them, one direction for each number of each block."""
    answer = plain(problem)
    recurrent = ("U", "W", "b", "xs", "h0")
    blocks = {name: _forward(problem, answer, name) for name in recurrent}
    return changed(answer, **blocks)


def _forward(problem: Problem, answer: Gradients, name: str) -> Array:
    """One block's gradient, from ∂h_t/∂θ, begun anew for each loss where it may first reach."""
    U, W, V, xs = problem.params["U"], problem.params["W"], problem.params["V"], problem.xs
    f, slope, _ = FUNCTIONS[problem.activation]
    (N, T, _), H = xs.shape, len(U)
    states = [problem.h0]
    for t in range(T):
        states.append(f(xs[:, t] @ U.T + states[t] @ W.T + problem.params["b"]))
    size = arrays_of(problem)[name].size
    total = np.zeros(size, problem.dtype)
    for t, target in enumerate(problem.targets_by_step, problem.first_loss):
        first = problem.truncation.first(t, T)
        moved = np.zeros((size, N, H), problem.dtype)
        if name == "h0":
            moved = np.eye(size, dtype=problem.dtype).reshape(size, N, H) * (first == 0)
        for s in range(first, t + 1):
            a = xs[:, s] @ U.T + states[s] @ W.T + problem.params["b"]
            moved = (moved @ W.T + _direct(problem, name, s, states[s])) * slope(a)
        total += np.einsum("pnh,kh,nk->p", moved, V, answer.outputs[:, t] - target)
    return total.reshape(arrays_of(problem)[name].shape)


def _direct(problem: Problem, name: str, s: int, h: Array) -> Array:
    """∂a_s/∂θ with h held constant, (numbers of the block, N, H)."""
    xs, U = problem.xs, problem.params["U"]
    (N, T, D), H = xs.shape, len(U)
    units, records = np.eye(H, dtype=xs.dtype), np.eye(N, dtype=xs.dtype)
    match name:
        case "U":
            direct = np.einsum("im,nj->ijnm", units, xs[:, s])
        case "W":
            direct = np.einsum("im,nj->ijnm", units, h)
        case "b":
            direct = np.einsum("im,n->inm", units, np.ones(N, xs.dtype))
        case "xs":
            direct = np.zeros((N, T, D, N, H), xs.dtype)
            direct[:, s] = np.einsum("nm,hj->njmh", records, U)
        case _:
            direct = np.zeros((N, H, N, H), xs.dtype)
    return np.asarray(direct.reshape(-1, N, H))


ENGINES: dict[str, Engine] = {
    "plain loops": plain,
    "einsum": partial(plain, product=einsum),
    "by record": by_record,
    "losses in reverse": partial(plain, order=reversed),
    "slopes from pre-activations": partial(plain, from_outputs=False),
    "forward mode": forward_mode,
}
