"""The arguments of a call, checked once, where the caller hands them in."""

from collections.abc import Mapping
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from rnn.calls.lengths import Ends, checked_with_ends, unpadded
from rnn.calls.states import checked_state
from rnn.cells.cell import Arrays
from rnn.common.arrays import Array, checked
from rnn.common.checks import kind_of, shown
from rnn.through_time.checkpoints import Checkpoints
from rnn.through_time.recurrence import Inputs, Recurrence
from rnn.through_time.workspace import Size, Workspace

State: TypeAlias = Array | Arrays | None
"""An initial state: the array h0 of a cell with one, a tuple as (h0, c0) of one with several, or None."""


class CallArguments(NamedTuple):
    """What every call takes: parameters, inputs and the initial state's arrays.

    Where records have ``ends``, they are in the order of those.
    """

    params: Any
    inputs: Inputs
    state: Arrays
    ends: Ends | None = None

    @property
    def xs(self) -> Array:
        """Those of the inputs, (N, T, D)."""
        return self.inputs.xs


def checked_call(
    own: Recurrence, params: Any, xs: object, state: object, lengths: object, masks: object = None
) -> CallArguments:
    """The arguments as arrays of the parameters' dtype that fit, or an error that names one that does not."""
    dtype = params[0].dtype
    if lengths is None:
        array = checked("xs", xs, ("N", "T", own.inputs), dtype)
        found = _checked_masks(own, masks, array, None)
        return in_order(params, array, found, checked_state(own, "h0", state, array), None)
    array, ends = checked_with_ends("xs", xs, lengths, ("N", "T", own.inputs), dtype)
    found = _checked_masks(own, masks, array, ends)
    return in_order(params, array, found, checked_state(own, "h0", state, array), ends)


def in_order(params: Any, xs: Array, masks: Arrays, state: Arrays, ends: Ends | None) -> CallArguments:
    """The call of arrays that fit, with zeros behind ends, its records put in the order of those."""
    if ends is None:
        return CallArguments(params, Inputs(xs, None, masks), state)
    inputs = Inputs(ends.sorted(xs), ends.active(xs.shape[1]), tuple(map(ends.sorted, masks)))
    return CallArguments(params, inputs, tuple(map(ends.sorted, state)), ends)


def _checked_masks(own: Recurrence, masks: object, xs: Array, ends: Ends | None) -> Arrays:
    """Masks (N, T, ·) of what each level but the one on top hands up, in the caller's order."""
    if masks is None:
        return ()
    widths = own.handed_up
    if not isinstance(masks, list | tuple) or len(masks) != len(widths) or not widths:
        given = f"{kind_of(masks)} of {len(masks)}" if isinstance(masks, list | tuple) else shown(masks)
        needed = f"{len(widths)} arrays, one for each level but the one on top" if widths else "None"
        raise TypeError(f"masks: {given}, needed {needed}, with {own.name}")
    found = []
    for place, (mask, width) in enumerate(zip(masks, widths, strict=True)):
        name, shape = f"masks[{place}]", (*xs.shape[:2], width)
        if ends is not None:
            mask = unpadded(name, mask, 3, shape[1], ends)
        found.append(checked(name, mask, shape, xs.dtype))
    return tuple(found)


def checked_params(kind: Any, shapes: Mapping[str, tuple[int, ...]], params: object) -> Any:
    """A NamedTuple of arrays of one dtype and these shapes, or an error that names one that is not."""
    try:
        # One more than are needed is enough to see that there are too many: there may be no end of them.
        given: tuple[object, ...] = tuple(islice(params, len(shapes) + 1))  # type: ignore[call-overload]
    except Exception:
        given = ()
    if len(given) != len(shapes):
        found = f"tuple of {len(params)}" if isinstance(params, tuple) else shown(params)
        needed = ", ".join(kind._fields)
        raise TypeError(f"params: {found}, needed the arrays of rnn.{kind.__name__}: {needed}")
    blocks: list[Array] = []
    dtype = None
    for (name, shape), block in zip(shapes.items(), given, strict=True):
        array = checked(name, block, shape, dtype)
        dtype = array.dtype
        blocks.append(array)
    return kind._make(blocks)


def check_workspace(own: Recurrence, workspace: object, xs: Array, checkpoints: Checkpoints | None) -> None:
    """Raise TypeError or ValueError unless it is a workspace for such a call of a network of these cells."""
    if not isinstance(workspace, Workspace):
        raise TypeError(f"workspace: {kind_of(workspace)}, needed what RNN.workspace makes, or None")
    if checkpoints is not None:
        raise ValueError(f"checkpoints: {checkpoints}, needed None in a workspace, which holds every state")
    size = Size.of(own, xs.shape, xs.dtype)
    if workspace.size != size:
        raise ValueError(f"workspace: for {workspace.size}, needed one for {size}")
