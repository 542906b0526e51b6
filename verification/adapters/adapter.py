"""The engine that every adapter for a model returns, in the form that ``verify`` takes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from verification.adapters.remade import PUBLIC, AdapterCall
from verification.judging.model_subject import OfModel, of_model
from verification.models.case import Case
from verification.models.code import Code, of_case
from verification.models.departures import departed
from verification.models.model import Model
from verification.processes.hosts import Host
from verification.processes.in_file import in_file
from verification.processes.invalid import Unsupported
from verification.processes.place import HERE, Passes, Place
from verification.properties.engine import Begun, FixedCase
from verification.sampling.claim import COMPLEX, Capabilities, Claim, claimed_of, rational
from verification.sampling.resolving import resolved
from verification.sampling.scope import Scope
from verification.truth.soundness import WIDEST_COMPLEX, check, check_exact, check_in


@dataclass(frozen=True, eq=False, kw_only=True)
class ModelAdapter:
    """An engine of a model, and its claim.

    ``source``: how a program creates it again. ``passes``: makes what is called of it, at ``place``.
    ``fixed``: cases that every run includes.
    """

    model: Model
    claim: Claim
    source: AdapterCall
    passes: Passes
    fixed: tuple[FixedCase, ...] = ()
    place: Place = HERE

    def answer(self, case: Case) -> tuple[Mapping[str, Any], Mapping[str, tuple[Any, ...]]]:
        """The forward's parts and the gradient's blocks, by name."""
        raise NotImplementedError

    def repeat(
        self, case: Case, goes_on: Callable[[Any], bool]
    ) -> tuple[Mapping[str, Any], Mapping[str, tuple[Any, ...]]]:
        """The answer again and again, as long as that holds of it; the last one."""
        while goes_on(answer := self.answer(case)):
            pass
        return answer

    @property
    def functions(self) -> tuple[Any, ...]:
        """The user's, which a host runs."""
        return self.passes.functions

    def hosted(self, host: Host) -> Self:
        """The same, whose ``functions`` run in a host that was started with them."""
        return replace(self, place=host)

    def begin(self, case: Case) -> Begun:
        """The forward alone, for an adapter whose calls come in two."""
        raise Unsupported("a forward by itself")

    def wanting(self, blocks: tuple[str, ...], unused: tuple[str, ...]) -> Self:
        """The same, which is told the wanted gradients, for an adapter that can be told."""
        raise Unsupported("some gradients alone")

    @property
    def arrays(self) -> Mapping[str, Any] | None:
        """How its arrays differ from the model's; None for an adapter without that argument."""
        return None

    def otherwise(self, model: Model, arrays: Mapping[str, Any] | None) -> Self:
        """The same as an engine of another model; raises ValueError if it cannot be."""
        return replace(self, model=model, claim=claimed_of(self.claim, self.model, model))

    @property
    def arguments(self) -> tuple[str, ...] | None:
        """The order of a function's arguments, by name; None for an adapter without that argument."""
        return None

    def reordered(self, arguments: tuple[str, ...]) -> Self:
        """The same with arguments in this order, for an adapter that has ``arguments``."""
        raise Unsupported("arguments in another order")

    def code(self, case: Case) -> Code:
        """Statements that make ``engine`` again, and ``case``."""
        return self.source.code(self.claim) + of_case(case)

    def subject(self, model: Model | None = None, scope: Scope | None = None) -> OfModel:
        """The subject of a run, within a scope that may be narrower; raises ValueError for a wider one."""
        return of_model(self, model, scope)


def check_given(model: Any, **functions: Any) -> None:
    """Raises TypeError if there is no function or no model."""
    for name, function in functions.items():
        if not callable(function):
            raise TypeError(f"{name}: {function!r}, needed a function")
    if not isinstance(model, Model):
        raise TypeError(f"model: {model!r}, needed a verification.Model, as verification.models.lstm")


def functions_of(**given: Any) -> dict[str, Any]:
    """The same by name, with what names a function of a file as that function."""
    return {what: in_file(what, each) if isinstance(each, str) else each for what, each in given.items()}


def soundly(model: Model, claim: Claim) -> None:
    """Raises ValueError, in one line, for a model that is not sound with some function that is claimed."""
    check(model, claim.functions)


def claimed(scope: Scope | None, model: Model, capabilities: Capabilities) -> Claim:
    """The claim of a scope through an adapter, limited to what the model is sound in.

    Complex numbers for a real model, and Fractions, are not claimed by default if the model is not sound in
    them. Raises ValueError, in one line, if a scope claims them, or claims nothing.
    """
    claim, said = resolved(scope, model, capabilities), scope or Scope()
    if not model.complex and {*claim.dtypes} & {*COMPLEX}:
        try:
            check_in(model, WIDEST_COMPLEX, claim.functions)
        except ValueError as unsound:
            if said.dtypes:
                raise ValueError(f"scope: dtypes: {said.dtypes!r}, needed real ones: {unsound}") from unsound
            claim = replace(claim, dtypes=tuple(name for name in claim.dtypes if name not in COMPLEX))
    if claim.exact:
        try:
            check_exact(model, rational(model, claim), claim.losses[0])
        except ValueError as unsound:
            if said.exact:
                raise ValueError(f"scope: exact: True, needed False: {unsound}") from unsound
            claim = replace(claim, exact=False)
    return claim


def declared(
    adapter: str,
    given: Mapping[str, Any],
    model: Model,
    scope: Scope | None,
    capabilities: Capabilities,
    **said: Any,
) -> dict[str, Any]:
    """The fields of a ``ModelAdapter`` that a program creates by the adapter of that name.

    ``given``: functions by the names that they have there. ``said``: the adapter's other arguments.
    """
    departures = scope.departures if scope else {}
    return {
        "model": departed(model, departures),
        "claim": claimed(scope, model, capabilities),
        "source": AdapterCall(PUBLIC, adapter, given, model, departures, said),
    }
