"""Models one above another, each of which reads h of the one below at the same step.

    hˡ′, … = stepˡ(hˡ⁻¹′, hˡ, …)        h⁻¹′ = x

Block U of level l is U_l0, U_l1 and so on; H of a level is H_l0, H_l1 and so on, and on top it is H.
The state is that of each level, the lowest first; what is put out, and read out, is h of the level on top.
So a loss at step t takes a block of any level at the steps where its truncation lets it take any block.

Source: Graves (2013), *Generating sequences with recurrent neural networks*, equations 1 and 2, without its
connections that skip levels.
"""

from collections.abc import Mapping
from dataclasses import replace
from itertools import accumulate, pairwise
from typing import Any

from verification.models.axes import Axis
from verification.models.functions import Function
from verification.models.gru import gru
from verification.models.lstm import lstm
from verification.models.model import Block, Model, NamedArrays, Use


def stacked(name: str, *levels: Model) -> Model:
    """Models, the lowest first, as one; each puts out the first array of its state."""
    last = len(levels) - 1
    counts = [len(level.of(Use.STATE)) for level in levels]
    own = [slice(*ends) for ends in pairwise(accumulate(counts, initial=0))]

    def step(f: Any, p: Any, x: Any, *state: Any) -> Any:
        after: list[Any] = []
        for place, level in enumerate(levels):
            of_level = NamedArrays({block.name: p[f"{block.name}_l{place}"] for block in level.of(Use.STEP)})
            (read,) = (block.name for block in level.of(Use.INPUT))
            found = level.advance(f, of_level, {read: x}, state[own[place]])
            after.extend(found)
            x = found[0]
        return tuple(after)

    def readout(f: Any, p: Any, *state: Any) -> Any:
        return levels[-1].readout(f, p, *state[own[-1]])

    def put_out(f: Any, p: Any, x: Any, *state: Any) -> Any:
        return state[own[-1]][0]

    return Model(
        name=name,
        blocks=(
            *(_on(block, i, last) for i, level in enumerate(levels) for block in level.of(Use.STEP)),
            *levels[-1].of(Use.READOUT),
            *levels[0].of(Use.INPUT),
            *(_on(block, i, last) for i, level in enumerate(levels) for block in level.of(Use.STATE)),
        ),
        step=step,
        readout=readout,
        output=put_out,
        functions=_of_all(levels),
    )


def _on(block: Block, level: int, last: int) -> Block:
    """A block of a level, with its name in the stack."""
    sizes = {"H": "H" if level == last else f"H_l{level}"}
    if level:
        sizes["D"] = f"H_l{level - 1}"

    def there(axis: Axis) -> Axis:
        return axis if isinstance(axis, int) else " ".join(sizes.get(part, part) for part in axis.split())

    return replace(
        block,
        name=f"{block.name}_l{level}",
        axes=tuple(map(there, block.axes)),
        below=None if block.below is None else there(block.below),
        meaning=f"{block.meaning}, level {level}",
    )


def _of_all(levels: tuple[Model, ...]) -> Mapping[str, tuple[str | Function, ...]]:
    """The roles of all levels: one function plays a role in each of them, with the first level's choices."""
    found: dict[str, tuple[str | Function, ...]] = {}
    for level in levels:
        for role, choices in level.functions.items():
            found.setdefault(role, choices)
    return found


stack = stacked("stack", lstm, gru)
