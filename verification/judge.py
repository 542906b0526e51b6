"""The one place where an engine is sent to what judges it.

What a door returned judges itself, by its method ``judged``; a plain function ``Problem -> Gradients`` is
asked everything of the vanilla model, by ``verification.suite``, unless a model or a scope is given.
"""

from collections.abc import Callable
from typing import Any, Protocol, overload

from verification import suite
from verification.asked.model import Model
from verification.asked.scope import Scope
from verification.doors.problem import Whole, whole
from verification.judging.judgement import Judgement
from verification.models import vanilla
from verification.problem import Engine
from verification.suite import QUICK, Profile, Verification
from verification.vanilla_form import VanillaForm


class Judged(Protocol):
    """What a door returned."""

    def judged(self, profile: Any, **options: Any) -> Judgement:
        """The verdict on it."""


@overload
def verify(
    engine: Judged,
    profile: Profile = QUICK,
    *,
    model: Model | None = None,
    scope: Scope | None = None,
    seed: int = 0,
    progress: Callable[[int, int], object] | None = None,
) -> Judgement: ...


@overload
def verify(engine: Engine, profile: Profile = QUICK, **options: Any) -> Verification: ...


def verify(engine: Any, profile: Profile = QUICK, **options: Any) -> Judgement | Verification:
    """Judge what a door returned within its scope, or any function ``Problem -> Gradients`` by everything.

    ``scope`` narrows what a door's engine claims; with it, or with a ``model``, a plain function is judged
    within that scope and by that model. ``progress`` is called with the cases done and the cases in
    all. The result has a ``verdict``: "verified", "refuted" or "not exercised". Raises ValueError for a scope
    that is wider than the engine's.
    """
    judged = getattr(engine, "judged", None)
    if judged is not None:
        found: Judgement = judged(profile, **options)
        return found
    model, scope = options.pop("model", None), options.pop("scope", None)
    if model is not None or scope is not None:
        return scoped(engine, model=model, scope=scope).judged(profile, **options)
    return suite.verify(engine, profile, **options)


def scoped(engine: Engine, scope: Scope | None = None, *, model: Model | None = None) -> Whole:
    """A plain function with the scope that it claims, and the model, to be given to ``verify``.

    Without a model the vanilla one, whose problems are ``Problem``; those of another are ``ModelProblem``.
    Raises ValueError, in one line, for a model that nobody can be judged by, or a scope that claims nothing.
    """
    model = model or vanilla
    return whole(engine, model=model, scope=scope, form=FORMS.get(model.name))


# How a problem is put to a plain function, where that is not as ``General`` has it.
FORMS = {vanilla.name: VanillaForm()}


def assert_verified(engine: Any, profile: Profile = QUICK, **options: Any) -> None:
    """Raises AssertionError unless the verdict is "verified"; takes what ``verify`` takes.

    Of what a door returned the message is the sentence, the smallest example and the program that fails.
    """
    __tracebackhide__ = True
    found = verify(engine, profile, **options)
    if found.verdict != "verified":
        raise AssertionError(str(found) if isinstance(found, Judgement) else found.verdict)
