"""Values that a model names, held constant: what a backward gives that leaves out how they change.

Public code takes normalisers, stabilisers and what a rule reads for constants, sometimes on purpose. A step
names such a value where it is used, by ``f.named``.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from verification.models.case import Case
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import Model, Use


def with_held(case: Case) -> Iterator[tuple[str, Case]]:
    """The case with each such value held constant by itself; in words."""
    for name in names_of(case):
        yield f"the {name} were held constant", _held(case, name)


def names_of(case: Case) -> tuple[str, ...]:
    """What a step and its output have names for, in the order in which they are used."""
    names: dict[str, None] = {}

    def noted(f: Any, name: str, x: Any) -> Any:
        names[name] = None
        return x

    model, f = _naming(case.model, noted), Namespace(case.chosen, Arithmetic())
    p, inputs = case.params(Use.STEP), case.inputs_at(0)
    model.put_out(f, p, inputs, case.state, model.advance(f, p, inputs, case.state))
    return tuple(names)


def _held(case: Case, held: str) -> Case:
    def stopped(f: Any, name: str, x: Any) -> Any:
        return f.stop(x) if name == held else x

    return replace(case, model=_naming(case.model, stopped))


class _Naming:
    """A namespace that makes something else of a value with a name."""

    def __init__(self, f: Any, made: Callable[[Any, str, Any], Any]) -> None:
        self._f, self._made = f, made

    def named(self, name: str, x: Any) -> Any:
        return self._made(self._f, name, x)

    def __getattr__(self, role: str) -> Any:
        return getattr(self._f, role)


def _naming(model: Model, made: Callable[[Any, str, Any], Any]) -> Model:
    """The model whose named values are what is ``made(f, name, x)`` of them."""

    def through(function: Callable[..., Any]) -> Callable[..., Any]:
        return lambda f, *arguments: function(_Naming(f, made), *arguments)

    output = model.output
    if isinstance(output, Mapping):
        others: Any = {name: through(each) for name, each in output.items()}
    else:
        others = output and through(output)
    return replace(model, step=through(model.step), output=others)
