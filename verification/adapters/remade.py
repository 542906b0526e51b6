"""Statements by which a program makes an engine again that a door of a library has made."""

from typing import Any

from verification.adapters.importing import imported
from verification.models.model import Model


def remade(home: str, door: str, made: Any, model: Model, **said: Any) -> str:
    """It calls ``door`` of the module ``home`` with ``made``, a function or a class, and what was said.

    What is None was not said. The program has ``forward`` and ``backward`` then.
    """
    options = "".join(f", {name}={value!r}" for name, value in said.items() if value is not None)
    return (
        f"{imported(made=made, model=model)}from {home} import {door}\n\n"
        f"engine = {door}(made, model=model{options})\n"
        "forward, backward = engine.forward, engine.backward\n"
    )
