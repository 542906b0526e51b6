"""Functions by the file that has them and their name there, ``kernel.py:forward``.

The judge does not import the file: an engine's own process does, and whoever calls the function here.
"""

import sys
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any

from verification.processes.modules import there

FORM = "FILE.py:NAME"


@dataclass(frozen=True)
class InFile:
    """A function in a file; ``target``: as the user has said it."""

    target: str
    path: Path
    name: str

    def __call__(self, *given: Any, **named: Any) -> Any:
        """The call, in this process."""
        return function_in(str(self.path), self.name)(*given, **named)

    def __reduce__(self) -> tuple[Any, ...]:
        """Sent to another process it is the function itself."""
        return function_in, (str(self.path), self.name)


def in_file(what: str, target: str) -> InFile:
    """The function that a user names; ``what``: the argument.

    Raises ValueError, in one line, for another form, or where there is no such file.
    """
    file, colon, name = target.rpartition(":")
    if not (colon and file.endswith(".py") and name.isidentifier()):
        raise ValueError(f"{what}: {target!r}, needed a function, or {FORM}")
    if not Path(file).is_file():
        raise ValueError(f"{what}: {target!r}: no such file, needed {FORM}")
    return InFile(target, Path(file).resolve(), name)


def function_in(path: str, name: str) -> Any:
    """The function, whose file is run as a module, with its folder on the path, where it is not there yet."""
    file = Path(path)
    if str(file.parent) not in sys.path:
        sys.path.insert(0, str(file.parent))
    module = there(file.stem, file)
    try:
        return attrgetter(name)(module)
    except AttributeError:
        raise ValueError(f"{file.name}: no {name!r} there, needed {FORM}") from None
