"""The networks of this project as engines: a cell of ``rnn`` behind a problem, and as a layer.

Every cell, with either loops, and every copy of ``rnn`` with a planted fault is called here, by its public
methods. That happens in an engine's own process, so ``rnn`` itself is given, and not imported.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import lru_cache
from itertools import product
from types import ModuleType
from typing import Any, TypeAlias

import numpy as np

from verification.adapters.given import Gradients, Problem, as_function
from verification.models.truncation import Standard, truncation_of

Kinds: TypeAlias = str | tuple[str, ...]
"""The class of a cell, or those of a stack's levels, the lowest first."""

Engine: TypeAlias = Callable[[Problem], Gradients]
TwoPasses: TypeAlias = tuple[Callable[..., Any], Callable[..., Any]]


@dataclass(frozen=True, eq=False)
class JudgedCell:
    """A cell of ``package``, which is ``rnn`` or a copy of it, by the loops of that name.

    ``compiled``: its parameters' shapes, if those loops are compiled wherever it is sent; else None.
    """

    package: ModuleType
    kind: Kinds
    loops: str
    compiled: Mapping[str, tuple[int, ...]] | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Sent to another process, its loops are compiled there before it is called."""
        return made_there, (self.package, self.kind, self.loops, self.compiled)


def made_there(
    package: ModuleType, kind: Kinds, loops: str, compiled: Mapping[str, tuple[int, ...]] | None
) -> JudgedCell:
    """The cell in another process."""
    if compiled is not None:
        compile_loops(package, kind, compiled)
    return JudgedCell(package, kind, loops, compiled)


def compile_loops(
    package: ModuleType,
    kind: Kinds,
    shapes: Mapping[str, tuple[int, ...]],
    dtypes: Sequence[str] = ("float32", "float64"),
) -> None:
    """Have the compiled loops of a cell made, which takes longer than an engine is given to answer.

    A view of one record or one step may lie without gaps where others do not, and is compiled for by itself.
    """
    cell = cell_of(package, kind, 2, {name: np.empty(shape) for name, shape in shapes.items()}, {})
    net = package.RNN(cell, outputs=1, loops=package.CompiledLoops())
    alone = package.Layer(cell, package.CompiledLoops())
    rng = np.random.default_rng(0)
    for dtype, records, steps in product(dtypes, (2, 1), (2, 1)):
        xs, targets = np.ones((records, steps, 2), dtype), np.ones((records, steps, 1), dtype)
        net.loss_and_gradients(net.init(rng, dtype), xs, targets)
        outputs, state, saved = alone.forward(alone.init(rng, dtype), xs)
        alone.backward(saved, outputs, state)


def network_of_cell(cell: JudgedCell) -> tuple[Callable[..., tuple[Any, ...]]]:
    """The cell in a network, as a function of a problem's fields."""
    return as_function(gradients_of(cell.package, cell.kind, cell.loops))


def network_instead(cell: JudgedCell, network: Engine) -> tuple[Callable[..., tuple[Any, ...]]]:
    """Another network in the place of the cell's."""
    return as_function(network)


def layer_of_cell(cell: JudgedCell, functions: Mapping[str, str], truncation: Any, ends: bool) -> TwoPasses:
    """The cell as a layer, called as it is where nothing more is said than has to be.

    ``ends``: do records end early?
    """
    of = cell.package, cell.kind, cell.loops, functions, rnn_truncation(cell.package, truncation)
    forward, backward = passes_of(*of)
    return (
        lambda params, xs, state, lengths=None: forward(params, xs, state, lengths if ends else None),
        lambda saved, d_outputs, d_state: backward(saved, d_outputs, or_none(d_state)),
    )


def gradients_of(package: ModuleType, kind: Kinds, loops: str = "NumPyLoops") -> Engine:
    """The hand-derived gradients of a cell of ``package``, which is ``rnn`` or a copy of it, in a network.

    ``kind`` and ``loops``: the classes of the cell or its levels, and of what makes its steps.
    """

    def gradients(problem: Problem) -> Gradients:
        cell = cell_of(package, kind, problem.xs.shape[2], problem.params, problem.functions)
        loss = package.softmax_cross_entropy if problem.classes else package.squared_error
        net = _one(package.RNN, cell, len(problem.params["c"]), loss, loops=getattr(package, loops)())
        params, every = cell.params(**problem.params), problem.checkpoints
        targets, other_targets = problem.targets, -problem.targets
        if problem.classes:
            # One-hot, of whatever sign.
            targets = np.abs(targets).argmax(axis=-1)
            other_targets = net.outputs - 1 - targets
        data = problem.xs, targets, initial(problem.state, problem.xs)
        # A copy has truncations of its own, and they may be what is wrong with it.
        truncation = rnn_truncation(package, problem.truncation)
        of_losses = _given(lengths=problem.lengths, weights=_positive(problem.weights))
        options: dict[str, Any] = {}
        if every is not None:
            options["checkpoints"] = package.Checkpoints(every or None)
        if problem.workspace:
            options["workspace"] = net.workspace(*problem.xs.shape[:2], problem.xs.dtype)

        def other_call(truncation: Any) -> None:
            """In the same workspace, for other numbers under another truncation; they may overflow."""
            if problem.workspace:
                state = tuple(-array for array in problem.state)
                negative = -problem.xs, other_targets, initial(state, problem.xs)
                with suppress(FloatingPointError):
                    net.loss_and_gradients(
                        cell.params(*(-block for block in params)), *negative, truncation, **options
                    )

        other_call(package.Window(1))
        raised_wrongly = False
        try:
            value, grads = net.loss_and_gradients(params, *data, truncation, **options, **of_losses)
        except FloatingPointError:
            # Of all records to their ends there is no other call: nothing is said of any part.
            if problem.lengths is not None:
                return _nothing(problem, net.outputs)
            value, grads = net.loss_and_gradients_of_checked(
                params, *data, truncation, **options, **of_losses
            )
            # Some part is not finite indeed, and the others are judged as they are, or all are NaN.
            raised_wrongly = all(np.isfinite(p).all() for p in (value, *grads.params, grads.xs, *grads.state))
        answer = grads.params._asdict(), grads.xs, grads.state
        if raised_wrongly:
            value, answer = value * np.nan, _nan(answer)
        other_call(package.Full())
        alone = _or_else(value, lambda: net.loss_value(params, *data, **of_losses))
        # With checkpoints the loss is summed segment by segment, and may differ by a rounding.
        if every is None and alone != value and value == value:
            raise ArithmeticError(f"loss_value gives {alone}, loss_and_gradients {value}")
        no_outputs = np.full((*problem.xs.shape[:2], net.outputs), np.nan, problem.xs.dtype)
        outputs = _or_else(no_outputs, lambda: net.predict(params, problem.xs, data[2], problem.lengths))
        return Gradients(outputs, value, *answer)

    return gradients


def or_none(state: tuple[Any, ...]) -> tuple[Any, ...] | None:
    """A state as most callers give it: nothing where all of it is zero."""
    return state if any(array.any() for array in state) else None


def initial(state: tuple[Any, ...], xs: Any) -> tuple[Any, ...] | None:
    """The state to begin with. Zeros are given for an odd number of records, and are not for an even one."""
    return state if len(xs) % 2 else or_none(state)


def _given(**options: Any) -> dict[str, Any]:
    """Those that are not None: a call without weights is one that names none."""
    return {name: value for name, value in options.items() if value is not None}


def _positive(weights: Any) -> Any:
    """Weights as they are, or without the signs that a call for other numbers has given some of them."""
    return np.abs(weights) if weights is not None and (weights < 0).any() else weights


def _nothing(problem: Problem, outputs: int) -> Gradients:
    """NaN in every part."""
    no_outputs = np.full((*problem.xs.shape[:2], outputs), np.nan, problem.xs.dtype)
    value = problem.xs.dtype.type(np.nan)
    return Gradients(no_outputs, value, *_nan((problem.params, problem.xs, problem.state)))


def rnn_truncation(package: ModuleType, truncation: Any) -> Any:
    """The truncation of its kind that ``rnn``, or a copy of it, has; one of its own kind as it is."""
    truncation = truncation_of(truncation)
    if not isinstance(truncation, Standard):
        return truncation
    return getattr(package, truncation.kind)(*truncation.numbers)


def passes_of(
    package: ModuleType, kind: Kinds, loops: str, functions: Mapping[str, str], *truncation: Any
) -> TwoPasses:
    """The two passes of a cell as a layer, with the functions by role; ``truncation``: where it has one."""

    def forward(params: Any, xs: Any, state: Any, lengths: Any = None) -> Any:
        cell = cell_of(package, kind, xs.shape[2], params, functions)
        layer = _one(package.Layer, cell, loops=getattr(package, loops)())
        outputs, final, saved = layer.forward(cell.weights(**params), xs, initial(state, xs), lengths)
        return outputs, final, (layer, saved)

    def backward(kept: Any, d_outputs: Any, d_state: Any) -> Any:
        layer, saved = kept
        grads = layer.backward(saved, d_outputs, d_state, *truncation)
        return grads.params._asdict(), grads.xs, grads.state

    return forward, backward


@lru_cache(maxsize=8)
def _one(made: Callable[..., Any], *given: Any, loops: Any) -> Any:
    """The network or layer of these arguments, the same at every call: a user's may keep something."""
    return made(*given, loops=loops)


def cell_of(
    package: ModuleType, kind: Kinds, inputs: int, params: Mapping[str, Any], functions: Mapping[str, str]
) -> Any:
    """A cell, or a stack of cells, for parameters of these shapes, with the functions by role that it has."""
    if isinstance(kind, str):
        return _cell(package, kind, inputs, params["W"], functions)
    levels = []
    for level, each in enumerate(kind):
        levels.append(_cell(package, each, inputs, params[f"W_l{level}"], functions))
        inputs = levels[-1].units
    return package.Stack(*levels)


def _cell(package: ModuleType, kind: str, inputs: int, W: Any, functions: Mapping[str, str]) -> Any:
    """One cell with as many units as W has columns."""
    made = getattr(package, kind)
    roles = functions.keys() & {field.name for field in fields(made)}
    chosen = {role: getattr(package, functions[role]) for role in roles}
    return made(inputs, W.shape[1], **chosen)


def _nan(given: Any) -> Any:
    """NaN in the place of every number."""
    if isinstance(given, Mapping):
        return {name: _nan(each) for name, each in given.items()}
    return tuple(map(_nan, given)) if isinstance(given, tuple) else given * np.nan


def _or_else(nan: Any, call: Callable[[], Any]) -> Any:
    """What the call returns, or ``nan`` where it says that a result is not finite.

    Problems that overflow are among those that the suite draws, and it refutes an engine that raises. A NaN
    is within no tolerance of a number, so ``rnn`` is refuted if it raises where nothing overflows.
    """
    try:
        return call()
    except FloatingPointError:
        return nan
