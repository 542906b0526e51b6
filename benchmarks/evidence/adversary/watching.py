"""A layer whose backwards are seen one by one, and are wrong by a clear factor where a fault says so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from benchmarks.evidence.adversary.call import BackwardCall, CallHistory, Given, given
from verification.adapters.given import unchanged
from verification.adapters.layer import LayerAdapter
from verification.models.arrays import Array
from verification.processes.place import Passes

# By what a gradient is wrong.
WRONG = 1.5

# Is this call's gradient wrong?
Fault = Callable[[BackwardCall], bool]


@dataclass(eq=False)
class _Begun:
    """A forward, with what it was given, and how many backwards it has had."""

    params: Mapping[str, Array]
    xs: Array
    state: tuple[Array, ...]
    saved: Any
    number: int
    before: Given | None
    backwards: int = 0


@dataclass(eq=False)
class _Watched:
    """The layer's two functions, and what they remember between calls."""

    layer: LayerAdapter
    fault: Fault
    forwards: int = 0
    before: Given | None = None

    def forward(self, params: Mapping[str, Array], xs: Array, state: tuple[Array, ...]) -> Any:
        now = given(params, xs, state)
        outputs, final, saved = self.layer.forward(params, xs, state)
        begun = _Begun(params, xs, state, saved, self.forwards, self.before)
        self.forwards, self.before = self.forwards + 1, now
        return outputs, final, begun

    def backward(self, begun: _Begun, d_outputs: Array, d_state: tuple[Array, ...]) -> Any:
        since = self.forwards - begun.number - 1
        history = CallHistory(begun.number, since, begun.backwards, begun.before)
        begun.backwards += 1
        call = BackwardCall(begun.params, begun.xs, begun.state, d_outputs, d_state, history)
        off = WRONG if self.fault(call) else 1.0
        d_params, d_xs, d_initial = self.layer.backward(begun.saved, d_outputs, d_state)
        if off == 1.0:
            return d_params, d_xs, d_initial
        scale = d_xs.dtype.type(off)
        return (
            {name: scale * d for name, d in d_params.items()},
            scale * d_xs,
            tuple(scale * d for d in d_initial),
        )


def watched(layer: LayerAdapter, fault: Fault) -> LayerAdapter:
    """The layer, whose gradient of every block is wrong where the fault says so of a call."""
    made = _Watched(layer, fault)
    return replace(layer, passes=Passes(unchanged, (made.forward, made.backward)))
