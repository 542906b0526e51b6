"""Departures: where a backward is meant to differ from the derivative. Declared, they are what is verified.

{"gate": Function("step", value, slope=window)}   the role's function, whose declared slope is meant
{"c0": "stop"}                                    no gradient flows from step to step through that state
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from verification.models.functions import Function
from verification.models.model import Model, Use

STOP = "stop"


def departed(model: Model, departures: Mapping[str, str | Function]) -> Model:
    """The model with its departures; raises ValueError, in one line, for one that does not fit the model."""
    if not departures:
        return model
    states = tuple(block.name for block in model.of(Use.STATE))
    functions, stopped = dict(model.functions), []
    for name, departure in departures.items():
        if name in model.functions and isinstance(departure, Function) and departure.slope is not None:
            functions[name] = (departure,)
        elif name in states and departure == STOP:
            stopped.append(states.index(name))
        else:
            shown = departure.name if isinstance(departure, Function) else departure
            raise ValueError(
                f"scope: departures: {name}: {shown!r}, needed a Function with a slope for one of the roles "
                f"{', '.join(model.functions) or 'none'}, or {STOP!r} for one of {', '.join(states)}"
            )

    def step(f: Any, p: Any, x: Any, *state: Any) -> Any:
        held = [f.stop(array) if i in stopped else array for i, array in enumerate(state)]
        return model.step(f, p, x, *held)

    if not stopped:
        return replace(model, functions=functions)
    return replace(model, functions=functions, step=step, in_chunks=None)


def in_words(departures: Mapping[str, str | Function]) -> tuple[str, ...]:
    """Each departure in a few words."""
    return tuple(
        f"{name} is {each.name}, by its own slope"
        if isinstance(each, Function)
        else f"no gradient flows from step to step through {name}"
        for name, each in departures.items()
    )
