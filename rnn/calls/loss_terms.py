"""What the losses of a call go by: targets, weights, and which steps of which records have a loss."""

from typing import NamedTuple

import numpy as np

from rnn.calls.arguments import CallArguments
from rnn.calls.lengths import Ends, unpadded
from rnn.common.arrays import Array, checked, zeros
from rnn.losses import Loss


class LossTerms(NamedTuple):
    """Of the last few steps: ``targets`` (losses, N, …), ``weights`` (losses, N) or None where all are 1, and
    ``counted`` (losses, N), which of them have a loss, or None where all have. ``of_last_step``: each record
    has one loss, on its last step.
    """

    targets: Array
    weights: Array | None = None
    counted: Array | None = None
    of_last_step: bool = False

    def part(self, start: int, stop: int) -> "LossTerms":
        """The losses from ``start`` on before ``stop``, none where ``stop`` is not after it."""
        stop = max(start, stop)
        if stop - start == len(self.targets):
            return self
        return LossTerms(
            self.targets[start:stop],
            None if self.weights is None else self.weights[start:stop],
            None if self.counted is None else self.counted[start:stop],
            self.of_last_step,
        )

    @property
    def rows(self) -> int:
        """How many losses there are."""
        steps, records = self.targets.shape[:2]
        return steps * records if self.counted is None else int(self.counted.sum())

    def states(self, states: Array) -> Array:
        """Of states (losses, N, H) those that have a loss, as rows."""
        if self.counted is None:
            return states.reshape(-1, states.shape[2])
        return np.asarray(states[self.counted])

    def by_loss(self, outputs: Array) -> tuple[Array, Array, Array | None]:
        """Outputs as rows, in the shape that the targets have then, those targets, and their weights."""
        if self.counted is None:
            return outputs.reshape(*self.targets.shape[:2], outputs.shape[1]), self.targets, self.weights
        weights = None if self.weights is None else self.weights[self.counted]
        return outputs, self.targets[self.counted], weights

    def by_step(self, rows: Array, like: Array) -> Array:
        """Rows, one a loss, as (losses, N, ·), with zeros where there is no loss."""
        shape = (*self.targets.shape[:2], rows.shape[1])
        if self.counted is None:
            return rows.reshape(shape)
        placed = zeros(shape, like)
        placed[self.counted] = rows
        return placed


def loss_terms(loss: Loss, targets: Array, weights: Array | None, ends: Ends | None, steps: int) -> LossTerms:
    """From checked targets and weights, records first, in the caller's order or in that of ``ends``."""
    of_last_step = targets.ndim == 1 + loss.target_axes
    if ends is not None:
        targets = ends.sorted(targets)
        weights = None if weights is None else ends.sorted(weights)
    if of_last_step:
        targets = targets[:, np.newaxis]
        weights = None if weights is None else weights[:, np.newaxis]
    elif weights is not None and weights.ndim == 1:
        weights = np.broadcast_to(weights[:, np.newaxis], targets.shape[:2])
    by_step = np.ascontiguousarray(targets.swapaxes(0, 1))
    weights = None if weights is None else np.ascontiguousarray(weights.swapaxes(0, 1))
    if ends is None:
        return LossTerms(by_step, weights, None, of_last_step)
    if not of_last_step:
        return LossTerms(by_step, weights, ends.inside(steps))
    # Each record's last step is another one, so every step from the first end on may have a loss.
    ending = ends.at_end(steps)[ends.lengths.min() - 1 :]
    repeated = np.broadcast_to(by_step, (len(ending), *by_step.shape[1:]))
    return LossTerms(
        repeated, None if weights is None else np.broadcast_to(weights, ending.shape), ending, True
    )


def checked_loss_terms(
    loss: Loss, outputs: int, call: CallArguments, targets: object, weights: object
) -> LossTerms:
    """The ``LossTerms`` of a call, or an error that names targets, weights, or a loss that takes none."""
    xs, ends = call.xs, call.ends
    every_step = (1 + loss.target_axes) + 1
    if ends is not None:
        targets = unpadded("targets", targets, every_step, xs.shape[1], ends)
    of_records = loss.checked_targets("targets", targets, xs, outputs, xs.dtype)
    of_steps = of_records.ndim == every_step
    if weights is None:
        return loss_terms(loss, of_records, None, ends, xs.shape[1])
    if loss.each is None:
        raise TypeError(f"RNN.loss: {loss.name}, needed one with each, as rnn.squared_error, for weights")
    return loss_terms(loss, of_records, _checked_weights(weights, call, of_steps), ends, xs.shape[1])


def _checked_weights(weights: object, call: CallArguments, of_steps: bool) -> Array:
    """Weights (N,), or (N, T) of losses on every step, that fit; ValueError where one is negative."""
    xs, ends = call.xs, call.ends
    records, steps = xs.shape[:2]
    if ends is not None and of_steps:
        weights = unpadded("weights", weights, 2, steps, ends)
    array = checked("weights", weights, (records,), xs.dtype, also=((records, steps),) if of_steps else ())
    negative = np.argwhere(array < 0)
    if len(negative):
        place = tuple(int(i) for i in negative[0])
        raise ValueError(f"weights: {array[place]} at {place}, needed numbers of at least 0")
    return array
