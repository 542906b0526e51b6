"""How a network sees a series: transformed, scaled, and less what a linear part expects of it.

A form says which transformation and how long a linear part; a view is a form that was fitted to the values
that are learnt from.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from rnn.app.preparing import Cut, Scaling, check_seen, learn_scaling
from rnn.app.transformation import Transformation
from rnn.common.arrays import Array
from rnn.data import Records, windows
from rnn.learning.sizes import mean_and_deviation

# What least squares leave of a series that it fits to rounding says nothing, and is not scaled up.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Form:
    """A transformation, how many steps back the linear part looks, and whether it takes inputs."""

    transformation: Transformation
    order: int
    inputs: bool = False


@dataclass(frozen=True, eq=False)
class View:
    """What is expected of a step: x_t = c + Σ φ_k x_t−k + β z_t, + ``left`` · what a network adds.

    ``linear`` (p + 1,) are c, φ_p, …, φ_1. ``beside`` (3, F) holds β, and the means and scales of the F
    inputs z, differenced as the values are.
    """

    scaling: Scaling
    linear: Array
    left: float
    beside: Array = field(default_factory=lambda: np.zeros((3, 0)))

    @property
    def transformation(self) -> Transformation:
        """What it makes of values before it scales them."""
        return self.scaling.transformation

    @property
    def order(self) -> int:
        """How many steps back the linear part looks."""
        return len(self.linear) - 1

    @property
    def takes_inputs(self) -> bool:
        """Does the linear part?"""
        return bool(self.beside[0].any())

    def inputs(self, rows: Array) -> Array:
        """How inputs (…, S, F) are seen: (…, S − before, F), or (…, S − before, 0) by one fitted without."""
        rows = rows[..., : self.beside.shape[1]]
        return np.asarray((_differenced(rows, self.transformation) - self.beside[1]) / self.beside[2])

    def expected(self, seen: Array, inputs: Array | None = None) -> Array:
        """The step after windows (N, T) of what is seen, T ≥ p, as the linear part alone has it: (N,).

        ``inputs`` (N, F) are seen beside that step.
        """
        found = self.linear[0] + seen[:, seen.shape[1] - self.order :] @ self.linear[1:]
        return np.asarray(found if inputs is None else found + inputs @ self.beside[0])


def _differenced(rows: Array, transformation: Transformation) -> Array:
    lags = Transformation(lags=transformation.lags)
    return np.swapaxes(lags.forward(np.swapaxes(rows, -1, -2)), -1, -2)


def _standard(rows: Array, transformation: Transformation) -> Array:
    """No weights, and the means and scales of inputs (S, F): (3, F). ValueError for too large ones."""
    with np.errstate(over="ignore", invalid="ignore"):
        seen = _differenced(rows, transformation)
        mean, deviation = mean_and_deviation(seen, 0)
    if not (np.isfinite(mean).all() and np.isfinite(deviation).all()):
        raise ValueError("the inputs: numbers so large that their spread is none, needed smaller ones")
    # What differences leave of a cycle that they take away is rounding.
    spread = np.where(deviation > ROUNDING * np.abs(rows).max(axis=0, initial=0), deviation, 1.0)
    return np.stack([np.zeros_like(mean), mean, spread])


def alone(scaling: Scaling, rows: Array | None = None) -> View:
    """Without a linear part: a network has to say all. ``rows`` (S, F) are the inputs learnt from."""
    rows = np.zeros((scaling.transformation.before + 1, 0)) if rows is None else rows
    return View(scaling, np.zeros(1), 1.0, _standard(rows, scaling.transformation))


def view_of(form: Form, values: Array, rows: Array | None = None) -> View:
    """The form fitted to the values (S,) that are learnt from, and inputs (S, F), S > order + before.

    ValueError where the values are too large to compute with.
    """
    scaling = learn_scaling(values, form.transformation)
    seen = scaling.forward(values)
    spans = sliding_window_view(seen, form.order + 1)
    view = alone(scaling, rows)
    inputs = view.inputs(np.zeros((len(values), 0)) if rows is None else rows)[form.order :]
    if not form.inputs:
        inputs = inputs[:, :0]
    columns = np.concatenate([np.ones((len(spans), 1)), spans[:, :-1], inputs], axis=1)
    found = np.asarray(np.linalg.lstsq(columns, spans[:, -1])[0])
    left = float((spans[:, -1] - columns @ found).std())
    linear, weights = np.split(found, [form.order + 1])
    beside = np.concatenate([weights[np.newaxis], view.beside[1:]]) if form.inputs else view.beside
    return View(scaling, linear, left if left > ROUNDING else 1.0, beside)


def window_of(length: int, views: Sequence[View]) -> int:
    """How many values the views take to see windows of so many steps."""
    return length + max(view.transformation.before for view in views)


def parts(
    values: Array, view: View, length: int, at: Cut, every: bool, rows: Array | None = None
) -> tuple[Records, Records]:
    """The records to learn from, and those that choose the epoch: windows of so many steps, length ≥ p.

    The targets are what the linear part leaves of the step after a window (N, 1), or, with ``every``, after
    each step of it (N, T, 1), of the windows of which that is known. Each step of a window has the inputs of
    the next one, out of ``rows`` (S, F), beside it. ValueError where any of the values,
    those of the test as well, is too large to be seen.
    """
    check_seen("the series", values, view.scaling)
    seen = view.scaling.forward(values[: at.validation])
    order = view.order
    with np.errstate(over="ignore", invalid="ignore"):
        inputs = view.inputs(np.zeros((len(values), 0)) if rows is None else rows)
    if not np.isfinite(inputs).all():
        raise ValueError("the inputs: later numbers so large beside the first, needed ones of a size")
    inputs = inputs[: len(seen)]
    expected = view.expected(sliding_window_view(seen, order + 1)[:, :-1], inputs[order:])
    known = (seen[order:] - expected) / view.left
    xs, targets = windows(seen, length).xs, known[length - order :, np.newaxis]
    xs = np.concatenate([xs, sliding_window_view(inputs[1:], length, axis=0).swapaxes(1, 2)], axis=2)
    train = at.train - view.transformation.before - length
    if every:
        unknown = max(0, order - 1)
        xs, train = xs[unknown:], train - unknown
        targets = sliding_window_view(known[max(0, 1 - order) :], length)[:, :, np.newaxis]
    xs, targets = np.ascontiguousarray(xs), np.ascontiguousarray(targets)
    return Records(xs[:train], targets[:train]), Records(xs[train:], targets[train:])
