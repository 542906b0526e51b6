"""Loops over a step and its backward, as the two passes of a layer under a truncation."""

from collections.abc import Callable, Mapping
from itertools import groupby
from typing import Any

import numpy as np

from verification.adapters.lent import Lent
from verification.adapters.returned import check_dict, checked_tuple
from verification.models.arrays import Array
from verification.models.truncation import TruncationRule
from verification.processes.invalid import InvalidAnswer

# Bytes of the first results of ``step_back`` that the loops keep to the end, as a caller may.
MOST_KEPT = 2**25

State = tuple[Array, ...]
StepForward = Callable[[dict[str, Array], Any, State], Any]
StepBackward = Callable[[Any, State], Any]


def looped(
    step: StepForward, step_back: StepBackward, truncation: TruncationRule
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Forward and backward of a layer, as loops over a step under a truncation."""

    def forward(params: dict[str, Array], xs: Any, state: State) -> tuple[Array, State, Any]:
        """Outputs (N, T, …), the final state, and the arguments and saved values of each step."""
        inputs = xs if isinstance(xs, dict) else {"": xs}
        outputs, tape = [], []
        for s in range(next(iter(inputs.values())).shape[1]):
            x = {name: np.ascontiguousarray(array[:, s]) for name, array in inputs.items()}
            given = _Kept(
                {**{f"x {name}".rstrip(): array for name, array in x.items()}, **_named("state", state)}
            )
            x_given = x if isinstance(xs, dict) else x[""]
            lent = Lent(params=params, x=x_given)
            returned = step(params, x_given, state)
            lent.check("step")
            given.check("step")
            state, kept = checked_tuple("step's answer is", returned, 2)
            state = checked_tuple("step's state is", state)
            outputs.append(state[0])
            tape.append(kept)
        return np.stack(outputs, axis=1), state, (params, inputs, tape)

    def backward(saved: Any, d_outputs: Array, d_state: State) -> tuple[Any, Any, State]:
        """The sums of what ``step_back`` returns, over the loops of all groups of losses."""
        params, inputs, tape = saved
        steps = len(tape)
        # Whole numbers have no gradient.
        moved = {name: array for name, array in inputs.items() if not np.issubdtype(array.dtype, np.integer)}
        d_params, d_xs = _Sums(params), _Sums(moved)
        d_initial: State = tuple(0 * array for array in d_state)
        answers, size = list[_Kept](), 0
        for first, group in groupby(range(steps), lambda t: min(truncation.first(t, steps), t + 1)):
            losses = tuple(group)
            carry: State = tuple(0 * array for array in d_state)
            for s in range(losses[-1], first - 1, -1):
                if s in losses:
                    carry = (carry[0] + d_outputs[:, s], *carry[1:])
                    carry = tuple(map(np.add, carry, d_state)) if s == steps - 1 else carry
                given = _Kept(_named("d_state", carry))
                of_params, d_x, carry = checked_tuple("step_back's answer is", step_back(tape[s], carry), 3)
                given.check("step_back")
                carry = checked_tuple("step_back's d_state is", carry, len(d_state))
                if size < MOST_KEPT:
                    answers.append(_Kept(_answered(of_params, d_x, carry)))
                    size += answers[-1].size
                d_params.add("step_back's d_params", of_params)
                d_xs.add("step_back's d_x", d_x if "" not in inputs else {"": d_x}, (slice(None), s))
            if first == 0:
                d_initial = tuple(map(np.add, d_initial, carry))
        for answer in answers:
            answer.check("step_back", "by a later call")
        return d_params.sums(), d_xs.sums() if "" not in inputs else d_xs.sums().get(""), d_initial

    return forward, backward


def _answered(d_params: Any, d_x: Any, d_state: State) -> dict[str, Any]:
    """The arrays in an answer of ``step_back``."""
    named = {"d_params": d_params, "d_x": d_x}
    arrays = {
        f"{what} {name}".rstrip(): array
        for what, given in named.items()
        for name, array in (given.items() if isinstance(given, Mapping) else [("", given)])
    }
    return {**arrays, **_named("d_state", d_state)}


def _named(what: str, state: State) -> dict[str, Any]:
    return {f"{what}[{i}]": array for i, array in enumerate(state)}


class _Kept:
    """Arrays that a function was given, or has returned, and must not change."""

    def __init__(self, arrays: Mapping[str, Any]) -> None:
        self._arrays = {name: array for name, array in arrays.items() if isinstance(array, np.ndarray)}
        self._before = {name: array.copy() for name, array in self._arrays.items()}

    @property
    def size(self) -> int:
        """Bytes."""
        return sum(array.nbytes for array in self._arrays.values())

    def check(self, function: str, how: str = "in place") -> None:
        """Raises InvalidAnswer if an array has changed."""
        for name, before in self._before.items():
            now = self._arrays[name]
            # Nearly always the bytes are the same, and they are compared in a tenth of the time.
            if now.tobytes() != before.tobytes() and not np.array_equal(now, before, equal_nan=True):
                raise InvalidAnswer(f"{function}: {name} is changed {how}")


class _Sums:
    """Sums of gradients by name, starting from zeros in the shape of the block."""

    def __init__(self, like: Mapping[str, Array]) -> None:
        self._sums = {name: np.zeros_like(array) for name, array in like.items()}
        self._missing: set[str] = set()

    def add(self, what: str, parts: Any, place: Any = ...) -> None:
        """Adds a part to each sum; a sum with a part that is None or missing is missing from then on."""
        if self._sums:
            check_dict(what, parts)
        for name, whole in self._sums.items():
            part, sum_ = parts.get(name), whole[place]
            if part is None:
                self._missing.add(name)
            elif not isinstance(part, np.ndarray) or (part.shape, part.dtype) != (sum_.shape, sum_.dtype):
                form = (
                    f"{part.shape} of {part.dtype}" if isinstance(part, np.ndarray) else type(part).__name__
                )
                needed = f"{sum_.shape} of {sum_.dtype}"
                raise InvalidAnswer(f"{what}{f' of {name}' if name else ''} is {form}, needed {needed}")
            else:
                sum_ += part

    def sums(self) -> dict[str, Array | None]:
        """The sums by name, None for missing ones."""
        return {name: None if name in self._missing else array for name, array in self._sums.items()}
