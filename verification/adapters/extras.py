"""Libraries that belong to an extra, imported when they are first needed."""

from importlib import import_module
from typing import Any


def library(name: str, extra: str) -> Any:
    """A module by its name; raises ImportError, in one line that names the extra, if it is not installed."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and f"{name}.".startswith(f"{error.name}."):
            missing = name.partition(".")[0]
            raise ImportError(
                f"{missing} is missing; the extra {extra!r} brings it: pip install 'verified-rnn[{extra}]'"
            ) from None
        raise
