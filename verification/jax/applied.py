"""Cells of JAX's arrays, of Flax and of Equinox, as a function of sequences, scanned over their steps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from verification.adapters.extras import library
from verification.adapters.shapes import Shapes
from verification.jax.passes import TwoPasses, passes_of_apply

Cell = Callable[[Any, Any, tuple[Any, ...]], Any]


@dataclass(frozen=True, eq=False)
class Scanned:
    """Outputs and final state of a cell, scanned over the steps of xs (N, T, D)."""

    cell: Cell

    def __call__(self, params: Any, xs: Any, state: Any) -> Any:
        """``outputs`` (N, T, H) is the first state after each step."""
        jax = library("jax", "jax")

        def turned(array: Any) -> Any:
            return array.swapaxes(0, 1)

        def step(before: Any, x: Any) -> Any:
            after = tuple(self.cell(params, x, before))
            return after, after[0]

        final, outputs = jax.lax.scan(step, tuple(state), jax.tree.map(turned, xs))
        return turned(outputs), final


@dataclass(frozen=True, eq=False)
class ModuleCell:
    """A cell whose parameters are given; ``carry``: the numbers of the states, in its order.

    ``adapter``: the name of the function that makes it.
    """

    adapter: ClassVar[str]

    make: Callable[..., Any]
    shapes: Shapes
    carry: tuple[int, ...]

    def __call__(self, params: Any, x: Any, state: tuple[Any, ...]) -> tuple[Any, ...]:
        """The state after a step."""
        given = tuple(state[i] for i in self.carry)
        inputs = x.values() if isinstance(x, dict) else (x,)
        sizes = self.shapes.sizes_of_steps(params, [array.shape[1:] for array in inputs], state)
        returned = self._stepped(sizes, self.shapes.apart(params), x, given)
        after = returned if isinstance(returned, tuple) else (returned,)
        return tuple(after[self.carry.index(i)] for i in range(len(self.carry)))

    def _stepped(self, sizes: list[int], params: Mapping[str, Any], x: Any, carry: tuple[Any, ...]) -> Any:
        raise NotImplementedError


class FlaxCell(ModuleCell):
    """Of Flax: ``make(H)``, applied to a batch."""

    adapter = "flax"

    def _stepped(self, sizes: list[int], params: Mapping[str, Any], x: Any, carry: tuple[Any, ...]) -> Any:
        tree: dict[str, Any] = {}
        for name, array in params.items():
            *folders, last = name.split(".")
            inner = tree
            for folder in folders:
                inner = inner.setdefault(folder, {})
            inner[last] = array
        return self.make(sizes[1]).apply({"params": tree}, alone(carry), x)[0]


class EquinoxCell(ModuleCell):
    """Of Equinox: ``make(D, H, key=key)``, applied to each record."""

    adapter = "equinox"

    def _stepped(self, sizes: list[int], params: Mapping[str, Any], x: Any, carry: tuple[Any, ...]) -> Any:
        jax = library("jax", "jax")
        made = self.make(*sizes, key=jax.random.key(0))
        cell = jax.tree_util.tree_map_with_path(lambda path, leaf: params.get(dotted(path), leaf), made)
        return jax.vmap(lambda record, state: cell(record, state))(x, alone(carry))


def alone(carry: tuple[Any, ...]) -> Any:
    """A single state by itself, several as they are."""
    return carry[0] if len(carry) == 1 else carry


def dotted(path: Any) -> str:
    """The place of a leaf in a tree, as "cell.weight"."""
    keys = (getattr(key, "name", getattr(key, "key", getattr(key, "idx", ""))) for key in path)
    return ".".join(map(str, keys))


def passes_of_cell(cell: Cell, device: str | None) -> TwoPasses:
    """As ``passes_of_apply``, of a cell."""
    return passes_of_apply(Scanned(cell), device)


def passes_of_module(
    make: Callable[..., Any],
    kind: type[ModuleCell],
    shapes: Shapes,
    carry: tuple[int, ...],
    device: str | None,
) -> TwoPasses:
    """As ``passes_of_apply``, of a library's cell."""
    return passes_of_cell(kind(make, shapes, carry), device)
