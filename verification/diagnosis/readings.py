"""Readings: other descriptions of an engine's arrays, in the form in which an adapter takes them.

A description is the ``arrays`` argument of an adapter: {"W": ("Wh", "T"), "b": ("b_ih", "b_hh"), "gates":
"ifog", "axes": "TN"}. Each function here derives others from one, and uses only the model's blocks.
"""

from collections.abc import Iterator, Mapping
from itertools import permutations
from typing import Any, TypeAlias

from verification.models.model import Block, Model, Use

Arrays: TypeAlias = Mapping[str, Any]

# What of a description says that a block is transposed, and the names of what is about no block.
TRANSPOSED, GATES, AXES = "T", "gates", "axes"

# The orders of axes, the usual one first.
ORDERS = {
    "NT": "records come before steps",
    "TN": "steps come before records",
    "NAT": "heads, or channels, come before steps",
}


def renamed(model: Model, arrays: Arrays, missing: str) -> list[Arrays]:
    """Descriptions in which the name that is missing stands for a block, the likeliest first.

    A bias that has another name already may have two.
    """
    blocks = model.of(Use.STEP)
    if missing in (block.name for block in blocks):
        return []
    found: list[tuple[bool, Arrays]] = []
    for block in blocks:
        names, turned = names_of(block, arrays)
        alike = missing.lower().startswith(block.name.lower())
        if names == (block.name,):
            found.append((alike, {**arrays, block.name: (missing, TRANSPOSED) if turned else missing}))
        elif len(names) == 1 and len(block.axes) == 1:
            found.append((alike, {**arrays, block.name: (names[0], missing)}))
    return [made for _, made in sorted(found, key=lambda each: not each[0])]


def names_of(block: Block, arrays: Arrays) -> tuple[tuple[str, ...], bool]:
    """The names of a block, and whether it is transposed."""
    given = arrays.get(block.name, block.name)
    if isinstance(given, str):
        return (given,), False
    return (given[:1], True) if given[1] == TRANSPOSED else (given, False)


def orientations(model: Model, arrays: Arrays) -> Iterator[Arrays]:
    """The description itself, then with all matrices turned, or one, and with axes in other orders."""
    matrices = [block for block in model.of(Use.STEP) if len(block.axes) == 2]
    turns = dict.fromkeys([(), tuple(matrices), *((block,) for block in matrices)])
    now = _axes(arrays)
    for axes in dict.fromkeys((now, *ORDERS)):
        for turned in turns:
            made = {**arrays, AXES: axes} if axes != now else dict(arrays)
            for block in turned:
                (name,), is_turned = names_of(block, arrays)
                made[block.name] = name if is_turned else (name, TRANSPOSED)
            yield made


def orders(model: Model, arrays: Arrays) -> Iterator[Arrays]:
    """The description itself, then with parts stacked in every other order."""
    yield arrays
    parts = next((block.parts for block in model.of(Use.STEP) if block.parts), ())
    now = tuple(arrays.get(GATES, parts))
    for order in permutations(parts):
        if order != now:
            named = "".join(order) if all(len(part) == 1 for part in order) else order
            yield {**arrays, GATES: named}


def in_words(model: Model, before: Arrays, after: Arrays) -> Iterator[str]:
    """What the second description says that the first does not."""
    turned: dict[bool, list[str]] = {True: [], False: []}
    for block in model.of(Use.STEP):
        names, is_turned = names_of(block, after)
        old, was_turned = names_of(block, before)
        if names != old:
            two = f"kept as two, {' and '.join(names)}" if len(names) > 1 else f"called {names[0]}"
            yield f"{block.name} is {two}"
        if is_turned != was_turned:
            turned[is_turned].append(block.name)
    for is_turned, blocks in turned.items():
        if blocks:
            verb = "are" if len(blocks) > 1 else "is"
            yield f"{' and '.join(blocks)} {verb} {'' if is_turned else 'not '}transposed"
    if _axes(after) != _axes(before):
        yield ORDERS[_axes(after)]
    if after.get(GATES) != before.get(GATES):
        yield f"gates are stacked {', '.join(after[GATES])}"


def _axes(arrays: Arrays) -> str:
    return str(arrays.get(AXES, next(iter(ORDERS))))
