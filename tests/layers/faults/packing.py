"""Faults of packed sequences, one after another, of any layer."""

from collections.abc import Iterator
from functools import partial
from types import ModuleType

from tests.layers.faults.fault import LayerFault
from verification.models.model import Model
from verification.sampling.scope import Scope

INITIAL = "initial = tuple(array[s : s + 1] for array in state)"
FLOW = "flow = tuple(array[s : s + 1] for array in d_state)"


def of_packing(model: Model, module: ModuleType, flowing: str) -> Iterator[LayerFault]:
    """Those of a layer; ``flowing``: the blocks that what flows back reaches."""
    fault = partial(
        LayerFault, model=model, module=module, family="packed", scope=Scope(packed=True), of_packing=True
    )
    yield fault(
        "a packed sequence begins with the last state of the one before it",
        INITIAL,
        f"{INITIAL} if not parts else parts[-1][0]",
        "packed",
        caught_by="forward",
        told="the forward leaks from one packed sequence into the next",
    )
    yield fault(
        "what flows back from a packed sequence goes on to the one before it",
        FLOW,
        f"{FLOW}; flow = tuple(a + b for a, b in zip(flow, d_initial[-1])) if d_initial else flow",
        f"packed: {flowing}",
        told="the gradient leaks from one packed sequence into the one before",
    )
