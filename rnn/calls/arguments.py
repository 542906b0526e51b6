"""The arguments of a call, checked once, where the caller hands them in."""

from collections.abc import Mapping
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from rnn.calls.lengths import Ends, checked_lengths, without_padding
from rnn.calls.states import checked_state
from rnn.cells.cell import Arrays
from rnn.common.arrays import Array, as_array, checked
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
        inputs = Inputs(array, None, _checked_masks(own, masks, array, None))
        return CallArguments(params, inputs, checked_state(own, "h0", state, array))
    array = as_array("xs", xs)
    if array.ndim != 3 or array.dtype != dtype or not array.size:
        array = checked("xs", array, ("N", "T", own.inputs), dtype)
    ends = checked_lengths(lengths, *array.shape[:2])
    # What padding holds is nobody's business, so it is gone before anything is looked at.
    array = checked("xs", without_padding(array, ends), ("N", "T", own.inputs), dtype)
    found = _checked_masks(own, masks, array, ends)
    inputs = Inputs(ends.sorted(array), ends.active(array.shape[1]), tuple(map(ends.sorted, found)))
    initial = checked_state(own, "h0", state, array)
    return CallArguments(params, inputs, tuple(map(ends.sorted, initial)), ends)


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
        array = as_array(name, mask)
        if ends is not None and array.shape == shape:
            array = without_padding(array, ends)
        found.append(checked(name, array, shape, xs.dtype))
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
