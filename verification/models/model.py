"""A model as data: everything that defines a recurrent computation.

A model names its blocks of numbers, and says what each is *used for*. Nothing else in the verifier depends on
a block's name: its mask under truncation, its lags and its place in a diagnosis follow from its ``Use``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from functools import cached_property
from typing import Any, TypeAlias

import autograd.numpy as np

from verification.models.axes import Axis, Sizes, is_axis, length, measured, read
from verification.models.functions import RESERVED, Function, UnknownName, function_named
from verification.models.whole import as_whole, into_whole

State: TypeAlias = tuple[Any, ...]

# Maps an array of any numbers to one of the same shape, whose numbers are valid for a block.
Domain: TypeAlias = Callable[[Any], Any]


class Use(Enum):
    """What a block is used for; this decides which losses reach it at which step."""

    STEP = "step"  # at every step: a loss at t takes it at s where s ≥ first(t)
    READOUT = "readout"  # by every loss: no mask
    STATE = "state"  # the state before step 0: where first(t) = 0
    INPUT = "input"  # one slice a step


# What all records share.
PARAMETERS = (Use.STEP, Use.READOUT)


class When(Enum):
    """The state that an output depends on: the one after its step, or the one before it."""

    AFTER = "after"
    BEFORE = "before"


@dataclass(frozen=True)
class Block:
    """A block of numbers.

    ``axes``: its dimensions by name, as "D", "4 H" or the product "A G", or a fixed size, as 3
    (``verification.models.axes``); for a STATE or an INPUT those of one record (and step). ``parts``: what
    its first axis stacks, for instance gates. ``meaning``: for a legend. ``starts``: for a vector of parts,
    the usual value of each before training, if that is not 0. ``domain``: if its numbers are restricted, a
    function that maps any number to an allowed one, entry by entry, and leaves allowed ones as they are, as
    in ``verification.models.domains``. ``below``: for an INPUT of whole numbers, such as tokens or a mask,
    their exclusive upper bound, a number or a dimension; 0 is the least, and they have no gradient. ``form``:
    from what its gradient is computed by suffix sums, if that is declared, or by sums over the steps before
    where it is a ``prefix`` (``verification.models.forms``).

    >>> Block("U", ("4 H", "D"), Use.STEP, parts=("i", "f", "g", "o")).shape({"H": 2, "D": 3})
    (8, 3)
    """

    name: str
    axes: tuple[Axis, ...]
    use: Use
    parts: tuple[str, ...] = ()
    meaning: str = ""
    starts: tuple[float, ...] = ()
    domain: Domain | None = None
    form: tuple[str, ...] = ()
    prefix: bool = False
    below: Axis | None = None

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise ValueError(f"block: {self.name!r}, needed a name without spaces")
        for axis in self.axes:
            if not is_axis(axis):
                needed = 'needed a name as "H", "4 H" or "A G", or a fixed size from 1 on'
                raise ValueError(f"axes of block {self.name}: {axis!r}, {needed}")
        if self.parts and (not self.axes or read(self.axes[0])[0] % len(self.parts)):
            raise ValueError(
                f"parts of block {self.name}: {len(self.parts)} of them, needed a divisor of "
                f"the first axis, {self.axes[0] if self.axes else 'which it lacks'}"
            )

        if self.domain is not None and not callable(self.domain):
            raise ValueError(f"domain of block {self.name}: {self.domain!r}, needed a function of an array")
        if self.below is not None and (not is_axis(self.below) or self.use is not Use.INPUT or self.domain):
            needed = "None, or of an INPUT without a domain a number from 1 on or a dimension"
            raise ValueError(f"below of block {self.name}: {self.below!r}, needed {needed}")
        if self.starts and (len(self.axes) != 1 or len(self.starts) != len(self.parts)):
            count = len(self.starts)
            raise ValueError(
                f"starts of block {self.name}: {count} of them, needed one for each part of a vector"
            )

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The names of its dimensions, axis by axis."""
        return tuple(name for axis in self.axes for name in read(axis)[1])

    def shape(self, sizes: Sizes) -> tuple[int, ...]:
        """Its shape, for dimensions of these sizes."""
        return tuple(length(axis, sizes) for axis in self.axes)

    def shape_in(self, sizes: Sizes, records: int, steps: int) -> tuple[int, ...]:
        """Its shape in a problem of this many records and steps."""
        lead = {Use.STATE: (records,), Use.INPUT: (records, steps)}.get(self.use, ())
        return (*lead, *self.shape(sizes))

    @property
    def bounded(self) -> bool:
        """Is only a part of all numbers valid?"""
        return self.domain is not None or self.below is not None

    def within(self, array: Any, sizes: Sizes) -> Any:
        """The numbers mapped into its domain, in their type, for dimensions of these sizes."""
        if self.domain is not None:
            return np.asarray(self.domain(array)).astype(array.dtype)
        return array if self.below is None else into_whole(array, length(self.below, sizes))

    @property
    def has_zero(self) -> bool:
        """May its numbers be zero?"""
        return self.domain is None or not self.domain(np.zeros(1)).any()

    @property
    def is_zero(self) -> bool:
        """Are its numbers always zero?"""
        return self.domain is not None and not self.domain(np.array([-2.0, -0.5, 0.5, 1.0, 2.0])).any()


class NamedArrays(dict[str, Any]):
    """Arrays by name, as ``p.U`` or ``p["U"]``."""

    def __missing__(self, name: str) -> Any:
        raise UnknownName(f"block {name!r}, needed one of {', '.join(self)}")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]


OUTPUTS = "outputs"


def output_named(name: str) -> str:
    """The name of one of several outputs among the parts of a forward."""
    return f"output {name}"


def first_of_state(f: Any, p: Any, *state: Any) -> Any:
    """A readout that has no parameters: the first state array."""
    return state[0]


def squared_error(f: Any, outputs: Any, target: Any) -> Any:
    """½ ‖o − target‖² of each record."""
    return np.sum((outputs - target) ** 2, axis=-1) / 2


@dataclass(frozen=True, eq=False)
class Model:
    """A recurrent computation.

    ``step(f, p, x, *state) -> state``, written in ``autograd.numpy``: one step on N records. p holds the STEP
    blocks by name, x the INPUT's slice (N, …), or the slices by name if there are several, and the state
    arrays (N, …) are in the order of the STATE blocks. The step may also take leading axes, for independent
    copies, of p's blocks too; if it does not, copies are stepped one by one, which is slower. ``output(f, p,
    x, *state) -> o`` is a layer's output after a step (N, …), from the state that it ``reads``, by default
    the one after the step, and the step's own p and x; without it the output is the first state array.
    Several outputs are functions by name. Within the verifier they are one array, side by side along its last
    axis. ``most``: for dimensions by name, the largest size; no case has more. ``designed``: the largest in
    the designed sample, if it differs from the default: a model with many axes takes long otherwise.
    ``ordinary``: all sizes of a few cases as in a training run, {"N": 2, "T": 64, "H": 256}, if those of
    ``verification.sampling.products`` do not fit. ``readout(f, p,
    *state) -> o`` is given the READOUT blocks, and ``loss(f, o, target)`` is one number per record, (N,).
    ``functions``: for each role, the functions that may play it, the first by default. ``complex``: its
    numbers are complex unless a scope says otherwise. ``in_chunks(f, x, terms) -> terms``: of a model
    of no weights, whose one state is a matrix that code in chunks keeps as a sum of terms, the step on these
    (``verification.models.terms``). The output reads them too.
    """

    name: str
    blocks: tuple[Block, ...]
    step: Callable[..., Any]
    readout: Callable[..., Any] = first_of_state
    loss: Callable[..., Any] = squared_error
    functions: Mapping[str, tuple[str | Function, ...]] = field(default_factory=dict)
    complex: bool = False
    output: Callable[..., Any] | Mapping[str, Callable[..., Any]] | None = None
    reads: When = When.AFTER
    most: Mapping[str, int] = field(default_factory=dict)
    designed: Mapping[str, int] = field(default_factory=dict)
    ordinary: tuple[Sizes, ...] = ()
    in_chunks: Callable[..., Any] | None = None

    def __post_init__(self) -> None:
        names = [block.name for block in self.blocks]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"model {self.name}: {names.count(name)} blocks named {name}, needed one")
        for use in (Use.STATE, Use.INPUT):
            if not self.of(use):
                raise ValueError(f"model {self.name}: no {use.name} block, needed at least one")
        for block in self.blocks:
            for name in () if block.below is None else read(block.below)[1]:
                if name not in self.dimensions:
                    needed = f"one of {', '.join(self.dimensions)}"
                    raise ValueError(f"model {self.name}: below of {block.name}: {name!r}, needed {needed}")
        for some in (self.blocks, tuple(block for block in self.blocks if block.use is not Use.READOUT)):
            known = measured((axis, 1) for block in some for axis in block.axes)
            for unknown in (name for block in some for name in block.dimensions if name not in known):
                needed = f"an axis that has no other beside it, by which the size of {unknown} is known"
                raise ValueError(
                    f"model {self.name}: dimension {unknown}: in products alone, needed {needed}"
                )
        outputs = self.output.values() if isinstance(self.output, Mapping) else (self.output,)
        if self.output is not None and not (outputs and all(map(callable, outputs))):
            raise ValueError(f"model {self.name}: output {self.output!r}, needed a function, or some by name")
        if not isinstance(self.reads, When):
            raise ValueError(f"model {self.name}: reads {self.reads!r}, needed When.AFTER or When.BEFORE")
        one = len(self.of(Use.STATE)) == 1 and callable(self.output) and not self.of(Use.STEP)
        if self.in_chunks is not None and not (callable(self.in_chunks) and one):
            needed = "None, or of a model of one state and one output, without weights, a function"
            raise ValueError(f"model {self.name}: in_chunks {self.in_chunks!r}, needed {needed}")
        for field_name in ("most", "designed"):
            for name, size in getattr(self, field_name).items():
                if name not in self.dimensions or not isinstance(size, int) or size < 1:
                    needed = f"an integer from 1 on for one of {', '.join(self.dimensions)}"
                    raise ValueError(f"model {self.name}: {field_name}: {name!r}: {size!r}, needed {needed}")
        for role, choices in self.functions.items():
            if role in RESERVED or not role.isidentifier():
                reserved = ", ".join(RESERVED)
                raise ValueError(f"model {self.name}: role {role!r}, needed a name other than {reserved}")
            if isinstance(choices, str) or not choices:
                raise ValueError(f"model {self.name}: role {role}: {choices!r}, needed a tuple of functions")
            for function in choices:
                function_named(function)

    def of(self, *uses: Use) -> tuple[Block, ...]:
        """The blocks of these uses, in their order."""
        if uses not in self._of:
            self._of[uses] = tuple(block for block in self.blocks if block.use in uses)
        return self._of[uses]

    @cached_property
    def _of(self) -> dict[tuple[Use, ...], tuple[Block, ...]]:
        """Blocks by their uses: each call of an engine looks them up a dozen times."""
        return {}

    def named(self, arrays: Mapping[str, Any], *uses: Use) -> NamedArrays:
        """The arrays that are blocks of these uses."""
        return NamedArrays(
            {block.name: arrays[block.name] for block in self.of(*uses) if block.name in arrays}
        )

    def block(self, name: str) -> Block:
        """The block of that name."""
        return next(block for block in self.blocks if block.name == name)

    @property
    def dimensions(self) -> tuple[str, ...]:
        """The names of all dimensions, without records and steps."""
        return self.dimensions_of(*Use)

    def dimensions_of(self, *uses: Use) -> tuple[str, ...]:
        """The names of the dimensions of blocks of these uses."""
        return tuple(dict.fromkeys(name for block in self.of(*uses) for name in block.dimensions))

    def at_most(self, sizes: Sizes) -> dict[str, int]:
        """Sizes by name, none of them beyond ``most``."""
        return {name: min(size, self.most.get(name, size)) for name, size in sizes.items()}

    def choices(self, role: str) -> tuple[Function, ...]:
        """The functions that may play a role."""
        return tuple(function_named(function) for function in self.functions[role])

    def chosen(self, chosen: Mapping[str, str]) -> dict[str, Function]:
        """The function that plays each role: the one chosen by name, or the first."""
        by_name = {role: {each.name: each for each in self.choices(role)} for role in self.functions}
        return {role: named[chosen.get(role, next(iter(named)))] for role, named in by_name.items()}

    def advance(self, f: Any, p: NamedArrays, inputs: Mapping[str, Any], state: State) -> State:
        """The state after one step, as a tuple; ``inputs`` by name."""
        after = self.step(f, p, self._slices(inputs), *state)
        return tuple(after) if isinstance(after, tuple | list) else (after,)

    def put_out(self, f: Any, p: NamedArrays, inputs: Mapping[str, Any], before: State, after: State) -> Any:
        """A layer's output after one step, from the states around it; ``inputs`` by name."""
        if self.output is None:
            return after[0]
        state = before if self.reads is When.BEFORE else after
        x = self._slices(inputs)
        if not isinstance(self.output, Mapping):
            return self.output(f, p, x, *state)
        # Copies and records.
        lead = after[0].ndim - len(self.of(Use.STATE)[0].axes)
        some = [output(f, p, x, *state) for output in self.output.values()]
        return np.concatenate([np.reshape(o, (*o.shape[:lead], -1)) for o in some], axis=-1)

    @property
    def outputs(self) -> tuple[str, ...]:
        """The names of the outputs among the parts of a forward."""
        several = self.output if isinstance(self.output, Mapping) else ()
        return tuple(map(output_named, several)) or (OUTPUTS,)

    def _slices(self, inputs: Mapping[str, Any]) -> Any:
        """The inputs of a step; whole numbers are rounded to themselves, so that no derivative goes through
        them.
        """
        counted = {block.name for block in self.of(Use.INPUT) if block.below is not None}
        given = {name: as_whole(array) if name in counted else array for name, array in inputs.items()}
        return next(iter(given.values())) if len(given) == 1 else NamedArrays(given)
