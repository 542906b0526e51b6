"""JSON values against the form that they must have: what is read from a disk may be anything.

A form is written as the values themselves are: ``int``, a whole number from 0 on, ``str`` or ``bool``;
``[form]``, an array of any length; ``(form, form)``, an array of these; ``{"key": form}``, an object of these
keys, and ``{str: form}``, one of any; ``Maybe(form)``, that or null.
"""

from dataclasses import dataclass
from typing import Any

from verification.text import shown

NEEDED = {int: "a whole number from 0 on", str: "a text", bool: "true or false"}


@dataclass(frozen=True)
class Maybe:
    """The form, or null."""

    form: Any


def check(values: Any, form: Any, where: str) -> None:
    """Raise ValueError, in one line, for the first value that is not in form; ``where``: what it is of."""
    if isinstance(form, Maybe):
        if values is not None:
            check(values, form.form, where)
    elif isinstance(form, type):
        # A bool is an int to isinstance.
        if type(values) is not form or (type(values) is int and values < 0):
            raise _misfit(values, NEEDED[form], where)
    elif isinstance(form, list):
        if not isinstance(values, list):
            raise _misfit(values, "an array", where)
        for number, each in enumerate(values):
            check(each, form[0], f"{where}[{number}]")
    elif isinstance(form, tuple):
        if not isinstance(values, list) or len(values) != len(form):
            raise _misfit(values, f"an array of {len(form)}", where)
        for number, (each, own) in enumerate(zip(values, form, strict=True)):
            check(each, own, f"{where}[{number}]")
    else:
        if not isinstance(values, dict):
            raise _misfit(values, "an object", where)
        if str in form:
            form = dict.fromkeys(values, form[str])
        if values.keys() != form.keys():
            raise _misfit(list(values), f"the keys {', '.join(form)}", where)
        for name, own in form.items():
            check(values[name], own, f"{where}: {name}")


def _misfit(values: Any, needed: str, where: str) -> ValueError:
    return ValueError(f"{where}: {shown(values)}, needed {needed}")
