"""How a network sees a series: transformed, scaled, and less what a linear part expects of it.

A form says which transformation and how long a linear part; a view is a form that was fitted to the values
that are learnt from.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from rnn.app.preparing import Cut, Scaling, check_seen, learn_scaling
from rnn.app.transformation import Transformation
from rnn.common.arrays import Array
from rnn.data import Records, windows

# What least squares leave of a series that it fits to rounding says nothing, and is not scaled up.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Form:
    """A transformation, and how many steps back the linear part looks."""

    transformation: Transformation
    order: int


@dataclass(frozen=True, eq=False)
class View:
    """``linear`` (p + 1,) are c, φ_p, …, φ_1 of x_t = c + Σ φ_k x_t−k + ``left`` · what a network adds."""

    scaling: Scaling
    linear: Array
    left: float

    @property
    def transformation(self) -> Transformation:
        """What it makes of values before it scales them."""
        return self.scaling.transformation

    @property
    def order(self) -> int:
        """How many steps back the linear part looks."""
        return len(self.linear) - 1

    def expected(self, seen: Array) -> Array:
        """The step after windows (N, T) of what is seen, T ≥ p, as the linear part alone has it: (N,)."""
        return np.asarray(self.linear[0] + seen[:, seen.shape[1] - self.order :] @ self.linear[1:])


def alone(scaling: Scaling) -> View:
    """Without a linear part: a network has to say all."""
    return View(scaling, np.zeros(1), 1.0)


def view_of(form: Form, values: Array) -> View:
    """The form fitted to the values (S,) that are learnt from, S > order + before.

    ValueError where the values are too large to compute with.
    """
    scaling = learn_scaling(values, form.transformation)
    seen = scaling.forward(values)
    rows = sliding_window_view(seen, form.order + 1)
    columns = np.concatenate([np.ones((len(rows), 1)), rows[:, :-1]], axis=1)
    linear = np.asarray(np.linalg.lstsq(columns, rows[:, -1])[0])
    left = float((rows[:, -1] - columns @ linear).std())
    return View(scaling, linear, left if left > ROUNDING else 1.0)


def window_of(length: int, views: Sequence[View]) -> int:
    """How many values the views take to see windows of so many steps."""
    return length + max(view.transformation.before for view in views)


def parts(values: Array, view: View, length: int, at: Cut, every: bool) -> tuple[Records, Records]:
    """The records to learn from, and those that choose the epoch: windows of so many steps, length ≥ p.

    The targets are what the linear part leaves of the step after a window (N, 1), or, with ``every``, after
    each step of it (N, T, 1), of the windows of which that is known. ValueError where any of the values,
    those of the test as well, is too large to be seen.
    """
    check_seen("the series", values, view.scaling)
    seen = view.scaling.forward(values[: at.validation])
    order = view.order
    known = (seen[order:] - view.expected(sliding_window_view(seen, order + 1)[:, :-1])) / view.left
    xs, targets = windows(seen, length).xs, known[length - order :, np.newaxis]
    train = at.train - view.transformation.before - length
    if every:
        unknown = max(0, order - 1)
        xs, train = xs[unknown:], train - unknown
        targets = sliding_window_view(known[max(0, 1 - order) :], length)[:, :, np.newaxis]
    xs, targets = np.ascontiguousarray(xs), np.ascontiguousarray(targets)
    return Records(xs[:train], targets[:train]), Records(xs[train:], targets[train:])
