"""An engine of the collection at one point, as other checkers want it: arrays to arrays, and cotangents back.

It calls forward and backward of the module and nothing of the verifier; a backward gets what the forward of
the same arrays saved, as a Function of PyTorch does. Complex arrays (…,) are real ones (…, 2) of real and
imaginary parts here, for which all checkers agree what a gradient is.
"""

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np

from benchmarks.happened.bug import Bug
from verification.models.model import Use

Array = Any


def numbers(
    bug: Bug, rng: np.random.Generator, records: int, steps: int, normal: bool, shown: bool
) -> dict[str, Array]:
    """An array for each block, in its domain: numbers between −1 and 1, or standard normal ones.

    ``shown``: of the sizes with which the bug shows.
    """
    sizes = {name: 2 + i for i, name in enumerate(bug.model.dimensions)} | dict(bug.sizes if shown else {})
    sizes |= {name: choices[0] for name, choices in (bug.scope.sizes or {}).items()}

    def drawn(shape: tuple[int, ...]) -> Array:
        return rng.standard_normal(shape) if normal else rng.uniform(-1, 1, shape)

    states = bug.scope.states
    still = [name for name, kind in states.items() if kind == "zero"] if isinstance(states, dict) else []
    found = {}
    for block in bug.model.of(Use.STEP, Use.INPUT, Use.STATE):
        shape = tuple(length(axis, sizes) for axis in block.axes)
        shape = {Use.INPUT: (records, steps), Use.STATE: (records,)}.get(block.use, ()) + shape
        if block.below is not None:
            found[block.name] = rng.integers(0, length(block.below, sizes), shape)
            continue
        array = drawn(shape) + 1j * drawn(shape) if bug.model.complex else drawn(shape)
        array = 0 * array if block.name in still else array
        found[block.name] = array if block.domain is None else np.asarray(block.domain(array))
    return found


def length(axis: str | int, sizes: dict[str, int]) -> int:
    """How long an axis is: "4 H" is four times H, "A G" is A times G."""
    parts = str(axis).split()
    return prod(int(part) if part.isdigit() else sizes[part] for part in parts)


class CalledBug:
    """``names`` of the blocks whose gradients are claimed, their ``point``, forward and backward."""

    def __init__(
        self, bug: Bug, wrong: bool, records: int, steps: int, normal: bool = False, shown: bool = False
    ) -> None:
        rng = np.random.default_rng(0)
        self.bug, self.module = bug, bug.planted() if wrong else bug.module
        self.blocks = numbers(bug, rng, records, steps, normal, shown)
        self.lengths = rng.integers(1, steps + 1, records) if bug.scope.lengths else None
        real = [block.name for block in bug.model.blocks if block.name in self.blocks and block.below is None]
        claimed = bug.scope.blocks if bug.scope.blocks is not None else real
        self.names = tuple(name for name in real if name in claimed)
        states = [block.name for block in bug.model.of(Use.STATE)]
        finals = bug.scope.finals if bug.scope.finals is not None else states
        self.finals = tuple(name in finals for name in states)
        self._saved: tuple[list[bytes], Any, Any] | None = None

    @property
    def point(self) -> list[Array]:
        """The blocks' numbers."""
        return [real(self.blocks[name]) for name in self.names]

    def forward(self, *arrays: Array) -> list[Array]:
        """The outputs, and the final states that are claimed."""
        model = self.bug.model
        blocks = {**self.blocks, **dict(zip(self.names, map(self._own, arrays), strict=True))}
        params, xs, state = (
            {block.name: blocks[block.name] for block in model.of(use)}
            for use in (Use.STEP, Use.INPUT, Use.STATE)
        )
        given = next(iter(xs.values())) if len(xs) == 1 else xs
        more = () if self.lengths is None else (self.lengths,)
        outputs, final, saved = self.module.forward(params, given, tuple(state.values()), *more)
        self._saved = [np.asarray(array).tobytes() for array in arrays], saved, final
        return [real(outputs), *(real(end) for end, kept in zip(final, self.finals, strict=True) if kept)]

    def backward(self, arrays: Sequence[Array], cotangents: Sequence[Array]) -> list[Array]:
        """The gradients of the blocks, by what the forward of these arrays has saved."""
        if self._saved is None or self._saved[0] != [np.asarray(array).tobytes() for array in arrays]:
            self.forward(*arrays)
        assert self._saved is not None
        _, saved, final = self._saved
        outputs, *ends = cotangents
        of_final = iter(ends)
        d_state = tuple(
            self._own(next(of_final)) if kept else 0 * end
            for end, kept in zip(final, self.finals, strict=True)
        )
        d_params, d_xs, d_initial = self.module.backward(saved, self._own(outputs, "A"), d_state)
        inputs = [block.name for block in self.bug.model.of(Use.INPUT)]
        found = {**d_params, **(d_xs if len(inputs) > 1 else {inputs[0]: d_xs})}
        found |= dict(zip((block.name for block in self.bug.model.of(Use.STATE)), d_initial, strict=True))
        return [real(np.array(found[name])) for name in self.names]

    def _own(self, array: Array, order: Any = "C") -> Array:
        """An array of the engine's numbers."""
        whole = array[..., 0] + 1j * array[..., 1] if self.bug.model.complex else array
        return np.array(whole, order=order)


def real(array: Array) -> Array:
    """Complex numbers as two real ones each."""
    return np.stack([array.real, array.imag], axis=-1) if np.iscomplexobj(array) else array
