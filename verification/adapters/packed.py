"""Packed: sequences one after another in one record, with the offsets at which they begin and end.

    xs, outputs, d_xs, d_outputs    (1, offsets[-1] + slack, …)
    state, d_state                  (S, …), of each sequence
    offsets                         (S + 1,) integers: sequence s is offsets[s] to offsets[s + 1]

Records that end early are given so: what follows the last one's end is *slack*, which belongs to none, has no
gradient and no effect, and what follows the others' ends is not there.
"""

from dataclasses import dataclass

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case
from verification.processes.invalid import InvalidAnswer


@dataclass(frozen=True)
class Packing:
    """The positions of each record's steps. ``lengths``: of the records, of at most so many ``steps``."""

    lengths: tuple[int, ...]
    steps: int

    @property
    def offsets(self) -> Array:
        """(S + 1,) integers."""
        return np.concatenate(([0], np.cumsum(self.lengths)))

    @property
    def size(self) -> int:
        """The number of all steps, including slack."""
        return sum(self.lengths[:-1]) + self.steps

    def given(self, array: Array) -> Array:
        """(N, T, …) as (1, ΣT, …); the slack is what follows the last record's end."""
        *others, last = array
        parts = [record[:length] for record, length in zip(others, self.lengths[:-1], strict=True)]
        return np.concatenate([*parts, last])[None]

    def read(self, name: str, array: Array) -> Array:
        """(1, ΣT, …) as (N, T, …), zero where a record has ended that is not the last.

        Raises InvalidAnswer for another shape.
        """
        if array.shape[:2] != (1, self.size):
            raise InvalidAnswer(f"{name} has shape {array.shape}, needed (1, {self.size}, …)")
        read = np.zeros((len(self.lengths), self.steps, *array.shape[2:]), array.dtype)
        starts = self.offsets
        for record, length in enumerate(self.lengths[:-1]):
            read[record, :length] = array[0, starts[record] : starts[record] + length]
        read[-1] = array[0, starts[-2] :]
        return read


def packing_of(case: Case) -> Packing:
    """How a case's records are packed."""
    return Packing(case.lengths or (case.steps,) * case.records, case.steps)
