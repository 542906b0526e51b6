"""Libraries that belong to an extra, imported when they are first needed."""

from importlib import import_module
from typing import Any

from verification.command_line import missing


def library(name: str, extra: str) -> Any:
    """A module by its name; raises ImportError, in one line with the extra, where it is not installed."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            raise ImportError(missing(name.partition(".")[0], extra)) from None
        raise
