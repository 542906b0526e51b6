"""Axes of blocks: a dimension by name, some numbers of it stacked, a product of dimensions, or a fixed size.

"H"          as long as the dimension H
"4 H"        four of them stacked, as the gates of an LSTM
"A G"        A times G, index a·G + g: as G heads of queries for each of A heads of keys
3            always of that size, as a convolution's width
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from math import prod
from typing import Any, TypeAlias

from verification.models.arrays import Array

Axis: TypeAlias = str | int
Sizes: TypeAlias = Mapping[str, int]

_AXIS = re.compile(r"(?:([1-9]\d*) ?)?([A-Za-z]\w*(?: [A-Za-z]\w*)*)")


def is_axis(given: object) -> bool:
    """Is it a valid axis?"""
    if isinstance(given, str):
        found = _AXIS.fullmatch(given)
        return found is not None and len(set(found[2].split())) == len(found[2].split())
    return isinstance(given, int) and not isinstance(given, bool) and given > 0


# Cached, because a designed sample computes the shape of a block some million times.
@cache
def read(axis: Axis) -> tuple[int, tuple[str, ...]]:
    """How many are stacked, and the dimensions whose product one of them is; none for a fixed size.

    >>> read("4 H"), read("A G"), read(3)
    ((4, ('H',)), (1, ('A', 'G')), (3, ()))
    """
    if isinstance(axis, int):
        return axis, ()
    found = _AXIS.fullmatch(axis)
    assert found is not None  # since its block was made
    return int(found[1] or 1), tuple(found[2].split())


def length(axis: Axis, sizes: Sizes) -> int:
    """The length of an axis, for dimensions of these sizes."""
    factor, names = read(axis)
    return prod((sizes[name] for name in names), start=factor)


def unstacked(axis: Axis) -> Axis:
    """One of the parts that an axis stacks; a fixed size stacks nothing.

    >>> unstacked("4 H"), unstacked("2 A G"), unstacked(3)
    ('H', 'A G', 3)
    """
    return " ".join(read(axis)[1]) or axis


def taken(array: Array, axes: Sequence[Axis], sizes: Sizes, name: str, entries: Any) -> Array:
    """Some entries of a dimension, in each part that an axis stacks; ``axes``: the last of the array's."""
    for i, axis in enumerate(axes, start=array.ndim - len(axes)):
        stacked, names = read(axis)
        if name in names:
            before, after = array.shape[:i], array.shape[i + 1 :]
            apart = array.reshape(*before, stacked, *(sizes[each] for each in names), *after)
            array = apart.take(entries, i + 1 + names.index(name)).reshape(*before, -1, *after)
    return array


def measured(lengths: Iterable[tuple[Axis, int]]) -> dict[str, int]:
    """The sizes of dimensions by name, as far as they follow from axes and their lengths.

    >>> measured([("A G", 6), ("4 H", 12), ("A", 2)])
    {'A': 2, 'H': 3, 'G': 3}
    """
    sizes: dict[str, int] = {}
    # Axes of a single dimension come first; then a product gives the size of its remaining dimension.
    for axis, count in sorted(lengths, key=lambda each: (len(read(each[0])[1]), read(each[0])[0])):
        factor, names = read(axis)
        unknown = [name for name in names if name not in sizes]
        if len(unknown) == 1:
            sizes[unknown[0]] = count // prod((sizes.get(name, 1) for name in names), start=factor)
    return sizes
