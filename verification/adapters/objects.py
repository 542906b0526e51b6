"""The two passes of a layer that is an object (``verification.adapters.layer_object``)."""

from collections.abc import Callable
from functools import partial
from typing import Any

from verification.adapters.last_made import LastMade
from verification.adapters.returned import checked_tuple
from verification.adapters.shapes import Shapes


def passes_of_objects(
    make: Callable[..., Any], shapes: Shapes, again: bool
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """Forward and backward. ``again``: of the object that was made last, if it is for the same sizes and
    type; else each forward has an object of its own.
    """
    kept = LastMade()

    def forward(params: dict[str, Any], xs: Any, state: tuple[Any, ...], *ends: Any, **said: Any) -> Any:
        """Outputs, the final state, and the object."""
        sizes = shapes.sizes(params, xs, state)
        new = partial(make, *sizes)
        made = kept.made((*sizes, state[0].dtype), new) if again else new()
        outputs, final = checked_tuple("forward returned", made.forward(params, xs, state, *ends, **said), 2)
        return outputs, final, made

    def backward(made: Any, d_outputs: Any, d_state: tuple[Any, ...]) -> Any:
        """The object's own backward."""
        return made.backward(d_outputs, d_state)

    return forward, backward
