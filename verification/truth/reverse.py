"""Reverse mode from several arrays to several others, by autograd's own rules, and roundings on the way.

autograd's ``make_vjp`` has one argument. A dict of arrays is one, but each look into it costs zeros for all
of its arrays on the way back, which shows where a step has large weights.

What flows back from each use of a number to that number may be changed on its way, each way by itself, for
that is what an engine rounds. Where a function saturates, a slope may be read off its rounded value, as
1 − y² of a tanh and s (1 − s) of a sigmoid: so much more may each way be off (``_slack``).
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any, Protocol, TypeAlias, TypeVar

import autograd.numpy as anp
import numpy as np
from autograd.core import VJPNode, add_outgrads
from autograd.numpy.numpy_boxes import ArrayBox
from autograd.tracer import isbox, new_box, notrace_primitives, toposort, trace_stack

from verification.models.activations import ACTIVATIONS, SLOPE_OF_VALUE, STEEPNESS
from verification.models.arrays import Array

Name = TypeVar("Name", bound=Hashable)

Change: TypeAlias = Callable[[Any, Callable[[], Any]], Any]
"""Of what flows back: the numbers, and what tells how many units more than one each may be off by."""


class Back(Protocol[Name]):
    """What brings cotangents of results back to the arrays that they were made of."""

    def __call__(self, cotangents: Sequence[Array], change: Change | None = None, /) -> dict[Name, Array]:
        """Gradients by name, zero where nothing arrives; with a change on every way."""


class _Made(VJPNode):  # type: ignore[misc]
    """A number on the way forward, with what made it and what it is."""

    def __init__(self, value: Any, made_by: Any, *others: Any) -> None:
        super().__init__(value, made_by, *others)
        self.value, self.made_by = value, made_by

    def initialize_root(self) -> None:
        """What is given was made by nothing."""
        super().initialize_root()
        self.value, self.made_by = 0.0, None


# What autograd does not trace, comparisons say, it knows by the kind of node.
notrace_primitives[_Made] = notrace_primitives[VJPNode]


# What moves numbers and rounds none, forward and back.
MOVES = {
    *(anp.reshape, anp.ravel, anp.transpose, anp.swapaxes, anp.moveaxis, anp.rollaxis, anp.expand_dims),
    *(anp.squeeze, anp.concatenate_args, anp.split, anp.array_from_args, ArrayBox.__getitem__),
}


# Functions whose slope may be read off their value: those of the models' own steps, and a user's tanh.
READ_OFF = {ACTIVATIONS[name]: name for name in SLOPE_OF_VALUE} | {anp.tanh: "tanh"}


class _End:
    """Stands after all results, so that one order of nodes leads back from all of them."""

    def __init__(self, parents: list[Any]) -> None:
        self.parents = parents


def make_vjp(
    function: Callable[[dict[Name, Any]], Sequence[Any]], leaves: Mapping[Name, Array]
) -> tuple[Back[Name], tuple[Array, ...]]:
    """What the function makes of arrays by name, and what brings cotangents of that back to each of them."""
    roots = {name: _Made.new_root() for name in leaves}
    with trace_stack.new_trace() as trace:
        results = function({name: new_box(array, trace, roots[name]) for name, array in leaves.items()})
    traced = [isbox(each) and each._trace == trace for each in results]
    nodes = [each._node for each, is_traced in zip(results, traced, strict=True) if is_traced]
    order = [node for node in toposort(_End(nodes)) if not isinstance(node, _End)]
    starts = set(roots.values())

    def back(cotangents: Sequence[Array], change: Change | None = None, /) -> dict[Name, Array]:
        flowing: dict[Any, Any] = {}
        given = (d for d, is_traced in zip(cotangents, traced, strict=True) if is_traced)
        for node, d in zip(nodes, given, strict=True):
            flowing[node] = add_outgrads(flowing.get(node), d)
        for node in order:
            if node not in starts:
                cotangent, _ = flowing.pop(node)
                for parent, part in zip(node.parents, node.vjp(cotangent), strict=True):
                    moved = node.made_by in MOVES
                    arrived = change(part, partial(_slack, node, parent)) if change and not moved else part
                    flowing[parent] = add_outgrads(flowing.get(parent), arrived)
        return {
            name: flowing[root][0] if root in flowing else np.zeros_like(leaves[name])
            for name, root in roots.items()
        }

    return back, tuple(each._value if isbox(each) else each for each in results)


def _slack(node: _Made, parent: _Made) -> Any:
    """How many units more than one a slope may be off by, if it is read off the function's rounded value.

    The error of a slope s(y) is up to |y s′(y)| units, as 2 y² of 1 − y², and s may be far smaller. That of
    e, taken for z − 1 where z = 1 + e, is up to z units.
    """
    with np.errstate(all="ignore"):
        if node.made_by in READ_OFF:
            name, y = READ_OFF[node.made_by], node.value
            return _finite(np.abs(STEEPNESS[name](y) / SLOPE_OF_VALUE[name](y)))
        if node.made_by in (anp.add, anp.subtract) and parent.made_by is anp.exp:
            return np.max(_finite(np.abs(node.value) / np.abs(parent.value)), initial=0)
    return 0.0


def _finite(units: Any) -> Any:
    """Of a slope that vanished any number of units is nothing."""
    return np.where(np.isfinite(units), units, 0)
