"""The shapes of what a layer is given, as an engine's own process has to know them: no model is there.

They say with which sizes a module or an object is made for a call, and which parameters it keeps apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from verification.models.axes import Axis, measured

# The two axes of the model's (N, T, …) that the engine exchanges.
EXCHANGED: Mapping[str, tuple[int, int]] = {"NT": (0, 0), "TN": (0, 1), "NAT": (1, 2)}


def by_record(array: Any, axes: str) -> Any:
    """A model's (N, T, …) in the engine's axes, or back; an input without axes stays as it is."""
    one, other = EXCHANGED[axes]
    return array.swapaxes(one, other) if array.ndim > other else array


@dataclass(frozen=True)
class Parameter:
    """An array of a parameter, as the engine has it: its name, its axes, and the parts that it stacks along
    its first axis, or along its last one if it is transposed.

    A name with "{}" is that of one array for each part.
    """

    name: str
    axes: tuple[Axis, ...]
    parts: tuple[str, ...] = ()
    transposed: bool = False

    def apart(self, array: Any) -> dict[str, Any]:
        """The arrays by name; of any library."""
        if "{}" not in self.name:
            return {self.name: array}
        each = array.shape[-1 if self.transposed else 0] // len(self.parts)
        cuts = [slice(i * each, (i + 1) * each) for i in range(len(self.parts))]
        return {
            self.name.format(part): array[:, cut] if self.transposed else array[cut]
            for part, cut in zip(self.parts, cuts, strict=True)
        }


@dataclass(frozen=True)
class Shapes:
    """What a layer is made with, and given. ``made_with``: dimensions, in this order.

    ``inputs`` and ``states``: the axes of one record's, in the model's layout. ``axes``: of inputs.
    """

    made_with: tuple[str, ...]
    inputs: tuple[tuple[Axis, ...], ...]
    states: tuple[tuple[Axis, ...], ...]
    params: tuple[Parameter, ...]
    axes: str = "NT"

    def sizes(self, params: Mapping[str, Any], xs: Any, state: tuple[Any, ...]) -> list[int]:
        """The sizes of ``made_with`` in a call; ``xs``: (N, T, …) in the engine's axes, one or a dict."""
        inputs = xs.values() if isinstance(xs, dict) else (xs,)
        return self.sizes_of_steps(params, [by_record(x, self.axes).shape[2:] for x in inputs], state)

    def sizes_of_steps(
        self, params: Mapping[str, Any], inputs: list[tuple[int, ...]], state: tuple[Any, ...]
    ) -> list[int]:
        """The same; ``inputs``: the shapes of one record's at one step."""
        records = [*inputs, *(array.shape[1:] for array in state)]
        found: list[tuple[Axis, int]] = []
        for axes, shape in zip((*self.inputs, *self.states), records, strict=True):
            found += zip(axes, shape, strict=True)
        for parameter in self.params:
            found += zip(parameter.axes, params[parameter.name].shape, strict=True)
        sizes = measured(found)
        return [sizes[name] for name in self.made_with]

    def apart(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters, split into parts where their names say so."""
        return {name: a for each in self.params for name, a in each.apart(params[each.name]).items()}
