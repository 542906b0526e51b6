"""The network: a cell, a linear readout, a loss; predictions, the loss, and its gradients.

    h_t+1 = cell(x_t, h_t)        o_t = V h_t+1 + c        t = 0 … T − 1

and, going back from do = ∂ℓ/∂o of every step that has a loss::

    dV = Σ_t do_tᵀ h_t+1          dc = Σ_t do_t            dh_t+1 = do_t V

V and c take every loss whatever the truncation; what dh becomes is ``rnn.through_time.bptt``'s.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any, Generic, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from rnn.calls.arguments import CallArguments, State, check_workspace, checked_call, checked_params, in_order
from rnn.calls.gradients import Gradients, check_gradients
from rnn.calls.lengths import Ends, own_reach
from rnn.calls.loss_terms import LossTerms, checked_loss_terms, loss_terms
from rnn.calls.states import zero_state
from rnn.cells.cell import Arrays, Cell
from rnn.cells.initial import glorot
from rnn.common.arrays import FLOATS, Array, check_result, zeros
from rnn.common.checks import checked_count, checked_dtype, in_memory, keep, kind_of, shown
from rnn.common.parameters import Own
from rnn.common.representation import as_call
from rnn.loops import checked_loops
from rnn.losses import Loss, squared_error
from rnn.through_time.bptt import Loops
from rnn.through_time.checkpoints import Checkpoints, states_at
from rnn.through_time.recomputed import recomputed
from rnn.through_time.recurrence import Recurrence, last_state, recurrence, sweeps_at_once
from rnn.through_time.routes import Segment, segments
from rnn.through_time.ways import two_way
from rnn.through_time.workspace import Workspace
from rnn.truncation import Full, Truncation

# What the value of a loss may be.
_ONE_NUMBER = (int, float, np.floating, Fraction)


class Outputs(NamedTuple):
    """What a forward computes: ``outputs`` (N, T, K), and the arrays (N, H) of the last ``state``."""

    outputs: Array
    state: Arrays


@dataclass(frozen=True)
class RNN(Generic[Own]):
    """A recurrent ``cell``, a linear readout of ``outputs`` K numbers a step, and a ``loss``.

    The network holds no parameters: ``init`` makes them, and every method takes them.

    In every method xs is (N, T, D), and h0 the initial state: an array (N, H), a tuple (h0, c0) for an LSTM,
    or None for zeros. ``lengths`` (N,) says where records end, if before T: what follows is padding, which
    takes part in nothing, has zero gradients, and no outputs, so that these are NaN there (also beside
    Fractions); the last step is then each record's own.

    Before any work is done, every method raises TypeError for arrays of a number type that the engine does
    not take, or that differs between arguments, and for an argument that is not a set of the cell's
    parameters, a truncation, ``Checkpoints`` or a ``Workspace``. It raises ValueError for shapes that do not
    fit, a workspace's included, and for entries that are not finite. If a number overflows, so that a result
    is not finite, it raises FloatingPointError, which names the result; ``np.errstate`` decides whether NumPy
    also warns. Arguments are never written to, except for a workspace.

    >>> from rnn import LSTM
    >>> net = RNN(LSTM(inputs=1, units=3), outputs=1)
    >>> params = net.init(np.random.default_rng(0))
    >>> net.predict(params, xs=np.zeros((2, 5, 1))).shape
    (2, 5, 1)
    """

    cell: Cell[Own, Any] | Recurrence[Own, Any]
    outputs: int
    loss: Loss = squared_error
    loops: Loops = None  # type: ignore[assignment]  # the usual ones, once it is made
    _recurrence: Recurrence = field(init=False, repr=False, compare=False)
    _shapes: dict[str, tuple[int, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        keep(self, _recurrence=recurrence("RNN.cell", self.cell))
        keep(self, outputs=checked_count("RNN.outputs", self.outputs, 1))
        if not isinstance(self.loss, Loss):
            raise TypeError(f"RNN.loss: {shown(self.loss)}, needed an rnn.Loss, as rnn.squared_error")
        keep(self, loops=checked_loops("RNN.loops", self.loops, self._recurrence.cells))
        shapes = {**self.cell.shapes, "V": (self.outputs, self.cell.units), "c": (self.outputs,)}
        keep(self, _shapes={f"params.{name}": shape for name, shape in shapes.items()})

    __repr__ = as_call

    @property
    def handed_up(self) -> tuple[int, ...]:
        """The width of what each level of a ``Stack`` but the one on top hands up; none of other cells."""
        return self._recurrence.handed_up

    def init(self, rng: np.random.Generator, dtype: DTypeLike = np.float64) -> Own:
        """New parameters: the cell's weights (``rnn.cells.initial``), V Glorot-uniform and c zero.

        Raises TypeError for what is no generator or no float, MemoryError for a network that is too large.
        """
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"rng: {kind_of(rng)}, needed a numpy.random.Generator")
        dtype = checked_dtype(dtype, FLOATS, "float32, float64 or longdouble")
        with in_memory(f"RNN: {shown(self)}", "fewer inputs, units or outputs"):
            weights = self.cell.init(rng)
            V = glorot(rng, self.outputs, self.cell.units)
            blocks = (*weights, V, np.zeros(self.outputs))
            made: Own = self._recurrence.params(*(block.astype(dtype) for block in blocks))
            return made

    def workspace(self, records: int, steps: int, dtype: DTypeLike = np.float64) -> Workspace:
        """A workspace for ``loss_and_gradients`` of xs of so many records N and steps T, of ``dtype``.

        Raises TypeError or ValueError for a count below 1, or for numbers that the engine does not take,
        MemoryError for one that is too large.
        """
        return Workspace(self.cell, records, steps, dtype)

    def predict(self, params: Any, xs: Array, h0: State = None, lengths: Array | None = None) -> Array:
        """The output at every step, (N, T, K)."""
        return self.forward(params, xs, h0, lengths).outputs

    def predict_last(self, params: Any, xs: Array, h0: State = None, lengths: Array | None = None) -> Array:
        """The output at the last step of each record, its own where it ends before T, (N, K)."""
        call = self._checked(params, xs, h0, lengths)
        hs, ends = self._recurrence.outputs(self._unrolled(call)), call.ends
        outputs = self._read_out(call.params, hs[-1] if ends is None else ends.last_of(hs))
        check_result("outputs", outputs)
        return outputs

    def forward(self, params: Any, xs: Array, h0: State = None, lengths: Array | None = None) -> Outputs:
        """The output at every step, and the state after the last one, from which a later call can go on."""
        call = self._checked(params, xs, h0, lengths)
        steps, ends = call.xs.shape[1], call.ends
        tape = self._unrolled(call)
        hs = self._recurrence.outputs(tape)
        outputs = self._read_out(call.params, hs.reshape(-1, hs.shape[2])).reshape(steps, len(xs), -1)
        outputs = np.ascontiguousarray(outputs.swapaxes(0, 1))
        if ends is not None:
            outputs = ends.unsorted(outputs)
        check_result("outputs", outputs)
        if ends is None:
            return Outputs(outputs, last_state(self._recurrence, tape))
        outputs[ends.behind(steps)] = np.nan
        return Outputs(outputs, ends.last_state(self._recurrence.states(tape)))

    def loss_value(
        self,
        params: Any,
        xs: Array,
        targets: Array,
        h0: State = None,
        lengths: Array | None = None,
        weights: Array | None = None,
        masks: Sequence[Array] | None = None,
    ) -> Any:
        """The loss alone, without a backward; arguments as in ``loss_and_gradients``."""
        call, terms = self._checked_with_losses(params, xs, targets, h0, lengths, weights, masks)
        hs = self._recurrence.outputs(self._unrolled(call))
        first_loss = call.xs.shape[1] - len(terms.targets)
        value, _ = self._losses(call.params, terms.states(hs[first_loss:]), terms)
        check_result("loss", value)
        return value

    def loss_and_gradients(
        self,
        params: Any,
        xs: Array,
        targets: Array,
        h0: State = None,
        truncation: Truncation = Full(),
        checkpoints: Checkpoints | None = None,
        workspace: Workspace | None = None,
        lengths: Array | None = None,
        weights: Array | None = None,
        masks: Sequence[Array] | None = None,
    ) -> tuple[Any, Gradients]:
        """The loss, summed over records and steps, and its gradients by parameters, xs and initial state.

        ``targets`` of shape (N, K) put a loss on the last step, (N, T, K) on every step; for a ``ClassLoss``
        they are integers, (N,) or (N, T). ``weights`` (N,) or (N, T), none negative, multiply each loss.
        ``truncation`` says how far back each loss reaches (``rnn.truncation``); with ``lengths`` and a loss
        on every step it must not count from the end, as ``Tail`` does. With ``checkpoints``
        (``rnn.Checkpoints``) states are computed twice instead of kept. With a ``workspace``, which
        ``RNN.workspace`` makes, successive calls of one shape share their arrays (``rnn.Workspace``): the
        numbers are the same to the bit, and small networks are faster. The two exclude each other. ``masks``,
        for a ``Stack``: for each level but the top one an array (N, T, H) that multiplies its output to the
        next, as in dropout (``rnn.learning.dropout.dropout_masks``).
        """
        call, terms = self._checked_with_losses(params, xs, targets, h0, lengths, weights, masks)
        if checkpoints is not None and not isinstance(checkpoints, Checkpoints):
            raise TypeError(f"checkpoints: {shown(checkpoints)}, needed an rnn.Checkpoints or None")
        if workspace is not None:
            check_workspace(self._recurrence, workspace, call.xs, checkpoints)
        value, grads = self._sum(call, terms, truncation, checkpoints, workspace)
        check_gradients(value, grads)
        return value, grads

    def loss_and_gradients_of_checked(
        self,
        params: Any,
        xs: Array,
        targets: Array,
        h0: State,
        truncation: Truncation = Full(),
        checkpoints: Checkpoints | None = None,
        workspace: Workspace | None = None,
        lengths: Array | None = None,
        weights: Array | None = None,
        masks: Arrays = (),
    ) -> tuple[Any, Gradients]:
        """The same without validation, for callers that have validated the arrays.

        Nor is what it returns looked at, which ``check_gradients`` does. With ``lengths`` padding has to be
        finite. A ``workspace`` has to be of their size, and is not given together with ``checkpoints``.
        """
        call, terms = self._as_given(params, xs, targets, h0, lengths, weights, masks)
        return self._sum(call, terms, truncation, checkpoints, workspace)

    def _sum(
        self,
        call: CallArguments,
        terms: LossTerms,
        truncation: Truncation,
        checkpoints: Checkpoints | None,
        workspace: Workspace | None,
    ) -> tuple[Any, Gradients]:
        """The loss and its gradients, summed over the segments of the sequence, the last first."""
        params, inputs, state, ends = call
        xs = inputs.xs
        steps, losses = xs.shape[1], len(terms.targets)
        if ends is not None:
            truncation = own_reach(truncation, ends, steps, terms.of_last_step, self._recurrence)
        batch = sweeps_at_once(state)
        every = None if checkpoints is None else checkpoints.spacing(steps)
        own = self._recurrence
        if own.two_way:
            first_loss, whole = steps - losses, own.whole_alone
            latest_first: tuple[Segment, ...] = (two_way(truncation, steps, first_loss, batch, whole),)
            if every is not None:
                own = own.replaced(partial(recomputed, every=every))
        else:
            latest_first = segments(truncation, steps, steps - losses, batch, every)

        total: Arrays = ()
        carry: Arrays = ()
        with nullcontext() if workspace is None else workspace as own_tape:
            borders = [segment.start for segment in latest_first]
            starts = states_at(own, params, inputs, state, borders, self.loops)
            for segment in latest_first:
                of_part = terms.part(segment.first_loss - steps + losses, segment.stop - steps + losses)
                at_start, part = starts[segment.start], inputs.part(segment.start, segment.stop)
                # The tape has no name here, or one segment's would be held while the next is computed.
                parts, reached, carry = self._back(
                    own,
                    params,
                    own.unroll(params, part, at_start, own_tape, self.loops),
                    of_part,
                    segment,
                    carry,
                )
                if not total:
                    total, dxs = parts, _after_zeros(reached, steps)
                else:
                    total = tuple(map(np.add, total, parts))
                    dxs[segment.first : segment.stop] += reached
        return self._gradients(total, dxs, ends)

    def _gradients(self, total: Arrays, dxs: Array, ends: Ends | None) -> tuple[Any, Gradients]:
        """The loss, and the other numbers by name, with records in the caller's order."""
        value, *blocks = total
        learned = len(self._shapes)
        params = self._recurrence.params._make(blocks[:learned])
        by_record, of_state = dxs.swapaxes(0, 1), tuple(blocks[learned:])
        if ends is not None:
            by_record, of_state = ends.unsorted(by_record), tuple(map(ends.unsorted, of_state))
        return value, Gradients(params, by_record, of_state)

    def _back(
        self, own: Recurrence, params: Any, tape: Any, terms: LossTerms, segment: Segment, carry: Arrays
    ) -> tuple[Arrays, Array, Arrays]:
        """One segment back, from the tape of its forward, its losses' targets, and the carry that enters.

        Returns its loss with its gradients by the parameters and the initial state, dxs (steps, N, D) from
        ``segment.first`` on, and the carry that leaves.
        """
        states = own.outputs(tape)[segment.first_loss - segment.start :]
        hs = terms.states(states)
        value, do = self._losses(params, hs, terms)
        if terms.counted is None:
            by_step = do.reshape(*states.shape[:2], self.outputs)
            found = own.back_from_outputs(params, tape, by_step, segment, self.loops)
            if found is not None:
                return (value, *found[0]), found[1], ()
        # Of one loss there is nothing to add up, and a call to do so takes longer than a product.
        dV, dc = self.loops.over_rows(do, hs), do[0].copy() if len(do) == 1 else np.add.reduce(do)
        # A loss before the first step that is reached sends nothing back.
        late = terms.part(max(0, segment.first_sent - segment.first_loss), len(terms.targets))
        reaching = do[len(do) - late.rows :]
        dhs = self.loops.of_rows(reaching, np.ascontiguousarray(params.V))
        dhs = _after_zeros(late.by_step(dhs, states), len(terms.targets))

        back = own.back(params, tape, dhs, None, segment, carry, self.loops)
        weights, dstate = back.weights, back.state
        return (value, *weights, dV, dc, *dstate), back.dxs, back.carry

    def _losses(self, params: Any, hs: Array, terms: LossTerms) -> tuple[Any, Array]:
        """The loss of some steps, and its gradient by their outputs as rows, from their states as rows."""
        outputs, targets, weights = terms.by_loss(self._read_out(params, hs))
        do = self.loss.gradient(outputs, targets)
        if type(do) is not np.ndarray or do.shape != outputs.shape or do.dtype != outputs.dtype:
            raise TypeError(
                f"RNN.loss: {self.loss.name}, needed a gradient of {outputs.dtype} and shape {outputs.shape}"
            )
        if weights is None:
            value = self.loss.value(outputs, targets)
        else:
            do = do * weights[..., np.newaxis]
            value = (self._each(outputs, targets) * weights).sum()
        if not isinstance(value, _ONE_NUMBER):
            raise TypeError(f"RNN.loss: a {kind_of(value)} of {self.loss.name}, needed a number as its value")
        return value, do.reshape(-1, self.outputs)

    def _each(self, outputs: Array, targets: Array) -> Array:
        """The loss of every step alone."""
        assert self.loss.each is not None  # or weights are refused
        each = self.loss.each(outputs, targets)
        if type(each) is not np.ndarray or each.shape != outputs.shape[:-1]:
            raise TypeError(f"RNN.loss: {self.loss.name}, needed each of shape {outputs.shape[:-1]}")
        return each

    def _read_out(self, params: Any, hs: Array) -> Array:
        """o = h Vᵀ + c, for rows of h."""
        outputs = self.loops.of_rows(hs, np.ascontiguousarray(params.V).T)
        outputs += params.c
        return outputs

    def _unrolled(self, call: CallArguments) -> Any:
        """The tape of a forward over all steps."""
        return self._recurrence.unroll(call.params, call.inputs, call.state, None, self.loops)

    def checked_params(self, params: Any) -> Any:
        """The parameters as arrays of one dtype that fit, or an error that names the one that does not."""
        return checked_params(self._recurrence.params, self._shapes, params)

    def _as_given(
        self,
        params: Any,
        xs: Array,
        targets: Array,
        h0: State,
        lengths: Array | None = None,
        weights: Array | None = None,
        masks: Arrays = (),
    ) -> tuple[CallArguments, LossTerms]:
        """The call and its losses, of arrays that would pass every check."""
        state = zero_state(self._recurrence, xs) if h0 is None else h0
        ends = None if lengths is None else Ends.of(lengths)
        call = in_order(params, xs, masks, state if isinstance(state, tuple) else (state,), ends)
        return call, loss_terms(self.loss, targets, weights, ends, xs.shape[1])

    def _checked_with_losses(
        self,
        params: Any,
        xs: Array,
        targets: Array,
        h0: State,
        lengths: Array | None,
        weights: Array | None,
        masks: Sequence[Array] | None,
    ) -> tuple[CallArguments, LossTerms]:
        """The call and its losses, or an error that names what does not fit."""
        few = lengths is None and weights is None and masks is None
        if few and self._would_pass(params, xs, targets, h0):
            return self._as_given(params, xs, targets, h0)
        call = self._checked(params, xs, h0, lengths, masks)
        return call, checked_loss_terms(self.loss, self.outputs, call, targets, weights)

    def _would_pass(self, params: Any, xs: Array, targets: Array, h0: State) -> bool:
        """Would all pass every check? That is soon seen of plain arrays, and of others left open."""
        own, plain = self._recurrence, np.ndarray
        if type(params) is not own.params or type(xs) is not plain or type(targets) is not plain:
            return False
        if xs.ndim != 3 or xs.dtype not in FLOATS or type(self.loss) is not Loss:
            return False
        (N, T, _), dtype = xs.shape, xs.dtype
        state = () if h0 is None else h0 if isinstance(h0, tuple) else (h0,)
        arrays = (*params, xs, targets, *state)
        axes = (N, T, self.outputs) if targets.ndim == 3 else (N, self.outputs)
        shapes = [*self._shapes.values(), (N, T, own.inputs), axes, *[(N, width) for width in own.widths]]
        if not N * T or len(arrays) != len(shapes) - (len(own.widths) if h0 is None else 0):
            return False
        for array, shape in zip(arrays, shapes, strict=False):
            fits = type(array) is plain and array.dtype is dtype and array.shape == shape
            if not (fits and array.flags.carray):
                return False
        return self.loops.all_finite(arrays)

    def _checked(
        self, params: Any, xs: Array, h0: State, lengths: Array | None, masks: object = None
    ) -> CallArguments:
        """The arguments as arrays of one dtype that fit, or an error that names the one that does not."""
        return checked_call(self._recurrence, self.checked_params(params), xs, h0, lengths, masks)


def check_network(net: object) -> None:
    """TypeError unless it is an RNN."""
    if not isinstance(net, RNN):
        raise TypeError(f"net: {shown(net)}, needed an rnn.RNN")


def _after_zeros(part: Array, steps: int) -> Array:
    """What is known of the last steps alone, with zeros for those before."""
    if len(part) == steps:
        return part
    every = zeros((steps, *part.shape[1:]), part)
    every[-len(part) :] = part
    return every
