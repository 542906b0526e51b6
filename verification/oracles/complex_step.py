"""The fourth oracle: the imaginary part of the reference at θ + iε. No AD library differentiates anything.

For a holomorphic f, f(θ + iε) = f(θ) + iε f′(θ) − ε² f″(θ) / 2 − …, so f′(θ) = Im f(θ + iε) / ε up to ε².
Unlike a difference quotient it subtracts nothing, so ε can be so small that ε² is below every
rounding, and the derivative is exact but for the forward's own rounding. Of the activations tanh, sigmoid
and identity are holomorphic; relu and softsign are not. A state that is held constant keeps its real
part only.

Source: Squire and Trapp, *Using complex variables to estimate derivatives of real functions* (1998).

Each entry of each block is moved in a copy of the network of its own, along a leading axis.
"""

from typing import Any

import numpy as np

from rnn.arrays import Array
from verification.problem import BLOCKS, Gradients, Problem
from verification.reference.activations import ACTIVATIONS
from verification.reference.cells import STEPS
from verification.reference.losses import squared_error
from verification.reference.network import read_out, unroll
from verification.reference.truncation import mask

HOLOMORPHIC = ("tanh", "sigmoid", "identity")


def epsilon(dtype: np.dtype[Any]) -> Any:
    """A power of two whose square is the smallest normal number.

    A derivative is then spoilt by neither ε² nor denormals while it stays between ε and 1/ε: 1e±154 in
    float64, 1e±2466 in an 80-bit long double.
    """
    return np.ldexp(dtype.type(1), np.finfo(dtype).minexp // 2)


def gradients(problem: Problem, dtype: Any = None) -> Gradients:
    """The forward's values and the truncated gradient, computed in ``dtype`` (the problem's own if None).

    Raises ValueError for an activation that is not holomorphic.
    """
    if problem.activation not in HOLOMORPHIC:
        raise ValueError(f"activation: {problem.activation!r}, needed one of {', '.join(HOLOMORPHIC)}")
    real = np.dtype(dtype or problem.dtype)
    leaves = _moved(problem, real)
    targets = problem.targets_by_step.astype(real)
    reach = mask(*problem.policy, problem.steps)
    f, cell = ACTIVATIONS[problem.activation], STEPS[problem.cell]
    U, W, b, V, c = (leaves[name] for name in ("U", "W", "b", "V", "c"))

    def step(s: int, h: Any) -> Any:
        return cell(f, U, W, b, leaves["xs"][:, :, s], h)

    def loss(t: int, h: Any) -> Any:
        return squared_error(read_out(V, c, h), targets[t - problem.first_loss])

    losses = range(problem.first_loss, problem.steps)
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        hs = unroll(lambda s, _, h: step(s, h), range(problem.steps), leaves["h0"])
        # From each first, the states from there on with that one held constant; h0 never is.
        replayed = {0: hs}
        total = 0
        for t in losses:
            reached = np.flatnonzero(reach[t])
            first = int(reached[0]) if len(reached) else t + 1
            states = replayed.setdefault(first, [hs[first].real])
            while first + len(states) <= t + 1:
                states.append(step(first + len(states) - 1, states[-1]))
            total = total + loss(t, states[t + 1 - first])
        derivatives = np.asarray(total).imag / epsilon(real)
        # The real parts are the same in every copy, but for ε².
        value = sum(loss(t, hs[t + 1]).real[0] for t in losses)
        outputs = np.stack([read_out(V, c, h).real[0] for h in hs[1:]], axis=1)
    return Gradients(outputs=outputs, value=value, **_split(problem, derivatives))


def _moved(problem: Problem, real: np.dtype[Any]) -> dict[str, Array]:
    """A copy of every block for each entry of all of them, in which that entry alone is moved by iε."""
    arrays = {name: problem.arrays()[name].astype(np.result_type(real, np.complex64)) for name in BLOCKS}
    copies = sum(array.size for array in arrays.values())
    moved, start = {}, 0
    for name, array in arrays.items():
        block = np.tile(array.ravel(), (copies, 1))
        entries = np.arange(array.size)
        block[start + entries, entries] += 1j * epsilon(real)
        moved[name] = block.reshape(copies, *array.shape)
        start += array.size
    return moved


def _split(problem: Problem, derivatives: Array) -> dict[str, Array]:
    """The blocks, from the derivatives by every entry in a row."""
    shapes = [problem.arrays()[name].shape for name in BLOCKS]
    ends = np.cumsum([np.prod(shape) for shape in shapes])[:-1].astype(int)
    parts = np.split(derivatives, ends)
    return {name: part.reshape(shape) for name, part, shape in zip(BLOCKS, parts, shapes, strict=True)}
