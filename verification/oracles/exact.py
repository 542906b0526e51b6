"""The third oracle: the reference's forward on dual numbers over the rationals. Its gradients have no error.

With relu, identity and softsign every value of a rational problem is a rational number, so a hand-derived
gradient must be equal to the truth, ``==``, and there is no tolerance to choose.

One forward yields the lag table along given directions. Each step's own copy of a parameter is moved along
the same direction d, under a name of its own, so the loss at step t carries <G[t, s], d> for every s, and

    <g, d> = Σ_t Σ_{s ≤ t} M(t, s) <G[t, s], d>

is what the gradient under any truncation must show along d. Along one random direction of integers up to
2³¹ this decides whether a whole block is right: a wrong one passes with a chance of at most 2⁻³¹, since
of the values of any entry where it is wrong at most one hides the error (Schwartz and Zippel). The unit
vectors as directions give the gradient itself, at a cost that grows with its size.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from rnn.arrays import Array
from verification.oracles.dual import Dual, Tangents, tangents_of, value_of
from verification.problem import BLOCKS, Gradients, Problem
from verification.reference.activations import ACTIVATIONS
from verification.reference.cells import STEPS
from verification.reference.losses import squared_error
from verification.reference.network import read_out, unroll
from verification.reference.truncation import mask

RATIONAL = ("relu", "softsign", "identity")

# Any integer up to here may be an entry of a random direction.
LARGEST_ENTRY = 2**31

# Blocks of which every step has a copy of its own. The input of a step is its own in any case.
BY_STEP = ("U", "W", "b", "xs")

# For each block named, its directions (P, *shape), integers.
Directions: TypeAlias = Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class LagTable:
    """<G[t, s], d> for each loss t, step s and direction d of each block, and the forward's values.

    ``losses`` are Duals, first loss first, whose tangents are named (block, number of the direction, s), with
    s = 0 for V, c and h0.
    """

    problem: Problem
    directions: Directions
    outputs: Array
    losses: tuple[Any, ...]

    @property
    def value(self) -> Fraction:
        """The loss."""
        return Fraction(sum(value_of(loss) for loss in self.losses))

    def derivatives(self, policy: str, numbers: tuple[int, ...]) -> dict[str, Array]:
        """<g, d> under a truncation, for each block and direction, (P,); for xs by step, (P, T)."""
        reach = mask(policy, numbers, self.problem.steps)[self.problem.first_loss :]
        return {name: self._derivatives(name, reach) for name in self.directions}

    def _derivatives(self, name: str, reach: Array) -> Array:
        steps = range(self.problem.steps if name in BY_STEP else 1)
        table = np.full((len(self.directions[name]), len(steps)), Fraction(0), dtype=object)
        for loss, reached in zip(self.losses, reach, strict=True):
            for (p, s), total in np.ndenumerate(table):
                if reached[s] or name in ("V", "c"):
                    table[p, s] = total + tangents_of(loss).get((name, p, s), 0)
        return table if name == "xs" else table.sum(axis=1)


def lag_table(problem: Problem, directions: Directions) -> LagTable:
    """The lag table of a problem of Fractions, along the directions of each block."""
    f, cell = ACTIVATIONS[problem.activation], STEPS[problem.cell]
    arrays = problem.arrays()

    def moved(name: str, s: int = 0) -> Array:
        """The block as it is used at step s, moving along its directions."""
        at = (slice(None), s) if name == "xs" else ...
        array = arrays[name][at]
        ways = [way[at] for way in directions.get(name, ())]
        return _duals(array, {(name, p, s): way for p, way in enumerate(ways)})

    def step(s: int, x: Array, h: Any) -> Any:
        return cell(f, moved("U", s), moved("W", s), moved("b", s), x, h)

    hs = unroll(step, [moved("xs", s) for s in range(problem.steps)], moved("h0"))
    V, c = moved("V"), moved("c")
    outputs = np.stack([read_out(V, c, h) for h in hs[1:]])
    late = outputs[problem.first_loss :]
    losses = [squared_error(o, target) for o, target in zip(late, problem.targets_by_step, strict=True)]
    return LagTable(problem, directions, _values(outputs).swapaxes(0, 1), tuple(losses))


def random_directions(problem: Problem, seed: int = 0) -> Directions:
    """One direction for each block, of integers from 1 to ``LARGEST_ENTRY``."""
    rng = np.random.default_rng(seed)
    shapes = {name: problem.arrays()[name].shape for name in BLOCKS}
    return {name: rng.integers(1, LARGEST_ENTRY, (1, *shapes[name]), endpoint=True) for name in BLOCKS}


def unit_directions(problem: Problem, names: Iterable[str] = BLOCKS) -> Directions:
    """A direction for each entry of the blocks named."""
    arrays = problem.arrays()
    return {
        name: np.eye(arrays[name].size, dtype=np.int64).reshape(-1, *arrays[name].shape) for name in names
    }


def along(directions: Directions, blocks: Mapping[str, Array]) -> dict[str, Array]:
    """<g, d> of a gradient's blocks, in the layout of ``LagTable.derivatives``."""
    products = {name: ways * blocks[name] for name, ways in directions.items()}
    # The inner product is over every axis but the direction's, and for xs (P, N, T, D) the step's.
    return {
        name: product.sum(axis=(1, 3) if name == "xs" else tuple(range(1, product.ndim)))
        for name, product in products.items()
    }


def block(problem: Problem, name: str) -> Array:
    """One block of the truncated gradient, entry by entry."""
    table = lag_table(problem, unit_directions(problem, [name]))
    derivatives = table.derivatives(*problem.policy)[name]
    entries: Array = derivatives.sum(axis=1) if name == "xs" else derivatives
    return entries.reshape(problem.arrays()[name].shape)


def gradients(problem: Problem) -> Gradients:
    """The forward's values and the truncated gradient, entry by entry, as Fractions."""
    forward = lag_table(problem, {})
    blocks = {name: block(problem, name) for name in BLOCKS}
    return Gradients(outputs=forward.outputs, value=forward.value, **blocks)


def _duals(array: Array, ways: Mapping[tuple[str, int, int], Array]) -> Array:
    """The array with every entry a Dual that moves along each of the named ways."""
    moving = np.empty(array.shape, dtype=object)
    for index, entry in np.ndenumerate(array):
        tangents: Tangents = {name: Fraction(int(way[index])) for name, way in ways.items() if way[index]}
        moving[index] = Dual(entry, tangents)
    return moving


def _values(duals: Array) -> Array:
    values = np.empty(duals.shape, dtype=object)
    for index, dual in np.ndenumerate(duals):
        values[index] = value_of(dual)
    return values
