"""Reverse mode from several arrays to several others, by autograd's own rules.

autograd's ``make_vjp`` has one argument. A dict of arrays is one, but each look into it costs zeros for all
of its arrays on the way back, which shows where a step has large weights.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from autograd.core import VJPNode, add_outgrads
from autograd.tracer import isbox, new_box, toposort, trace_stack

from verification.models.arrays import Array

Back: TypeAlias = Callable[[Sequence[Array]], dict[str, Array]]


class _End:
    """Stands after all results, so that one order of nodes leads back from all of them."""

    def __init__(self, parents: list[Any]) -> None:
        self.parents = parents


def make_vjp(
    function: Callable[[dict[str, Any]], Sequence[Any]], leaves: Mapping[str, Array]
) -> tuple[Back, tuple[Array, ...]]:
    """What the function makes of arrays by name, and what brings cotangents of that back to each of them."""
    roots = {name: VJPNode.new_root() for name in leaves}
    with trace_stack.new_trace() as trace:
        results = function({name: new_box(array, trace, roots[name]) for name, array in leaves.items()})
    traced = [isbox(each) and each._trace == trace for each in results]
    nodes = [each._node for each, is_traced in zip(results, traced, strict=True) if is_traced]
    order = [node for node in toposort(_End(nodes)) if not isinstance(node, _End)]
    starts = set(roots.values())

    def back(cotangents: Sequence[Array]) -> dict[str, Array]:
        """Gradients by name, zero where nothing arrives."""
        flowing: dict[Any, Any] = {}
        given = (d for d, is_traced in zip(cotangents, traced, strict=True) if is_traced)
        for node, d in zip(nodes, given, strict=True):
            flowing[node] = add_outgrads(flowing.get(node), d)
        for node in order:
            if node not in starts:
                cotangent, _ = flowing.pop(node)
                for parent, part in zip(node.parents, node.vjp(cotangent), strict=True):
                    flowing[parent] = add_outgrads(flowing.get(parent), part)
        return {
            name: flowing[root][0] if root in flowing else np.zeros_like(leaves[name])
            for name, root in roots.items()
        }

    return back, tuple(each._value if isbox(each) else each for each in results)
