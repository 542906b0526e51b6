"""The forms in which an engine returns several things."""

from collections.abc import Mapping
from typing import Any

from verification.processes.invalid import InvalidAnswer


def checked_tuple(what: str, given: Any, count: int | None = None) -> tuple[Any, ...]:
    """A tuple or list with so many entries, or with any number but none; raises InvalidAnswer for anything
    else.

    ``what`` begins the message.
    """
    is_one = isinstance(given, tuple | list)
    if not is_one or (not given if count is None else len(given) != count):
        number = f" of {len(given)}" if is_one else ""
        needed = f"a tuple of {'arrays' if count is None else count}"
        raise InvalidAnswer(f"{what} a {type(given).__name__}{number}, needed {needed}")
    return tuple(given)


def check_dict(what: str, given: Any) -> None:
    """Raises InvalidAnswer if it is not a dict."""
    if not isinstance(given, Mapping):
        raise InvalidAnswer(f"{what} is a {type(given).__name__}, needed a dict by name")


def outputs_and_state(returned: Any) -> tuple[Any, tuple[Any, ...]]:
    """What a library's function returned, in two; raises InvalidAnswer for another form."""
    if not isinstance(returned, tuple | list) or len(returned) != 2:
        form = f"a {type(returned).__name__}"
    elif not isinstance(returned[1], tuple | list | None):
        form = f"a {type(returned[1]).__name__} as state"
    else:
        return returned[0], tuple(returned[1] or ())
    raise InvalidAnswer(f"apply returned {form}, needed (outputs, state), state a tuple")


def check_types(outputs: Any, final: tuple[Any, ...], dtype: Any) -> None:
    """Raises InvalidAnswer for arrays of a library that are of another number type than the given ones."""
    put_out = outputs.items() if isinstance(outputs, Mapping) else [("outputs", outputs)]
    for name, array in [*put_out, *((f"final[{i}]", array) for i, array in enumerate(final))]:
        if array is not None and array.dtype != dtype:
            found, needed = (str(each).rpartition(".")[2] for each in (array.dtype, dtype))
            raise InvalidAnswer(f"{name} has dtype {found}, needed {needed}")
