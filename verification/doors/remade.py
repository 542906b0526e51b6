"""Statements by which a program makes an engine again that a door of a library has made."""

import sys
from typing import Any

from verification import models
from verification.asked.model import Model
from verification.doors.program import imported
from verification.models import variants


def remade(home: str, door: str, made: Any, model: Model, **said: Any) -> str:
    """It calls ``door`` of the module ``home`` with ``made``, a function or a class, and what was said.

    What is None was not said. The program has ``forward`` and ``backward`` then.
    """
    options = "".join(f", {name}={value!r}" for name, value in said.items() if value is not None)
    return (
        f"{imported(made=made)}{_model(model, getattr(made, '__module__', ''))}from {home} import {door}\n\n"
        f"engine = {door}(made, model=model{options})\n"
        "forward, backward = engine.forward, engine.backward\n"
    )


def _model(model: Model, theirs: str) -> str:
    """The import of a model, one of this project's or of the module where the rest is."""
    for home in (models.__name__, variants.__name__, theirs):
        for name, value in vars(sys.modules.get(home, models)).items():
            if value is model:
                return f"from {home} import {name} as model\n"
    return "from engine import model  # from your own module\n"
