"""The calls of functions that a step makes: each by its number, in the order in which they are made."""

from collections.abc import Callable
from typing import Any

from verification.models.case import Case
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import Use


class Calls:
    """A namespace of functions that numbers the calls of a step, and computes the value of each."""

    def __init__(self, f: Namespace, answer: Callable[[int, str, Any], Any]) -> None:
        self._answer, self._number = answer, -1
        self.stop, self.surrogate, self.named = f.stop, f.surrogate, f.named

    def __getattr__(self, role: str) -> Callable[[Any], Any]:
        def called(a: Any) -> Any:
            self._number += 1
            return self._answer(self._number, role, a)

        return called


def roles_of_calls(case: Case) -> list[str]:
    """The role of each call that a step makes."""
    roles: list[str] = []
    f = Namespace(case.chosen, Arithmetic())

    def noted(number: int, role: str, a: Any) -> Any:
        roles.append(role)
        return getattr(f, role)(a)

    case.model.advance(Calls(f, noted), case.params(Use.STEP), case.inputs_at(0), case.state)
    return roles
