"""The network: a cell, a linear readout, a loss; predictions, the loss, and its gradients.

    h_t+1 = cell(x_t, h_t)        o_t = V h_t+1 + c        t = 0 … T − 1

and, going back from do = ∂ℓ/∂o of every step that has a loss::

    dV = Σ_t do_tᵀ h_t+1          dc = Σ_t do_t            dh_t+1 = do_t V

V and c take every loss whatever the truncation; what dh becomes is ``rnn.bptt``'s.
"""

from contextlib import nullcontext
from dataclasses import dataclass
from fractions import Fraction
from math import isfinite
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import DTypeLike

from rnn.arrays import FLOATS, Array, check_result, checked, zeros
from rnn.bptt import ABREAST_BYTES, bptt, unroll
from rnn.cells.cell import Cell, Tape, check_cell
from rnn.checkpoints import Checkpoints, states_at
from rnn.checks import checked_count, checked_dtype, in_memory, keep, kind_of, shown
from rnn.losses import Loss, squared_error
from rnn.routes import Arrays, Segment, segments
from rnn.truncation import Full, Truncation
from rnn.workspace import Size, Workspace

# What the value of a loss may be.
_ONE_NUMBER = (int, float, np.floating, Fraction)


class Params(NamedTuple):
    """Every learned array, or the gradient of each: U (G, D), W (G, H), b (G,), V (K, H), c (K,)."""

    U: Array
    W: Array
    b: Array
    V: Array
    c: Array


class Gradients(NamedTuple):
    """∂L/∂ each: ``params`` as ``Params``, ``xs`` (N, T, D), and ``h0`` (N, H).

    In memory U, W and b may be columns of one array, and xs lies step by step.
    """

    params: Params
    xs: Array
    h0: Array


@dataclass(frozen=True)
class RNN:
    """A recurrent ``cell``, a linear readout of ``outputs`` K numbers a step, and a ``loss``.

    The network holds no parameters: ``init`` makes them, and every method takes them.

    Every method raises TypeError for arrays whose numbers are of a type that the engine does not take or
    that differs between arguments and for what is no ``Params``, policy, ``Checkpoints`` or ``Workspace`` at
    all, and ValueError for shapes that do not fit, a workspace's included, and for entries that are not
    finite, before any work is done. Where a number on the way is too large for its type, and so a result is
    not finite, it raises FloatingPointError, which names the result; whether NumPy warns as well is for
    ``np.errstate`` to say. What is given is never written to, but for a workspace.

    >>> from rnn import Vanilla
    >>> net = RNN(Vanilla(inputs=1, units=3), outputs=1)
    >>> params = net.init(np.random.default_rng(0))
    >>> net.predict(params, xs=np.zeros((2, 5, 1))).shape
    (2, 5, 1)
    """

    cell: Cell
    outputs: int
    loss: Loss = squared_error

    def __post_init__(self) -> None:
        check_cell("RNN.cell", self.cell)
        keep(self, outputs=checked_count("RNN.outputs", self.outputs, 1))
        if not isinstance(self.loss, Loss):
            raise TypeError(f"RNN.loss: {shown(self.loss)}, needed an rnn.Loss, as rnn.squared_error")

    def init(self, rng: np.random.Generator, dtype: DTypeLike = np.float64) -> Params:
        """New parameters: Glorot-uniform U and V, each block of W orthogonal, b and c zero.

        Raises TypeError for what is no generator or no float, MemoryError for a network that is too large.

        Sources: Glorot and Bengio (2010), section 4.2; Saxe, McClelland and Ganguli (2014).
        """
        if not isinstance(rng, np.random.Generator):
            raise TypeError(f"rng: {kind_of(rng)}, needed a numpy.random.Generator")
        dtype = checked_dtype(dtype, FLOATS, "float32, float64 or longdouble")
        units, gates = self.cell.units, self.cell.gates
        with in_memory(f"RNN: {shown(self)}", "fewer inputs, units or outputs"):
            U = np.concatenate([_glorot(rng, units, self.cell.inputs) for _ in range(gates)])
            W = np.concatenate([_orthogonal(rng, units) for _ in range(gates)])
            V = _glorot(rng, self.outputs, units)
            blocks = (U, W, np.zeros(gates * units), V, np.zeros(self.outputs))
            return Params(*(block.astype(dtype) for block in blocks))

    def workspace(self, records: int, steps: int, dtype: DTypeLike = np.float64) -> Workspace:
        """Room for calls of ``loss_and_gradients`` with xs of so many records N and steps T, of ``dtype``.

        Raises TypeError or ValueError for a count below 1, or for numbers that the engine does not take,
        MemoryError for one that is too large.
        """
        return Workspace(self.cell, records, steps, dtype)

    def predict(self, params: Params, xs: Array, h0: Array | None = None) -> Array:
        """The output at every step, (N, T, K), of xs (N, T, D) from h0 (N, H), or from zero."""
        params, xs, h0 = self._checked(params, xs, h0)
        tape = unroll(self.cell, params, xs, (h0,))
        outputs = self._read_out(params, _rows(tape, 0))
        outputs = np.ascontiguousarray(outputs.reshape(tape.steps, len(xs), -1).swapaxes(0, 1))
        check_result("outputs", outputs)
        return outputs

    def loss_value(self, params: Params, xs: Array, targets: Array, h0: Array | None = None) -> Any:
        """The loss alone, without a backward; arguments as in ``loss_and_gradients``."""
        params, xs, h0 = self._checked(params, xs, h0)
        targets = self._by_step(self._checked_targets(xs, targets))
        tape = unroll(self.cell, params, xs, (h0,))
        first_loss = tape.steps - len(targets)
        value, _ = self._losses(params, _rows(tape, first_loss), targets)
        check_result("loss", value)
        return value

    def loss_and_gradients(
        self,
        params: Params,
        xs: Array,
        targets: Array,
        h0: Array | None = None,
        truncation: Truncation = Full(),
        checkpoints: Checkpoints | None = None,
        workspace: Workspace | None = None,
    ) -> tuple[Any, Gradients]:
        """The loss, summed over records and steps, and its gradient by every argument.

        ``targets`` of shape (N, K) put a loss on the last step, (N, T, K) on every step. ``truncation`` says
        how far back each loss reaches (``rnn.truncation``). xs (N, T, D); h0 (N, H), zero where it is None.
        With ``checkpoints`` states are computed twice instead of kept (``rnn.checkpoints``). In a
        ``workspace``, which ``RNN.workspace`` makes, calls of one shape after another share their arrays
        (``rnn.workspace``): the same numbers to the bit, sooner where networks are small. One or the other.
        """
        params, xs, h0 = self._checked(params, xs, h0)
        targets = self._checked_targets(xs, targets)
        if checkpoints is not None and not isinstance(checkpoints, Checkpoints):
            raise TypeError(f"checkpoints: {shown(checkpoints)}, needed an rnn.Checkpoints or None")
        if workspace is not None:
            self._check_workspace(workspace, xs, checkpoints)
        value, grads = self.loss_and_gradients_of_checked(
            params, xs, targets, h0, truncation, checkpoints, workspace
        )
        check_gradients(value, grads)
        return value, grads

    def loss_and_gradients_of_checked(
        self,
        params: Params,
        xs: Array,
        targets: Array,
        h0: Array,
        truncation: Truncation = Full(),
        checkpoints: Checkpoints | None = None,
        workspace: Workspace | None = None,
    ) -> tuple[Any, Gradients]:
        """The same of arrays that are known to fit and to be finite, for who has checked them once.

        Nor is what it returns looked at, which ``check_gradients`` does.
        A ``workspace`` has to be of their size, and is not given together with ``checkpoints``.
        """
        targets = self._by_step(targets)
        steps, losses = xs.shape[1], len(targets)
        abreast = max(1, ABREAST_BYTES // h0.nbytes)
        every = None if checkpoints is None else checkpoints.spacing(steps)
        route = segments(truncation, steps, steps - losses, abreast, every)

        total: Arrays = ()
        carry: Arrays = ()
        with nullcontext() if workspace is None else workspace as room:
            starts = states_at(self.cell, params, xs, (h0,), [segment.start for segment in route])
            for segment in route:
                own = slice(segment.first_loss - steps + losses, segment.stop - steps + losses)
                state, part = starts[segment.start], xs[:, segment.start : segment.stop]
                # The tape has no name here, or one segment's would be held while the next is computed.
                parts, reached, carry = self._back(
                    params, unroll(self.cell, params, part, state, room), targets[own], segment, carry
                )
                if not total:
                    total, dxs = parts, _of_all_steps(reached, steps)
                else:
                    total = tuple(map(np.add, total, parts))
                    dxs[segment.first : segment.stop] += reached
        value, *blocks, dh0 = total
        return value, Gradients(Params(*blocks), dxs.swapaxes(0, 1), dh0)

    def _back(
        self, params: Params, tape: Tape, targets: Array, segment: Segment, carry: Arrays
    ) -> tuple[Arrays, Array, Arrays]:
        """One segment back, from the tape of its forward, its losses' targets, and the carry that enters.

        Returns its loss with its gradients by the parameters and h0, dxs (steps, N, D) from ``segment.first``
        on, and the carry that leaves.
        """
        hs = _rows(tape, segment.first_loss - segment.start)
        value, do = self._losses(params, hs, targets)
        # Of one step, do.sum takes twice as long.
        dV, dc = do.T.dot(hs), np.add.reduce(do)
        dhs = do.dot(np.ascontiguousarray(params.V)).reshape(len(targets), *tape.states.shape[1:])

        das, (dh0,), leaving = bptt(self.cell, params, tape, dhs, segment, carry)
        first = segment.first - segment.start
        weights, dxs = self.cell.project_back(params, tape, das, first)
        return (value, *weights, dV, dc, dh0), dxs, leaving

    def _losses(self, params: Params, hs: Array, targets: Array) -> tuple[Any, Array]:
        """The loss of some steps, and its gradient by their outputs as rows, from their states as rows."""
        outputs = self._read_out(params, hs).reshape(targets.shape)
        do = self.loss.gradient(outputs, targets)
        if type(do) is not np.ndarray or do.shape != outputs.shape or do.dtype != outputs.dtype:
            raise TypeError(
                f"RNN.loss: {self.loss.name}, needed a gradient of {outputs.dtype} and shape {outputs.shape}"
            )
        value = self.loss.value(outputs, targets)
        if not isinstance(value, _ONE_NUMBER):
            raise TypeError(f"RNN.loss: a {kind_of(value)} of {self.loss.name}, needed a number as its value")
        return value, do.reshape(-1, self.outputs)

    def _read_out(self, params: Params, hs: Array) -> Array:
        """o = h Vᵀ + c, for rows of h."""
        outputs: Array = hs.dot(np.ascontiguousarray(params.V).T)
        outputs += params.c
        return outputs

    def checked_params(self, params: Params) -> Params:
        """The parameters as arrays of one dtype that fit, or an error that names the one that does not."""
        units, rows = self.cell.units, self.cell.gates * self.cell.units
        try:
            U, W, b, V, c = params
        except Exception:
            # An iterable of another length, or one that raises what it likes.
            given = f"tuple of {len(params)}" if isinstance(params, tuple) else shown(params)
            raise TypeError(f"params: {given}, needed the five arrays of rnn.Params: U, W, b, V, c") from None
        U = checked("params.U", U, (rows, self.cell.inputs))
        dtype = U.dtype
        return Params(
            U,
            checked("params.W", W, (rows, units), dtype),
            checked("params.b", b, (rows,), dtype),
            checked("params.V", V, (self.outputs, units), dtype),
            checked("params.c", c, (self.outputs,), dtype),
        )

    def _checked(self, params: Params, xs: Array, h0: Array | None) -> tuple[Params, Array, Array]:
        """The arguments as arrays of one dtype that fit, or an error that names the one that does not."""
        params = self.checked_params(params)
        dtype = params.U.dtype
        xs = checked("xs", xs, ("N", "T", self.cell.inputs), dtype)
        state = (len(xs), self.cell.units)
        return params, xs, zeros(state, xs) if h0 is None else checked("h0", h0, state, dtype)

    def _check_workspace(self, workspace: Workspace, xs: Array, checkpoints: Checkpoints | None) -> None:
        """Raise TypeError or ValueError unless it is a workspace for such a call of this network."""
        if not isinstance(workspace, Workspace):
            raise TypeError(f"workspace: {kind_of(workspace)}, needed what RNN.workspace makes, or None")
        if checkpoints is not None:
            raise ValueError(
                f"checkpoints: {checkpoints}, needed None in a workspace, which holds every state"
            )
        size = xs.shape, xs.dtype, self.cell.units, type(self.cell)
        if workspace.size != size:
            raise ValueError(f"workspace: for {workspace.size}, needed one for {Size(*size)}")

    def _checked_targets(self, xs: Array, targets: Array) -> Array:
        """The targets as an array that fits: (N, K) or (N, T, K)."""
        records, steps, _ = xs.shape
        last_alone, every_step = (records, self.outputs), (records, steps, self.outputs)
        return checked("targets", targets, every_step, xs.dtype, also=(last_alone,))

    def _by_step(self, by_record: Array) -> Array:
        """Targets (N, K) or (N, T, K) by step: (losses, N, K), of one step or of T."""
        records, steps = len(by_record), by_record.shape[1] if by_record.ndim == 3 else 1
        by_record = by_record.reshape(records, steps, self.outputs)
        return np.ascontiguousarray(by_record.swapaxes(0, 1))


def check_network(net: object) -> None:
    """TypeError unless it is an RNN."""
    if not isinstance(net, RNN):
        raise TypeError(f"net: {shown(net)}, needed an rnn.RNN")


def check_gradients(value: Any, grads: Gradients) -> None:
    """FloatingPointError for the first of a loss and its gradients that is not finite, if they are floats."""
    if grads.h0.dtype.hasobject or _finite(value, grads):
        return
    check_result("loss", value)
    for name, block in grads.params._asdict().items():
        check_result(f"grads.params.{name}", block)
    check_result("grads.xs", grads.xs)
    check_result("grads.h0", grads.h0)


def _finite(value: Any, grads: Gradients) -> bool:
    """Are all squares finite, and so all entries? If not, one has to look closer."""
    (U, W, b, V, c), dxs, dh0 = grads.params, grads.xs.swapaxes(0, 1), grads.h0
    # As a rule U, W and b are columns of one array, which is sooner looked at. No loop: it would take as long
    # as the looks.
    joint = W.base
    return (
        joint is not None
        and joint is U.base
        and joint is b.base
        and isfinite(value)
        and isfinite(np.vdot(joint, joint))
        and isfinite(np.vdot(V, V))
        and isfinite(np.vdot(c, c))
        and isfinite(np.vdot(dxs, dxs))
        and isfinite(np.vdot(dh0, dh0))
    )


def _rows(tape: Tape, first: int) -> Array:
    """The states that the steps from ``first`` on produce, as rows (steps · N, H)."""
    states = tape.states[first + 1 :]
    return states.reshape(-1, states.shape[2])


def _of_all_steps(reached: Array, steps: int) -> Array:
    """dxs (steps, N, D) of the last steps alone, with zeros for those before."""
    if len(reached) == steps:
        return reached
    dxs = zeros((steps, *reached.shape[1:]), reached)
    dxs[-len(reached) :] = reached
    return dxs


def _glorot(rng: np.random.Generator, rows: int, columns: int) -> Array:
    limit = np.sqrt(6 / (rows + columns))
    return np.asarray(rng.uniform(-limit, limit, (rows, columns)))


def _orthogonal(rng: np.random.Generator, units: int) -> Array:
    Q, R = np.linalg.qr(rng.standard_normal((units, units)))
    # With the signs of R's diagonal moved into Q, Q is uniform over the orthogonal matrices.
    return np.asarray(Q * np.sign(np.diagonal(R)))
