"""Reverse mode by autograd's own rules, on a tape that can be played again on other arrays.

A function is traced once. The tape holds each operation and the numbers that it reads. To play it on other
arrays of the same shapes costs only the operations, whereas autograd would trace every one anew. The backward
pass applies autograd's rule of each operation. Sums, products and quotients of arrays of one shape have a
shorter rule, because autograd's looks for axes to sum over. A caller may give own rules for some operations.

A caller may change each cotangent on the way from an operation to one of its arguments, because an engine
rounds each of these separately. Where a function saturates, a slope may be computed from its rounded value,
as 1 − y² of a tanh and s (1 − s) of a sigmoid; then the error of the cotangent is larger by a known factor
(``_slack``).
"""

from collections.abc import Callable, Hashable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Generic, NamedTuple, Protocol, TypeAlias, TypeVar

import autograd.numpy as anp
import numpy as np
from autograd.core import Node, VJPNode, add_outgrads, primitive_vjps
from autograd.numpy.numpy_boxes import ArrayBox
from autograd.tracer import isbox, new_box, notrace_primitives, trace_stack

from verification.models.activations import ACTIVATIONS, SLOPE_OF_VALUE, STEEPNESS
from verification.models.arrays import Array

Name = TypeVar("Name", bound=Hashable)

Change: TypeAlias = Callable[[Any, Callable[[], Any]], Any]
"""Changes a cotangent: takes the numbers, and a function that returns how many units more than one each may
be off by.
"""


class BackwardPass(Protocol[Name]):
    """The backward pass: from cotangents of the results to gradients of the arrays."""

    def __call__(self, cotangents: Sequence[Array], change: Change | None = None, /) -> dict[Name, Array]:
        """Gradients by name, zero where no cotangent arrives; ``change`` is applied to every cotangent on its
        way.
        """


class Rule(Protocol):
    """An operation's value and backward pass in place of autograd's; ``at``: the context of the play."""

    def value(self, at: Any, args: Sequence[Any]) -> Any:
        """The result for these arguments."""

    def back(self, at: Any, args: Sequence[Any], flow: Any) -> Sequence[Any]:
        """The cotangent of each argument on the tape, None for zero."""


@dataclass(frozen=True, eq=False)
class Entry:
    """An operation: its function, its arguments, and which of these are which numbers on the tape."""

    made_by: Any
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    argnums: tuple[int, ...]
    parents: tuple[int, ...]


class _Noted(Node):  # type: ignore[misc]
    """A number of the forward pass, which is recorded on the tape."""

    def __init__(self, value: Any, made_by: Any, args: Any, kwargs: Any, argnums: Any, parents: Any) -> None:
        if made_by not in primitive_vjps and made_by not in notrace_primitives[VJPNode]:
            name = getattr(made_by, "__name__", made_by)
            raise NotImplementedError(f"VJP of {name} wrt argnums {argnums} not defined")
        first = parents[0]
        self.entries, self.values = first.entries, first.values
        self.number = len(self.values)
        constants = tuple(None if i in argnums else each for i, each in enumerate(args))
        numbers = tuple(parent.number for parent in parents)
        self.entries.append(Entry(made_by, constants, kwargs, argnums, numbers))
        self.values.append(value)

    def initialize_root(self, entries: list[Entry | None], values: list[Any], value: Any) -> None:
        """A leaf has no operation."""
        self.entries, self.values, self.number = entries, values, len(values)
        entries.append(None)
        values.append(value)


class _Differentiated(_Noted):
    """The same, but the result of an operation without derivative is a constant."""


# autograd decides by the type of node what it does not trace, such as comparisons.
notrace_primitives[_Differentiated] = notrace_primitives[VJPNode]


# Operations that move numbers without rounding them, forward and back.
MOVES = {
    *(anp.reshape, anp.ravel, anp.transpose, anp.swapaxes, anp.moveaxis, anp.rollaxis, anp.expand_dims),
    *(anp.squeeze, anp.concatenate_args, anp.split, anp.array_from_args, ArrayBox.__getitem__),
}


# Functions whose slope may be computed from their value: those of the models' own steps, and a user's tanh.
READ_OFF = {ACTIVATIONS[name]: name for name in SLOPE_OF_VALUE} | {anp.tanh: "tanh"}

# For a result of two numbers a and b with cotangent g: the cotangents of a and of b.
_EACH: dict[Any, tuple[Callable[[Any, Any, Any], Any], Callable[[Any, Any, Any], Any]]] = {
    anp.add: (lambda a, b, g: g, lambda a, b, g: g),
    anp.subtract: (lambda a, b, g: g, lambda a, b, g: -g),
    anp.multiply: (lambda a, b, g: g * b, lambda a, b, g: g * a),
    anp.divide: (lambda a, b, g: g / b, lambda a, b, g: -g * a / b**2),
    anp.true_divide: (lambda a, b, g: g / b, lambda a, b, g: -g * a / b**2),
}


class Placed(NamedTuple):
    """A cotangent of a part of an array; that of the rest is zero."""

    flow: Array
    place: Any

    def into(self, flowing: tuple[Any, bool] | None, like: Array) -> tuple[Any, bool]:
        """The cotangent of the whole array with this part added, and True: the array is not shared."""
        if flowing is None:
            whole = np.zeros(like.shape, self.flow.dtype)
        else:
            whole = flowing[0] if flowing[1] else np.array(flowing[0])
        whole[self.place] += self.flow
        return whole, True


@dataclass(frozen=True, eq=False)
class Trace(Generic[Name]):
    """The operations of a function of arrays by name. Numbers are counted from its leaves on, in their order.

    ``results``: the numbers of the results, or values that do not depend on the leaves. ``alike``: the
    numbers that have the shape and type of all their arguments. ``rules``: by number.
    """

    names: tuple[Name, ...]
    entries: tuple[Entry, ...]
    results: tuple[Any, ...]
    alike: Set[int]
    rules: Mapping[int, Rule]

    def play(self, leaves: Mapping[Name, Array], at: Any = None) -> "Played[Name]":
        """Runs the operations on other arrays of these shapes."""
        values: list[Any] = [leaves[name] for name in self.names]
        for number, entry in enumerate(self.entries, len(values)):
            args = arguments(entry, values)
            rule = self.rules.get(number)
            values.append(rule.value(at, args) if rule else entry.made_by.fun(*args, **entry.kwargs))
        return Played(self, values, at)

    def entry(self, number: int) -> Entry:
        """The operation whose result is this number."""
        return self.entries[number - len(self.names)]

    def numbered(self, made_by: Any) -> dict[int, Entry]:
        """The operations of this function, by number."""
        return {i: entry for i, entry in enumerate(self.entries, len(self.names)) if entry.made_by is made_by}


def arguments(entry: Entry, values: Sequence[Any]) -> tuple[Any, ...]:
    """The arguments of an operation, with the numbers of its tape."""
    args = list(entry.args)
    for i, parent in zip(entry.argnums, entry.parents, strict=True):
        args[i] = values[parent]
    return tuple(args)


class Played(Generic[Name]):
    """A tape with the numbers of one play."""

    def __init__(self, tape: Trace[Name], values: list[Any], at: Any = None) -> None:
        self.tape, self.values, self.at = tape, values, at
        self._vjps: dict[int, Callable[[Any], Sequence[Any]]] = {}

    @property
    def results(self) -> tuple[Any, ...]:
        """What the function returns."""
        return tuple(self.values[each] if type(each) is int else each for each in self.tape.results)

    @property
    def size(self) -> int:
        """About how many bytes the computed arrays take."""
        made = self.values[len(self.tape.names) :]
        return sum(int(each.nbytes) for each in made if isinstance(each, np.ndarray))

    def argument(self, number: int) -> Any:
        """The first argument of an operation."""
        return self.values[self.tape.entry(number).parents[0]]

    def begun(self, cotangents: Sequence[Array]) -> dict[int, Any]:
        """The cotangents of the results, by number."""
        flows: dict[int, Any] = {}
        for number, d in zip(self.tape.results, cotangents, strict=True):
            if type(number) is int:
                flows[number] = flows[number] + d if number in flows else d
        return flows

    def back(self, begun: Mapping[int, Any], change: Change | None = None, at: Any = None) -> dict[int, Any]:
        """The cotangents of the leaves, by number, where there are any; ``at``: the context for rules."""
        tape, values = self.tape, self.values
        flowing: dict[int, tuple[Any, bool]] = {number: (flow, False) for number, flow in begun.items()}
        count = len(tape.names)
        for number in range(len(values) - 1, count - 1, -1):
            if number not in flowing:
                continue
            flow, _ = flowing.pop(number)
            entry = tape.entries[number - count]
            # A rule rounds by itself.
            changed = change is not None and entry.made_by not in MOVES and number not in tape.rules
            for parent, part in zip(entry.parents, self._parts(number, entry, flow, at), strict=True):
                if part is None:
                    continue
                if changed:
                    part = change(part, partial(self._slack, number, parent))  # type: ignore[misc]
                before = flowing.get(parent)
                if type(part) is Placed:
                    flowing[parent] = part.into(before, values[parent])
                elif before is None and type(part) is np.ndarray:
                    flowing[parent] = part, False
                else:
                    flowing[parent] = _added(before, part)
        return {number: flow for number, (flow, _) in flowing.items()}

    def _parts(self, number: int, entry: Entry, flow: Any, at: Any) -> Sequence[Any]:
        rule = self.tape.rules.get(number)
        if rule:
            return rule.back(at, arguments(entry, self.values), flow)
        each = _EACH.get(entry.made_by)
        if each and number in self.tape.alike:
            a, b = arguments(entry, self.values)
            return [each[i](a, b, flow) for i in entry.argnums]
        return self.vjp(number)(flow)

    def vjp(self, number: int) -> Callable[[Any], Sequence[Any]]:
        """An operation's backward pass by autograd's rule; made once."""
        if number not in self._vjps:
            entry = self.tape.entry(number)
            made = primitive_vjps.get(entry.made_by)
            # An operation without derivative has no cotangent to pass on.
            nothing = [None] * len(entry.parents)
            self._vjps[number] = (
                made(entry.argnums, self.values[number], arguments(entry, self.values), entry.kwargs)
                if made
                else lambda flow: nothing
            )
        return self._vjps[number]

    def ruled(self, rules: Mapping[int, Rule]) -> "Played[Name]":
        """The same numbers under other rules."""
        other = Played(replace(self.tape, rules=rules), self.values, self.at)
        other._vjps = self._vjps
        return other

    def _made_by(self, number: int) -> Any:
        """The operation of a number, None for a leaf."""
        count = len(self.tape.names)
        return self.tape.entries[number - count].made_by if number >= count else None

    def _slack(self, number: int, parent: int) -> Any:
        """How many units more than one a slope may be off by, if it is computed from the function's rounded
        value.

        The error of a slope s(y) is up to |y s′(y)| units, as 2 y² of 1 − y², and s may be far smaller. The
        error of e, computed as z − 1 where z = 1 + e, is up to z units.
        """
        made_by, y = self._made_by(number), self.values[number]
        with np.errstate(all="ignore"):
            if made_by in READ_OFF:
                name = READ_OFF[made_by]
                return _finite(np.abs(STEEPNESS[name](y) / SLOPE_OF_VALUE[name](y)))
            if made_by in (anp.add, anp.subtract) and self._made_by(parent) is anp.exp:
                return np.max(_finite(np.abs(y) / np.abs(self.values[parent])), initial=0)
        return 0.0


def _finite(units: Any) -> Any:
    """Zero where the slope vanished: then the relative error does not matter."""
    return np.where(np.isfinite(units), units, 0)


def _added(flowing: tuple[Any, bool] | None, part: Any) -> tuple[Any, bool]:
    """A cotangent with another part added, and whether it is an array that nobody else holds."""
    if flowing is None or type(part) is not np.ndarray:
        added: tuple[Any, bool] = add_outgrads(flowing, part)
        return added
    flow, own = flowing
    if own and flow.dtype == part.dtype and flow.shape == part.shape:
        return np.add(flow, part, out=flow), True
    return flow + part, True


def traced(
    function: Callable[[dict[Name, Any]], Sequence[Any]], leaves: Mapping[Name, Array], whole: bool = True
) -> Played[Name]:
    """The tape of a function of arrays by name, played on these arrays.

    ``whole``: the tape also holds operations without derivative, such as comparisons, so that it can be
    played on other arrays.
    """
    kind, entries, values = _Noted if whole else _Differentiated, [], []  # type: ignore[var-annotated]
    roots = {name: kind.new_root(entries, values, array) for name, array in leaves.items()}
    with trace_stack.new_trace() as trace:
        made = function({name: new_box(array, trace, roots[name]) for name, array in leaves.items()})
    numbers = [each._node.number if isbox(each) and each._trace == trace else each for each in made]
    forms = [(each.shape, each.dtype) if isinstance(each, np.ndarray) else None for each in values]
    alike = {
        i
        for i, entry in enumerate(entries)
        if entry is not None and forms[i] and all(forms[i] == forms[parent] for parent in entry.parents)
    }
    tape = Trace(tuple(leaves), tuple(entries[len(leaves) :]), tuple(numbers), alike, {})
    return Played(tape, values)


def make_vjp(
    function: Callable[[dict[Name, Any]], Sequence[Any]], leaves: Mapping[Name, Array]
) -> tuple[BackwardPass[Name], tuple[Array, ...]]:
    """The function's results for these arrays, and the backward pass from cotangents of the results to each
    array.
    """
    played = traced(function, leaves, whole=False)

    def back(cotangents: Sequence[Array], change: Change | None = None, /) -> dict[Name, Array]:
        arrived = played.back(played.begun(cotangents), change)
        return {
            name: arrived[number] if number in arrived else np.zeros_like(leaves[name])
            for number, name in enumerate(played.tape.names)
        }

    return back, played.results
