"""A layer: a cell run over a sequence, to stand inside somebody else's model.

It has no readout and no loss. Its forward returns the state after every step and the last state's arrays; its
backward takes the cotangents of both, and returns those of everything that the forward was given.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from rnn.calls.arguments import CallArguments, State, checked_call, checked_params
from rnn.calls.gradients import Gradients, check_gradients
from rnn.calls.lengths import own_reach
from rnn.calls.states import checked_state
from rnn.cells.cell import Arrays, Cell
from rnn.common.arrays import FLOATS, Array, as_array, check_result, checked, zeros
from rnn.common.checks import checked_dtype, in_memory, keep, kind_of, shown
from rnn.common.parameters import OwnWeights
from rnn.common.representation import as_call
from rnn.loops import checked_loops
from rnn.through_time.bptt import Loops
from rnn.through_time.recurrence import Finals, Recurrence, last_state, recurrence, sweeps_at_once
from rnn.through_time.routes import segments
from rnn.through_time.ways import two_way
from rnn.truncation import Full, Truncation


class Saved(NamedTuple):
    """What a layer's forward leaves for its backward, which may be asked any number of times."""

    call: CallArguments
    tape: Any

    def __repr__(self) -> str:
        return f"<rnn.layer.Saved of xs {self.call.xs.shape}>"


class Forward(NamedTuple):
    """``outputs`` (N, T, H), h after every step; the last ``state``'s arrays (N, H); ``saved``."""

    outputs: Array
    state: Arrays
    saved: Saved


@dataclass(frozen=True)
class Layer(Generic[OwnWeights]):
    """A recurrent ``cell`` over whole sequences, with a backward that takes cotangents.

    It holds no parameters: ``init`` makes the cell's weights. Initial states, ``lengths`` and errors are as
    in ``rnn.RNN``.

    >>> from rnn import LSTM
    >>> layer = Layer(LSTM(inputs=2, units=3))
    >>> weights = layer.init(np.random.default_rng(0))
    >>> outputs, (h, c), saved = layer.forward(weights, np.ones((4, 5, 2)))
    >>> grads = layer.backward(saved, np.ones((4, 5, 3)), (h, c))
    >>> grads.params.W.shape, grads.xs.shape, [d.shape for d in grads.state]
    ((12, 3), (4, 5, 2), [(4, 3), (4, 3)])
    """

    cell: Cell[Any, OwnWeights] | Recurrence[Any, OwnWeights]
    loops: Loops = None  # type: ignore[assignment]  # the usual ones, once it is made
    _recurrence: Recurrence = field(init=False, repr=False, compare=False)
    _shapes: Mapping[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        keep(self, _recurrence=recurrence("Layer.cell", self.cell))
        keep(self, loops=checked_loops("Layer.loops", self.loops, self._recurrence.cells))
        keep(self, _shapes={f"params.{name}": shape for name, shape in self.cell.shapes.items()})

    __repr__ = as_call

    def init(self, rng: np.random.Generator, dtype: DTypeLike = np.float64) -> OwnWeights:
        """New weights (``rnn.cells.initial``).

        Raises TypeError for what is no generator or no float, MemoryError for a cell that is too large.
        """
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"rng: {kind_of(rng)}, needed a numpy.random.Generator")
        dtype = checked_dtype(dtype, FLOATS, "float32, float64 or longdouble")
        with in_memory(f"Layer: {shown(self)}", "fewer inputs or units"):
            weights: Any = self.cell.init(rng)
            made: OwnWeights = weights._make(block.astype(dtype) for block in weights)
            return made

    def forward(
        self,
        params: Any,
        xs: Array,
        state: State = None,
        lengths: Array | None = None,
        masks: Sequence[Array] | None = None,
    ) -> Forward:
        """h after every step, and the last state, from xs (N, T, D) and an initial state, zero where None.

        Where records end before T, ``lengths`` (N,) says where: outputs behind an end are zero, so that a sum
        over steps is one of the record's own, and the last state is each record's own. ``masks`` are as in
        ``RNN.loss_and_gradients``; the backward takes those of its forward.
        """
        params = checked_params(self.cell.weights, self._shapes, params)
        own = self._recurrence
        call = checked_call(own, params, xs, state, lengths, masks)
        tape = own.unroll(params, call.inputs, call.state, None, self.loops)
        outputs, ends = own.outputs(tape).swapaxes(0, 1), call.ends
        if ends is None:
            outputs, final = np.ascontiguousarray(outputs), last_state(own, tape)
        else:
            final = ends.last_state(own.states(tape))
            outputs = ends.unsorted(ends.without_padding(outputs))
        check_result("outputs", outputs)
        for name, array in zip(own.state, final, strict=True):
            check_result(f"state.{name}", array)
        return Forward(outputs, final, Saved(call, tape))

    def backward(
        self,
        saved: Saved,
        d_outputs: Array,
        d_state: State = None,
        truncation: Truncation = Full(),
    ) -> Gradients:
        """The gradient of Σ ⟨d_outputs, outputs⟩ + Σ ⟨d_state, last state⟩ by everything that went in.

        ``d_outputs`` (N, T, H) are the cotangents of the outputs, ``d_state`` those of the last state's
        arrays, zero where it is None. ``truncation`` says how far back a cotangent reaches from its step; the
        last state's is one of the last step.
        """
        if not isinstance(saved, Saved):
            raise TypeError(f"saved: {kind_of(saved)}, needed what Layer.forward returns")
        (params, (xs, *_), state, ends), tape = saved
        dhs, finals = self._cotangents(saved, d_outputs, d_state)
        steps = xs.shape[1]
        if ends is not None:
            truncation = own_reach(truncation, ends, steps, False, self._recurrence)
        if self._recurrence.two_way:
            whole = self._recurrence.whole_alone
            segment = two_way(truncation, steps, 0, sweeps_at_once(state), whole)
        else:
            (segment,) = segments(truncation, steps, 0, sweeps_at_once(state))
        back = self._recurrence.back(params, tape, dhs, finals, segment, (), self.loops)
        weights, d_initial = self._recurrence.weights._make(back.weights), back.state
        dxs = zeros((steps, *back.dxs.shape[1:]), back.dxs)
        dxs[back.first :] = back.dxs
        by_record = dxs.swapaxes(0, 1)
        if ends is not None:
            by_record, d_initial = ends.unsorted(by_record), tuple(map(ends.unsorted, d_initial))
        grads = Gradients(weights, by_record, d_initial)
        check_gradients(0, grads)
        return grads

    def _cotangents(self, saved: Saved, d_outputs: object, d_state: State) -> tuple[Array, Finals | None]:
        """∂L/∂ the outputs by step, (T, N, H), and the last state's arrays, None where nothing is asked."""
        xs, ends = saved.call.xs, saved.call.ends
        shape = (*xs.shape[:2], self._recurrence.units)
        d_outputs = as_array("d_outputs", d_outputs)
        if ends is not None and d_outputs.shape == shape:
            d_outputs = ends.without_padding(ends.sorted(d_outputs))
        by_record = checked("d_outputs", d_outputs, shape, xs.dtype)
        dhs = np.ascontiguousarray(by_record.swapaxes(0, 1))
        if d_state is None:
            return dhs, None
        finals = checked_state(self._recurrence, "d_state", d_state, xs, last="")
        if ends is None:
            return dhs, Finals(finals, xs.shape[1] - 1)
        return dhs, Finals(tuple(map(ends.sorted, finals)), ends.lengths - 1)
