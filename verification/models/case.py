"""A case: the numbers of a problem for a model, its loss, and how far back a loss may reach.

The loss is a sum over records and over the steps that have one. An *objective* defines one record's loss at
one step as a function of the state after that step.
"""

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any, Protocol

import autograd.numpy as anp
import numpy as np

from verification.models.arrays import Array
from verification.models.axes import Axis, length, measured
from verification.models.functions import Arithmetic, Function, Namespace
from verification.models.model import PARAMETERS, Model, NamedArrays, Use
from verification.models.stored import STORED, limits
from verification.models.truncation import FULL, TruncationRule


class Objective(Protocol):
    """The loss that is differentiated."""

    def losses(self, steps: int) -> tuple[int, ...]:
        """The steps that have a loss."""

    def data(self, t: int, steps: int) -> dict[str, Array]:
        """The arrays (N, …) that the loss at step t depends on."""

    def term(
        self, model: Model, f: Any, p: NamedArrays, data: Mapping[str, Any], state: tuple[Any, ...]
    ) -> Any:
        """The loss of each record (…, N) at a step, from the state after it; p holds the READOUT blocks."""

    def arrays(self) -> dict[str, Array]:
        """Its arrays (N, …), by name."""

    def replaced(self, change: Any) -> "Objective":
        """The same with ``change(array)`` in the place of each array (N, …)."""

    def of_steps(self, steps: slice) -> "Objective":
        """The same for some consecutive steps; the final state follows the last of them."""


@dataclass(frozen=True, eq=False)
class Cotangents:
    """L = Σ ⟨d_outputs, outputs⟩ + Σ ⟨d_state, final state⟩, with ⟨d, o⟩ = Re(conj(d) · o).

    ``outputs`` (N, T, …), for the output after each step; ``state``, for the final state.
    """

    outputs: Array
    state: tuple[Array, ...]

    def losses(self, steps: int) -> tuple[int, ...]:
        """The steps that have a cotangent; the last, if none has."""
        last = steps - 1
        there = np.logical_or.reduce(self.outputs != 0, axis=(0, *range(2, self.outputs.ndim)))
        some = tuple(map(int, np.flatnonzero(there[:last])))
        ends = there[last] or any(array.any() for array in self.state)
        return (*some, last) if ends or not some else some

    def data(self, t: int, steps: int) -> dict[str, Array]:
        """The outputs' cotangent, and at the last step the final state's."""
        last = {f"state {i}": d for i, d in enumerate(self.state)} if t == steps - 1 else {}
        return {"outputs": self.outputs[:, t], **last}

    def of_output(self, t: int) -> "Cotangents":
        """Only the cotangent of the output after step t."""
        outputs = 0 * self.outputs
        outputs[:, t] = self.outputs[:, t]
        return Cotangents(outputs, tuple(0 * array for array in self.state))

    def term(
        self, model: Model, f: Any, p: NamedArrays, data: Mapping[str, Any], state: tuple[Any, ...]
    ) -> Any:
        """⟨d, o⟩ of each record, for a model whose output is its first state."""
        axes = [len(block.axes) for block in model.of(Use.STATE)]
        total = _inner(data["outputs"], state[0], axes[0])
        for i, (array, count) in enumerate(zip(state, axes, strict=True)):
            if f"state {i}" in data:
                total = total + _inner(data[f"state {i}"], array, count)
        return total

    def arrays(self) -> dict[str, Array]:
        """d_outputs, and d_state one by one."""
        return {"d_outputs": self.outputs, **{f"d_state[{i}]": d for i, d in enumerate(self.state)}}

    def replaced(self, change: Any) -> "Cotangents":
        """Changed, array by array."""
        return Cotangents(change(self.outputs), tuple(map(change, self.state)))

    def of_steps(self, steps: slice) -> "Cotangents":
        """Those of some steps' outputs, and the final state's."""
        return Cotangents(self.outputs[:, steps], self.state)


@dataclass(frozen=True, eq=False)
class Apart(Cotangents):
    """Cotangents of several outputs, each in an array of its own, as an engine receives them.

    ``by_name``: those arrays, by the parts of a forward; ``outputs`` holds the same numbers.
    """

    by_name: Mapping[str, Array]

    def arrays(self) -> dict[str, Array]:
        """d_outputs and d_state, one by one."""
        outputs = {f"d_{name}": array for name, array in self.by_name.items()}
        return outputs | {f"d_state[{i}]": d for i, d in enumerate(self.state)}

    def replaced(self, change: Any) -> "Apart":
        """Changed, array by array."""
        by_name = {name: change(array) for name, array in self.by_name.items()}
        return Apart(side_by_side(by_name), tuple(map(change, self.state)), by_name)


def side_by_side(outputs: Mapping[str, Array]) -> Array:
    """Outputs (N, T, …) by name as one array; a single output stays as it is."""
    each = [*outputs.values()]
    if len(each) == 1:
        return each[0]
    return np.concatenate([array.reshape(*array.shape[:2], -1) for array in each], axis=-1)


def _inner(d: Any, o: Any, axes: int) -> Any:
    # Arrays of Fractions have dtype object, which anp.real does not take.
    product = anp.real(anp.conj(d) * o) if np.iscomplexobj(d) else d * o
    return anp.sum(product, axis=tuple(range(-axes, 0))) if axes else product


@dataclass(frozen=True, eq=False)
class Targets:
    """The model's own loss of its readout and a target: ``targets`` (N, T, …), or (N, 1, …) for the last
    step.

    ``last``: only that step has a loss.
    """

    targets: Array
    last: bool = False

    def losses(self, steps: int) -> tuple[int, ...]:
        """The steps that have a target."""
        return (steps - 1,) if self.last else tuple(range(steps))

    def data(self, t: int, steps: int) -> dict[str, Array]:
        """The target at step t."""
        return {"target": self.targets[:, 0 if self.last else t]}

    def term(
        self, model: Model, f: Any, p: NamedArrays, data: Mapping[str, Any], state: tuple[Any, ...]
    ) -> Any:
        """The model's loss of each record."""
        return model.loss(f, model.readout(f, p, *state), data["target"])

    def arrays(self) -> dict[str, Array]:
        """The targets."""
        return {"targets": self.targets}

    def replaced(self, change: Any) -> "Targets":
        """Changed, array by array."""
        return Targets(change(self.targets), self.last)

    def of_steps(self, steps: slice) -> "Targets":
        """Those of some steps; a target of the last step stays."""
        return self if self.last else Targets(self.targets[:, steps])


@dataclass(frozen=True, eq=False)
class Case:
    """A model's numbers: ``blocks`` by name, STATE (N, …), INPUT (N, T, …), in one number type.

    ``functions``: for each role, the name of the function that plays it, if that is not the first.
    ``truncation``: how far back a loss may reach. READOUT blocks may be absent if the objective does not use
    them. ``checkpoints`` and ``workspace``: as in ``verification.Problem``. ``chunk``: the number of steps in
    a chunk of the engine, which one that takes it is given. ``cuts``: the steps before which a run is cut, so
    that a chunk begins there. ``layouts``: the memory layout of the arrays that the engine is given,
    by name, if not C order. ``lengths``: for records that end early, the steps of each; what follows is
    padding. ``least``: for dimensions by name, the smallest size that is drawn at all, so that this size
    makes no case a large one. ``source``: an expression that makes the case, if its numbers are too many to
    print. ``coarse``: functions, by name, that are taken to be right to a rounding error of 1, however small
    their value and their slope are (``verification.properties.remarks``).
    """

    model: Model
    blocks: Mapping[str, Array]
    objective: Objective
    functions: Mapping[str, str] = field(default_factory=dict)
    truncation: TruncationRule = FULL
    checkpoints: int | None = None
    workspace: bool = False
    chunk: int | None = None
    cuts: tuple[int, ...] = ()
    layouts: Mapping[str, str] = field(default_factory=dict)
    lengths: tuple[int, ...] | None = None
    least: Mapping[str, int] = field(default_factory=dict)
    source: str = ""
    coarse: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        # NumPy returns scalars in place of arrays without axes.
        blocks = {
            name: array if type(array) is np.ndarray or not np.isscalar(array) else np.asarray(array)
            for name, array in self.blocks.items()
        }
        object.__setattr__(self, "blocks", blocks)

    @property
    def inputs(self) -> dict[str, Array]:
        """The INPUT blocks (N, T, …)."""
        return {block.name: self.blocks[block.name] for block in self.model.of(Use.INPUT)}

    def named(self, *uses: Use) -> tuple[str, ...]:
        """The names of the blocks of these uses, in the order in which the case has them."""
        names = {block.name for block in self.model.of(*uses)}
        return tuple(name for name in self.blocks if name in names)

    def inputs_at(self, t: int) -> dict[str, Array]:
        """The INPUT blocks (N, …) of step t."""
        return {name: array[:, t] for name, array in self.inputs.items()}

    def params(self, use: Use) -> NamedArrays:
        """The blocks of a use, STEP or READOUT, as the model's functions take them."""
        return self.model.named(self.blocks, use)

    @property
    def state(self) -> tuple[Array, ...]:
        """The state before step 0."""
        return tuple(self.blocks[block.name] for block in self.model.of(Use.STATE))

    @property
    def dtype(self) -> np.dtype[Any]:
        """The number type of every array."""
        return self.state[0].dtype

    @property
    def records(self) -> int:
        """N."""
        return len(self.state[0])

    @property
    def steps(self) -> int:
        """T."""
        return int(self.blocks[self.model.of(Use.INPUT)[0].name].shape[1])

    @property
    def chosen(self) -> dict[str, Function]:
        """The function that plays each role."""
        return self.model.chosen(self.functions)

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """N, T and the model's dimensions that occur in the case's blocks."""
        there = [block for block in self.model.blocks if block.name in self.blocks and block.axes]
        shapes = ((b.axes, self.blocks[b.name].shape[-len(b.axes) :]) for b in there)
        lengths = (each for some, shape in shapes for each in zip(some, shape, strict=True))
        return {"N": self.records, "T": self.steps, **measured(lengths)}

    @cached_property
    def losses(self) -> tuple[int, ...]:
        """The steps that have a loss."""
        return self.objective.losses(self.steps)

    @property
    def ended(self) -> Array:
        """Which steps are behind their record's end: (N, T), for a case with lengths."""
        return np.asarray(np.arange(self.steps) >= np.asarray(self.lengths)[:, None])

    def to_ends(self, array: Array) -> Array:
        """An array (N, T, …) with zeros behind the ends of records, if these end early."""
        if self.lengths is None:
            return array
        ended = self.ended.reshape(*self.ended.shape, *[1] * (array.ndim - 2))
        return np.asarray(np.where(ended, 0, array), array.dtype)

    @property
    def begins(self) -> tuple[int, ...]:
        """The steps with which a chunk begins; none where the model does not say what a chunk carries, or
        nothing is rounded.
        """
        if self.model.in_chunks is None or self.chunk is None or self.dtype.hasobject:
            return ()
        starts = [0, *self.cuts]
        return tuple(t for t in range(self.steps) if (t - max(s for s in starts if s <= t)) % self.chunk == 0)

    @property
    def reach(self) -> tuple[int, ...]:
        """first(t) of every step."""
        steps = self.steps
        return tuple(self.truncation.first(t, steps) for t in range(steps))

    def of_records(self, records: Any) -> "Case":
        """The same for some records, or for all of them in another order."""
        by_record = {block.name for block in self.model.of(Use.STATE, Use.INPUT)}
        blocks = {name: a[records] if name in by_record else a for name, a in self.blocks.items()}
        lengths = None if self.lengths is None else tuple(map(int, np.asarray(self.lengths)[records]))
        objective = self.objective.replaced(lambda array: array[records])
        return replace(self, blocks=blocks, objective=objective, lengths=lengths)

    def of_steps(self, steps: slice) -> "Case":
        """The same for some consecutive steps, from the same initial state."""
        blocks = {**self.blocks, **{name: array[:, steps] for name, array in self.inputs.items()}}
        count = len(range(self.steps)[steps])
        lengths = None if self.lengths is None else tuple(min(length, count) for length in self.lengths)
        return replace(self, blocks=blocks, objective=self.objective.of_steps(steps), lengths=lengths)

    def astype(self, dtype: Any) -> "Case":
        """The same in another number type."""
        blocks = {name: array.astype(dtype) for name, array in self.blocks.items()}
        return replace(self, blocks=blocks, objective=self.objective.replaced(lambda a: a.astype(dtype)))


def random_case(
    model: Model,
    rng: np.random.Generator,
    sizes: Mapping[str, int],
    records: int = 2,
    steps: int = 3,
    dtype: Any = np.float64,
    functions: Mapping[str, str] | None = None,
    losses: str = "cotangents",
) -> Case:
    """A case of random numbers between −1 and 1; matrices are scaled by 1/√columns.

    Numbers of a block that has a domain are brought into it. ``sizes``: of the model's dimensions.
    ``losses``: "cotangents", for which READOUT blocks are left out, or "last" or "every" for the model's own
    loss.
    """

    def numbers(shape: tuple[int, ...], scale: float = 1.0) -> Array:
        drawn: Array = scale * rng.uniform(-1, 1, shape)
        if np.issubdtype(dtype, np.complexfloating):
            drawn = (drawn + 1j * scale * rng.uniform(-1, 1, shape)) / np.sqrt(2)
        return drawn.astype(dtype)

    readout = losses != "cotangents"
    blocks = {}
    for block in model.of(Use.STEP, Use.INPUT, Use.STATE, *((Use.READOUT,) if readout else ())):
        shape = block.shape_in(sizes, records, steps)
        matrix = block.use in PARAMETERS and len(shape) > 1
        blocks[block.name] = numbers(shape, 1 / np.sqrt(shape[-1]) if matrix else 1.0)
    case = in_domains(Case(model, blocks, Targets(np.empty(0)), functions or {}))
    if readout:
        last = losses == "last"
        targets = numbers((records, 1 if last else steps, *output_of(case)))
        return replace(case, objective=Targets(targets, last))
    outputs = numbers((records, steps, *put_out_by(case)))
    return replace(case, objective=Cotangents(outputs, tuple(numbers(array.shape) for array in case.state)))


def in_domains(case: Case) -> Case:
    """The case, with the numbers of each block that has a domain brought into it."""
    blocks = dict(case.blocks)
    for block in case.model.blocks:
        if block.bounded and block.name in blocks:
            blocks[block.name] = block.within(blocks[block.name], case.sizes)
    return replace(case, blocks=blocks)


def put_out_by(case: Case) -> tuple[int, ...]:
    """The shape of a layer's output for one record after a step."""
    model = case.model
    if model.output is None:
        return case.state[0].shape[1:]
    f = Namespace(case.chosen, Arithmetic())
    p, inputs = case.params(Use.STEP), case.inputs_at(0)
    return tuple(np.shape(model.put_out(f, p, inputs, case.state, case.state))[1:])


@cache
def _each_output(model: Model) -> tuple[Model, ...]:
    """For each output of a model, a model with that output alone."""
    if not isinstance(model.output, Mapping):
        return (model,)
    return tuple(replace(model, output=output) for output in model.output.values())


def shapes_put_out(case: Case) -> dict[str, tuple[int, ...]]:
    """The shape of each output for one record after a step, by the parts of a forward."""
    if not isinstance(case.model.output, Mapping):
        return {case.model.outputs[0]: put_out_by(case)}
    each = zip(case.model.outputs, _each_output(case.model), strict=True)
    return {name: put_out_by(replace(case, model=model)) for name, model in each}


def outputs_apart(case: Case, array: Array) -> dict[str, Array]:
    """An array of all outputs (…, K) as one array for each output, by the parts of a forward."""
    if len(case.model.outputs) == 1:
        return {case.model.outputs[0]: array}
    shapes = shapes_put_out(case).values()
    ends = np.cumsum([math.prod(shape) for shape in shapes])[:-1]
    parts = zip(np.split(array, ends, axis=-1), shapes, strict=True)
    each = [part.reshape(*part.shape[:-1], *shape).copy() for part, shape in parts]
    return dict(zip(case.model.outputs, each, strict=True))


def of_each_cotangent(case: Case, change: Callable[[Array, tuple[Axis, ...]], Array]) -> Cotangents:
    """The cotangents of a layer's case, after ``change(array, axes)`` of that of each output and state.

    ``axes``: the last of the array's.
    """
    parts = outputs_apart(case, outputs_cotangent(case))
    axes = map(axes_put_out, _each_output(case.model))
    outputs = {name: change(array, of) for (name, array), of in zip(parts.items(), axes, strict=True)}
    ends = zip(final_cotangents(case), case.model.of(Use.STATE), strict=True)
    return Cotangents(side_by_side(outputs), tuple(change(array, block.axes) for array, block in ends))


def each_output_alone(case: Case) -> dict[str, Array]:
    """For each output, the cotangent of all outputs that is zero for the others."""
    parts = outputs_apart(case, outputs_cotangent(case))
    return {
        name: side_by_side({other: a if other == name else 0 * a for other, a in parts.items()})
        for name in parts
    }


def as_given(case: Case) -> Case:
    """The case as an engine receives it: whole numbers as integers, several outputs as separate arrays."""
    whole = {block.name for block in case.model.blocks if block.below is not None}
    blocks = {name: a.astype(np.int64) if name in whole else a for name, a in case.blocks.items()}
    return replace(case, blocks=blocks, objective=objective_given(case, case.objective))


def objective_given(case: Case, objective: Objective) -> Objective:
    """Cotangents of several outputs, each in an array of its own; any other objective as it is."""
    if len(case.model.outputs) < 2 or not isinstance(objective, Cotangents) or isinstance(objective, Apart):
        return objective
    return Apart(objective.outputs, objective.state, outputs_apart(case, objective.outputs))


@cache
def axes_put_out(model: Model) -> tuple[Axis, ...]:
    """The axes of a model's output for one record after a step; a number for a size that no block has."""
    if model.output is None:
        return model.of(Use.STATE)[0].axes
    axes = {axis for block in model.blocks for axis in block.axes} | {*model.dimensions}
    # Distinct primes, so that no size is another's multiple, or a fixed one.
    fixed = max((axis for axis in axes if isinstance(axis, int)), default=1)
    primes = (n for n in itertools.count(fixed + 1) if all(n % other for other in range(2, n)))
    sizes = dict(zip(model.dimensions, primes, strict=False))
    named = {length(axis, sizes): axis for axis in axes}
    case = random_case(model, np.random.default_rng(0), sizes, 1, 1)
    return tuple(named.get(size, size) for size in put_out_by(case))


def output_of(case: Case) -> tuple[int, ...]:
    """The shape of the readout of one record."""
    model = case.model
    f = Namespace(case.chosen, Arithmetic())
    # Only the shape is read, and a product of OpenBLAS may set a flag though all its numbers are finite.
    with np.errstate(all="ignore"):
        return tuple(np.shape(model.readout(f, case.params(Use.READOUT), *case.state))[1:])


def outputs_cotangent(case: Case) -> Array:
    """d_outputs of a layer's case."""
    assert isinstance(case.objective, Cotangents)
    return case.objective.outputs


def final_cotangents(case: Case) -> tuple[Array, ...]:
    """d_state of a layer's case."""
    assert isinstance(case.objective, Cotangents)
    return case.objective.state


WIDER = {
    np.dtype(narrow): np.dtype(wide)
    for narrow, wide in (
        (np.float32, np.float64),
        (np.float64, np.longdouble),
        (np.complex64, np.complex128),
        (np.complex128, np.clongdouble),
    )
}


# The longest type. Its truth is known only for numbers of double precision.
LONG = np.dtype(np.longdouble)


def is_stored(case: Case) -> bool:
    """Is its type one for storage? Then each answer is rounded, and sums of answers are off by more."""
    return case.dtype.name in STORED


def drawn_in(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The type in which numbers of a case are drawn before they are ``stored`` in its own type.

    Long double gets numbers of double precision (``verification.truth.substitute_types``).
    """
    if dtype.name in STORED:
        return np.dtype(np.float32)
    return np.dtype(np.float64) if dtype == LONG else dtype


def stored(case: Case, dtype: np.dtype[Any]) -> Case:
    """The case in another number type; numbers beyond the range of a storage type are clipped."""
    if dtype.name not in STORED:
        return case.astype(dtype)
    most = STORED[dtype.name]

    def kept(array: Array) -> Array:
        return np.clip(array, -most, most).astype(dtype)

    blocks = {name: kept(array) for name, array in case.blocks.items()}
    # A number below 1 may have been rounded to it.
    return in_domains(replace(case, blocks=blocks, objective=case.objective.replaced(kept)))


def name_of(dtype: np.dtype[Any]) -> str:
    """The name of a number type in a scope: NumPy's for long double depends on the machine."""
    return "longdouble" if dtype == LONG and dtype != np.float64 else str(dtype.name)


def real_of(dtype: np.dtype[Any]) -> np.dtype[Any]:
    """The type of a number's real part, which determines its rounding."""
    real: np.dtype[Any] = limits(dtype).dtype
    return real


def by_reach(case: Case) -> tuple[tuple[int, tuple[int, ...]], ...]:
    """The losses grouped by the step that they reach back to: (first, their steps)."""
    groups: dict[int, list[int]] = {}
    reach = case.reach
    for t in case.losses:
        groups.setdefault(min(reach[t], t + 1), []).append(t)
    return tuple((first, tuple(steps)) for first, steps in sorted(groups.items()))
