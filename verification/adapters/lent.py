"""Dicts of arrays that an engine is given: they are its caller's, and hold the same arrays after a call."""

from typing import Any

from verification.processes.invalid import InvalidAnswer


class Lent:
    """Dicts by what they are called, with what they hold now; anything else that is given is left out."""

    def __init__(self, **given: Any) -> None:
        self._lent = [(what, each, dict(each)) for what, each in given.items() if isinstance(each, dict)]

    def check(self, function: str) -> None:
        """Raises InvalidAnswer if a name is missing or new, or stands for another object."""
        for what, now, before in self._lent:
            for name in before.keys() - now.keys():
                raise InvalidAnswer(f"{function} takes {name!r} out of {what}, a dict of its caller's")
            for name in now.keys() - before.keys():
                raise InvalidAnswer(f"{function} puts {name!r} into {what}, a dict of its caller's")
            for name, array in before.items():
                if now[name] is not array:
                    raise InvalidAnswer(f"{function} puts another array in the place of {what}[{name!r}]")
