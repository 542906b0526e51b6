"""A model's step on a tape: the blocks that all copies share, and the rules of its products and functions.

A block of weights that is used in matrix products alone (``verification.models.product``) is shared by all
copies. Rounding it and the product gives one noise of the result, whose variance is a product of squares. Its
gradient is one product over many steps (``verification.truth.weight_gradients``), and so are the gradients of
inputs of such products.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import count
from typing import Any, Protocol

import autograd.numpy as anp
import numpy as np
from autograd.extend import defvjp, primitive

from verification.models.activations import SLOPES
from verification.models.arrays import Array
from verification.models.functions import Arithmetic, Function, Namespace
from verification.models.model import Model, State, Use
from verification.models.parts import part, place
from verification.models.product import rows
from verification.truth.backward_rounding import stays
from verification.truth.observed import steepness
from verification.truth.reverse import MOVES, Entry, Placed, Played, Rule, Trace, arguments, make_vjp, traced
from verification.truth.rounding import Rounding
from verification.truth.unroll import STEP, advance, broadcasts, distinct


@primitive  # type: ignore[untyped-decorator]
def called(a: Any, function: Function, call: int, index: tuple[int, ...]) -> Any:
    """A call of a function, by its number in the step, for all copies or for the one with this index."""
    return function.value(a)


def way_back(function: Function, a: Any) -> Callable[[Any], Any]:
    """The function that maps the cotangent of a function's values to that of its argument."""
    slope = function.slope or SLOPES.get(function.value)
    if slope:
        there = slope(a)
        return lambda flow: flow * there
    back, _ = make_vjp(lambda leaves: (function.value(leaves["argument"]),), {"argument": a})
    return lambda flow: back((flow,))["argument"]


defvjp(called, lambda y, a, function, call, index: way_back(function, a))


class Marked(Arithmetic):
    """Records each call of a function as one operation of the tape; ``stopped``: what was held constant."""

    def __init__(self, stopped: list[Any], index: tuple[int, ...] = ()) -> None:
        self.stopped, self._index, self._calls = stopped, index, count()

    def at(self, index: tuple[int, ...]) -> Arithmetic:
        return Marked(self.stopped, index)

    def apply(self, function: Function, a: Any) -> Any:
        return called(a, function, next(self._calls), self._index)

    def stop(self, x: Any) -> Any:
        self.stopped.append(x)
        return super().stop(x)


# The variance of a product whose W (or x) is rounded, and then the product, in units of that of one rounding.
BOTH = 2.0

# Products by weights, and the argument that is the weights: W x, or x Wᵀ as it is usually written.
LEFT = {rows: 0, anp.matmul: 1}

# Operations that move weights without changing them.
MOVING = {*MOVES, part}


def on_tape(
    model: Model,
    chosen: Mapping[str, Function],
    leaves: Mapping[str, Array],
    copies: tuple[int, ...],
    marked: Callable[[list[Any]], Marked] = Marked,
) -> tuple[Played[str], bool]:
    """A traced step, from blocks by name, and whether anything in it was held constant."""
    stopped: list[Any] = []

    def step(leaves: dict[str, Any]) -> State:
        p, inputs, state = (model.named(leaves, use) for use in (Use.STEP, Use.INPUT, Use.STATE))
        return advance(model, Namespace(chosen, marked(stopped)), p, inputs, tuple(state.values()), copies)

    return traced(step, leaves), bool(stopped)


@dataclass(frozen=True)
class RunMode:
    """How a step is run. ``together``: all copies in one call, as the first axis of every number.

    ``again``: a tape can be played on other numbers. ``shared``: the blocks that are used in products alone.
    """

    together: bool
    again: bool
    shared: frozenset[str] = frozenset()


def form_of(model: Model, functions: Mapping[str, str]) -> RunMode:
    """The form of a model's step, with these functions for its roles."""
    return _form(model, tuple(sorted(functions.items())))


@cache
def _form(model: Model, functions: tuple[tuple[str, str], ...]) -> RunMode:
    together = broadcasts(model) and stays(model, STEP)
    chosen = model.chosen(dict(functions))
    copies, records, sizes = distinct(model)
    some = STEP.trial(model, copies, records, sizes)
    others = [{name: -array for name, array in some.items()}, {name: 1 - a for name, a in some.items()}]
    try:
        played, stopped = on_tape(model, chosen, some, copies)
        again = not stopped and all(_is_played(played.tape, model, chosen, each, copies) for each in others)
    except Exception:
        # Whatever the error is: the step is traced anew every time.
        again = False
    return RunMode(together, again, frozenset(_shared(played, model, copies) if together and again else ()))


def _is_played(
    tape: Trace[str],
    model: Model,
    chosen: Mapping[str, Function],
    leaves: Mapping[str, Array],
    copies: tuple[int, ...],
) -> bool:
    """Does the tape give the results of the step on these other numbers?"""
    with np.errstate(all="ignore"):
        again, anew = tape.play(leaves).results, on_tape(model, chosen, leaves, copies)[0].results
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(again, anew, strict=True))


def _shared(played: Played[str], model: Model, copies: tuple[int, ...]) -> Iterator[str]:
    """The blocks that are used in products alone: weights on the left, and inputs to the right of those."""
    tape = played.tape
    inputs = {i: name for i, name in enumerate(tape.names) if model.block(name).use is Use.INPUT}
    # A moved block is still that block.
    weights = {i: name for i, name in enumerate(tape.names) if model.block(name).use is Use.STEP}
    by_weights: list[tuple[str, str]] = []
    other: set[str] = set()
    for number, entry in enumerate(tape.entries, len(tape.names)):
        left = LEFT.get(entry.made_by) if entry.argnums == (0, 1) else None
        for i, parent in zip(entry.argnums, entry.parents, strict=True):
            if parent in weights:
                if entry.made_by in MOVING and len(entry.parents) == 1:
                    weights[number] = weights[parent]
                elif not (i == left and _is_matrix(played.values[parent], copies)):
                    other.add(weights[parent])
            if parent in inputs:
                if left is not None and i != left and entry.parents[left] in weights:
                    by_weights.append((inputs[parent], weights[entry.parents[left]]))
                else:
                    other.add(inputs[parent])
    other |= {name for i, name in (weights | inputs).items() if i in tape.results}
    other |= {name for name, weight in by_weights if weight in other}
    yield from {*weights.values(), *inputs.values()} - other


def _is_matrix(array: Array, copies: tuple[int, ...]) -> bool:
    return array.ndim == len(copies) + 2 and array.shape[: len(copies)] == copies


@dataclass(frozen=True, eq=False)
class Context:
    """The context in which a step of rows is played: roundings of the forward and of the backward.

    ``take``: receives what products contribute to weights. ``coarse``: functions, by name, as of a case. For
    calls of functions, by number on the tape: ``noises`` and values without them; ``ways``, which map
    cotangents; ``sent``, the cotangents of their arguments.
    """

    forward: Rounding
    backward: Rounding
    take: "Take"
    coarse: frozenset[str] = frozenset()
    noises: dict[int, Any] = field(default_factory=dict)
    ways: dict[int, Any] = field(default_factory=dict)
    sent: dict[int, Any] = field(default_factory=dict)


class Take(Protocol):
    """Receives the factors of a product's weight gradient: its cotangent, and its rows."""

    def __call__(self, product: "Product", flow: Array, x: Array) -> None:
        """``flow`` (M, …, K) and the rows (M, …, D), or (1, …, D) if they are the same in all copies."""


@dataclass(frozen=True, eq=False)
class Product:
    """W x for rows x, where all copies share W. ``given``: the block x, if it is an input."""

    number: int
    entry: Entry
    given: str | None
    _squares: list[Array] = field(default_factory=list)

    @property
    def weights(self) -> int:
        """The number of W, or of Wᵀ, on the tape."""
        return self.entry.parents[self._left]

    @property
    def _left(self) -> int:
        return LEFT[self.entry.made_by]

    def turned(self, array: Array) -> Array:
        """From the form of the argument (…, K, D) or (…, D, K) to that of W, or back."""
        return array.swapaxes(-1, -2) if self._left else array

    def matrix(self, array: Array) -> Array:
        """W (K, D), from copies that are equal."""
        return self.turned(array[(0,) * (array.ndim - 2)])

    def value(self, at: Context, args: Sequence[Any]) -> Any:
        """The product, with a noise that has the variance of the noises of its terms."""
        W, x = self.matrix(args[self._left]), args[1 - self._left]
        y = of_rows(W, x)
        if not at.forward.copies.draws:
            return y
        return at.forward.scattered(y, np.sqrt(of_rows(self.squares(W), squares(x[0]))))

    def back(self, at: Context, args: Sequence[Any], flow: Any) -> Sequence[Any]:
        """The cotangent of the rows, if they are no input; ``take`` receives the rest."""
        at.take(self, flow, args[1 - self._left])
        if self.given:
            return [None for _ in self.entry.argnums]
        W = self.matrix(args[self._left])
        return [None if i == self._left else self.to_rows(at.backward, W, flow) for i in self.entry.argnums]

    def to_rows(self, rounding: Rounding, W: Array, flow: Array) -> Array:
        """From the cotangent of a product (M, …, K), that of its rows (M, …, D)."""
        gone = of_rows(W.T, flow)
        if rounding.copies.draws:
            gone = rounding.scattered(gone, np.sqrt(of_rows(self.squares(W).T, squares(flow[0]))))
        return gone

    def squares(self, W: Array) -> Array:
        """The variances of terms by W, computed once."""
        if not self._squares:
            self._squares.append(BOTH * squares(W))
        return self._squares[0]


def squares(array: Array) -> Array:
    """|a|²."""
    square: Array = array.real**2 + array.imag**2 if np.iscomplexobj(array) else array * array
    return square


def of_rows(W: Array, x: Array) -> Array:
    """W (K, D) times each row of x (…, D)."""
    made: Array = rows.fun(W, x.reshape(-1, x.shape[-1]))
    return made.reshape(*x.shape[:-1], len(W))


@dataclass(frozen=True, eq=False)
class CalledFunction:
    """A call of a function: its value is rounded, and its slope may be computed from the rounded value."""

    number: int

    def value(self, at: Context, args: Sequence[Any]) -> Any:
        """The value; the noise and the value without it are stored for the backward."""
        a, function, _, index = args
        y = function.value(a)
        if not at.forward.copies.draws:
            return y
        noise = _noise(at.forward, y, index)
        at.noises[self.number] = noise, y
        return y * (1 + noise) + (noise if function.name in at.coarse else at.forward.least(noise))

    def back(self, at: Context, args: Sequence[Any], flow: Any) -> Sequence[Any]:
        """The cotangent of its argument, which is stored."""
        if self.number not in at.ways:
            at.ways[self.number] = self._way(at, args)
        sent = at.ways[self.number](flow)
        at.sent[self.number] = sent
        return (sent,)

    def _way(self, at: Context, args: Sequence[Any]) -> Callable[[Any], Any]:
        a, function, _, index = args
        if not at.forward.copies.draws:
            return way_back(function, a)
        noise, y = at.noises[self.number]
        coarse, least = function.name in at.coarse, at.forward.least(1.0)
        beside = _noise(at.backward, y, index) * steepness(function, y, coarse, least)
        slope = function.slope or SLOPES.get(function.value)
        if slope:
            there = slope(a) * (1 + noise) + beside
            return lambda flow: flow * there
        back = way_back(function, a)
        return lambda flow: back(flow * (1 + noise)) + flow * beside


def _noise(rounding: Rounding, y: Array, index: tuple[int, ...]) -> Any:
    """2uξ for a number of all copies, or of the copy with this index."""
    shape = y.shape if index else y.shape[1:]
    return rounding.noise((rounding.copies.count, *shape))[index]


@dataclass(frozen=True, eq=False)
class Parted:
    """A part of an array."""

    place: Any

    def value(self, at: Context, args: Sequence[Any]) -> Any:
        """The part."""
        return args[0][self.place]

    def back(self, at: Context, args: Sequence[Any], flow: Any) -> Sequence[Any]:
        """The cotangent, at the part's place."""
        return (Placed(flow, self.place),)


@dataclass(frozen=True, eq=False)
class Reshaped:
    """An array in another shape."""

    before: tuple[int, ...]
    after: tuple[int, ...]

    def value(self, at: Context, args: Sequence[Any]) -> Any:
        """The same numbers."""
        return args[0].reshape(self.after)

    def back(self, at: Context, args: Sequence[Any], flow: Any) -> Sequence[Any]:
        """The cotangent in the shape before."""
        return (flow.reshape(self.before),)


def calls(tape: Trace[str]) -> list[dict[tuple[int, ...], int]]:
    """For each call of a function in a step, the numbers of its values by the index of their copies."""
    found: dict[int, dict[tuple[int, ...], int]] = {}
    for number, entry in tape.numbered(called).items():
        _, _, call, index = entry.args
        found.setdefault(call, {})[index] = number
    return [numbers for _, numbers in sorted(found.items())]


def with_rules(played: Played[str], form: RunMode) -> Trace[str]:
    """The tape of a step with the rules of its shared products, functions, parts and reshapings."""
    rules: dict[int, Rule] = {}
    tape = played.tape
    shared = {i for i, name in enumerate(tape.names) if name in form.shared}
    for number, entry in enumerate(tape.entries, len(tape.names)):
        if entry.made_by in MOVING and set(entry.parents) <= shared:
            shared.add(number)
        if entry.made_by is called:
            rules[number] = CalledFunction(number)
        elif entry.argnums == (0, 1) and entry.parents[LEFT.get(entry.made_by, 0)] in shared:
            x = entry.parents[1 - LEFT[entry.made_by]]
            rules[number] = Product(number, entry, tape.names[x] if x in shared else None)
        elif entry.made_by is part:
            rules[number] = Parted(place(*arguments(entry, played.values)))
        elif entry.made_by is anp.expand_dims:
            before, after = (np.shape(played.values[i]) for i in (entry.parents[0], number))
            rules[number] = Reshaped(before, after)
    return replace(tape, rules=rules)
