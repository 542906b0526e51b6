"""One computation that every contender does: the arrays, the losses and the truncation.

The data matter to the time, so they are made to be ordinary and are stated with the results. A gradient that
vanishes turns into denormal numbers, on which a processor is many times slower, and one that explodes into
infinities; so the data are *healthy*: W is orthogonal, and xs and h0 are so small that tanh keeps a slope
near 1 and the gradient arrives at step 0 with a size near that with which it left. With W orthogonal a unit's
state grows until the tanh takes away what the inputs bring: with U x of size e its mean square is about
e / √2, and the gradient shrinks by as much a step. e = 4 / T leaves a factor of e⁻³.

``vanishing`` is the share of records whose inputs are so large that their units saturate: their gradients
shrink to nothing within some tens of steps. All else, W among it, is the same.
"""

from dataclasses import dataclass

import numpy as np

from benchmarks.shapes import Shape
from rnn import RNN, Full, Params, Truncation, Vanilla, tanh
from rnn.arrays import Array

LOSSES = ("last", "every")
DTYPES = ("float32", "float64")
BLOCKS = (*Params._fields, "xs", "h0")

DATA = "healthy: W orthogonal, U x of size 4 / T, so that about a twentieth of a gradient arrives at step 0"

# With U x of this size a gradient loses half of itself a step: after 200 steps 1e-63 of it is left.
SATURATING = 2.0


@dataclass(frozen=True, eq=False)
class Task:
    """A network's parameters, its data, and which gradient is wanted.

    xs (N, T, D); targets (N, K) for a loss on the last step, (N, T, K) for one on every step; h0 (N, H).
    All in one dtype. The cell is the vanilla one with tanh, the loss half the squared error.
    """

    params: Params
    xs: Array
    targets: Array
    h0: Array
    truncation: Truncation = Full()

    @property
    def shape(self) -> Shape:
        """T, N, D and H."""
        records, steps, inputs = self.xs.shape
        return Shape(steps, records, inputs, self.h0.shape[1])

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
        """The network of ``rnn`` that the task is about."""
        return RNN(Vanilla(self.shape.D, self.shape.H, tanh), outputs=len(self.params.c))

    def arrays(self) -> dict[str, Array]:
        """Whatever has a gradient, by its name: U, W, b, V, c, xs, h0."""
        return {**self.params._asdict(), "xs": self.xs, "h0": self.h0}


def draw(
    shape: Shape,
    dtype: str,
    loss: str = "last",
    truncation: Truncation = Full(),
    vanishing: float = 0,
    seed: int = 0,
) -> Task:
    """A task of that shape, the same for the same arguments, healthy but for the ``vanishing`` records."""
    T, N, D, H = shape.T, shape.N, shape.D, shape.H
    rng = np.random.default_rng(seed)
    Q, R = np.linalg.qr(rng.standard_normal((H, H)))
    size = 4 / T
    params = Params(
        U=rng.standard_normal((H, D)) / np.sqrt(D),
        W=Q * np.sign(np.diagonal(R)),
        b=rng.standard_normal(H) * size / 4,
        V=rng.standard_normal((1, H)) / np.sqrt(H),
        c=rng.standard_normal(1),
    )
    sizes = np.full((N, 1, 1), size)
    sizes[: round(vanishing * N)] = SATURATING
    xs = rng.standard_normal((N, T, D)) * sizes
    h0 = rng.standard_normal((N, H)) * np.sqrt(size / 2)
    targets = rng.standard_normal((N, T, 1))
    if loss == "last":
        targets = targets[:, -1]
    arrays = (block.astype(dtype) for block in (*params, xs, targets, h0))
    *blocks, xs, targets, h0 = arrays
    return Task(Params(*blocks), xs, np.ascontiguousarray(targets), h0, truncation)
