"""One computation that every contender does: the cell, the arrays, the losses and the truncation.

The data matter to the time, so they are made to be ordinary and are stated with the results. A gradient that
vanishes turns into denormal numbers, on which a processor is many times slower, and one that explodes into
infinities; so the data are *healthy*: the gradient arrives at step 0 with a size near that with which it
left. Each block of W is orthogonal, and then

vanilla  xs and h0 are so small that tanh keeps a slope near 1. With W orthogonal a unit's state grows until
         the tanh takes away what the inputs bring: with U x of size e its mean square is about e / √2, and
         the gradient shrinks by as much a step. e = 4 / T leaves a factor of e⁻³.
lstm     The forget gates are near open, and the input gates near closed: biases of log T and −log T, so that
         f ≈ 1 − 1 / T and i ≈ 1 / T. What goes back through c is multiplied by fᵀ ≈ e⁻¹, and what i ⊙ g adds
         through W is another 1 / T a step, which a sequence of any length bears. (These are the biases of
         Tallec and Ollivier, 2018, *Can recurrent neural networks warp time?*.) U x is of size 1.
gru      The update gates keep the state: a bias of log T, so that z ≈ 1 − 1 / T, and all that goes back by
         another way than dh ⊙ z is of size 1 / T a step. U x is of size 1.

``vanishing`` is the share of records whose inputs are so large that their units saturate: their gradients
shrink to nothing within some tens of steps. All else, W among it, is the same. It is of the vanilla cell.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.shapes import CallShape
from rnn import GRU, LSTM, RNN, Full, Truncation, Vanilla
from rnn.cells.cell import Arrays, Cell
from rnn.common.arrays import Array

LOSSES = ("last", "every")
DTYPES = ("float32", "float64")

DATA = (
    "healthy: W orthogonal; vanilla: U x of size 4 / T, so that about a twentieth of a gradient arrives at "
    "step 0; lstm, gru: U x of size 1, and the gates that keep the state are open but for 1 / T"
)


@dataclass(frozen=True)
class TaskKind:
    """A cell as a function of D and H, and how it is drawn healthy.

    ``held``: the bias of each block of H rows, as a multiple of log T. ``size``: that of U x, by T.
    ``saturating``: the size of U x at which gradients vanish, if inputs alone can do that.
    """

    cell: Callable[[int, int], Cell]
    held: tuple[float, ...]
    size: Callable[[int], float]
    saturating: float | None = None


CELLS = {
    # With U x of size 2 a gradient loses half of itself a step: after 200 steps 1e-63 of it is left.
    "vanilla": TaskKind(Vanilla, (0,), lambda T: 4 / T, saturating=2.0),
    "lstm": TaskKind(LSTM, (-1, 1, 0, 0), lambda T: 1.0),
    "gru": TaskKind(GRU, (0, 1, 0), lambda T: 1.0),
}


@dataclass(frozen=True, eq=False)
class Task:
    """A network's parameters, its data, and which gradient is wanted.

    ``params``: the NamedTuple of the ``cell``, which is a name of ``CELLS``. xs (N, T, D); targets (N, K) for
    a loss on the last step, (N, T, K) for one on every step; ``state``: the initial state's arrays (N, H),
    h0 first. All in one dtype. The cell has its usual functions, the loss is half the squared error.
    """

    params: Any
    xs: Array
    targets: Array
    state: Arrays
    truncation: Truncation = Full()
    cell: str = "vanilla"

    @property
    def h0(self) -> Array:
        """The initial state's first array."""
        return self.state[0]

    @property
    def shape(self) -> CallShape:
        """T, N, D and H."""
        records, steps, inputs = self.xs.shape
        return CallShape(steps, records, inputs, self.h0.shape[1])

    @property
    def loss(self) -> str:
        """Where the losses stand: on the ``last`` step or on ``every`` one."""
        return "last" if self.targets.ndim == 2 else "every"

    @property
    def first_loss(self) -> int:
        """The first step that has a loss."""
        return self.shape.T - 1 if self.loss == "last" else 0

    @property
    def net(self) -> RNN:
        """The network of ``rnn`` that the task is about, with its usual loops."""
        return RNN(CELLS[self.cell].cell(self.shape.D, self.shape.H), outputs=len(self.params.c))

    def initial(self) -> dict[str, Array]:
        """The initial state by name: h0, and c0 for an LSTM."""
        names = (f"{name}0" for name in self.net.cell.state)
        return dict(zip(names, self.state, strict=True))

    def arrays(self) -> dict[str, Array]:
        """Whatever has a gradient, by its name: U, W, b, V, c, xs, h0; bn of a GRU; c0 of an LSTM."""
        return {**self.params._asdict(), "xs": self.xs, **self.initial()}

    @property
    def blocks(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self.arrays())


def draw(
    shape: CallShape,
    dtype: str,
    loss: str = "last",
    truncation: Truncation = Full(),
    cell: str = "vanilla",
    vanishing: float = 0,
    seed: int = 0,
) -> Task:
    """A task of that shape, the same for the same arguments, healthy but for the ``vanishing`` records.

    Raises ValueError for ``vanishing`` records of a cell whose gates decide what vanishes.
    """
    kind = CELLS[cell]
    T, N, D, H = shape.T, shape.N, shape.D, shape.H
    rng = np.random.default_rng(seed)
    size = kind.size(T)
    sizes = np.full((N, 1, 1), size)
    if vanishing:
        if kind.saturating is None:
            raise ValueError(
                f"vanishing: {vanishing} of cell {cell}, needed 0: inputs alone do not saturate it"
            )
        sizes[: round(vanishing * N)] = kind.saturating
    made = kind.cell(D, H)
    weights = weights_of(rng, made, np.array(kind.held) * np.log(T), size)
    V, c = rng.standard_normal((1, H)) / np.sqrt(H), rng.standard_normal(1)
    xs = rng.standard_normal((N, T, D)) * sizes
    state = [rng.standard_normal((N, H)) * np.sqrt(size / 2) for _ in made.state]
    targets = rng.standard_normal((N, T, 1))
    if loss == "last":
        targets = np.ascontiguousarray(targets[:, -1])
    params = made.params(*(block.astype(dtype) for block in (*weights, V, c)))
    of_type = tuple(array.astype(dtype) for array in state)
    return Task(params, xs.astype(dtype), targets.astype(dtype), of_type, truncation, cell)


def weights_of(rng: np.random.Generator, cell: Cell, held: Array, size: float) -> list[Array]:
    """W orthogonal in each block of rows, U of rows of size 1, biases small but for what is ``held``."""
    D, H = cell.inputs, cell.units
    Ws = []
    for _ in held:
        Q, R = np.linalg.qr(rng.standard_normal((H, H)))
        Ws.append(Q * np.sign(np.diagonal(R)))
    U = rng.standard_normal((len(held) * H, D)) / np.sqrt(D)
    biases = [rng.standard_normal(cell.shapes[name]) * size / 4 for name in list(cell.shapes)[2:]]
    biases[0] += np.repeat(held, H)
    return [U, np.concatenate(Ws), *biases]
