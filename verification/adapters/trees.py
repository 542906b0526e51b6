"""Arrays in dicts and tuples, None for missing ones; of any library."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Tree: TypeAlias = Any


def each(change: Callable[[Any], Any], tree: Tree) -> Tree:
    """The tree with ``change(array)`` in the place of every array, in order."""
    if isinstance(tree, Mapping):
        return {name: each(change, array) for name, array in tree.items()}
    if isinstance(tree, tuple | list):
        return tuple(each(change, array) for array in tree)
    return None if tree is None else change(tree)


def named(tree: Tree, name: str = "") -> list[tuple[str, Any]]:
    """Every array with a name: its own in a dict, or that of its tuple with its index."""
    if isinstance(tree, Mapping):
        return [pair for key, array in tree.items() for pair in named(array, key)]
    if isinstance(tree, tuple | list):
        return [pair for i, array in enumerate(tree) for pair in named(array, f"{name}[{i}]")]
    return [] if tree is None else [(name, tree)]
