"""A plain function of a problem as what an adapter returns: of the vanilla model, or of another."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from verification.adapters.problem import ProblemAdapter, whole
from verification.adapters.remade import PUBLIC
from verification.adapters.rnn.fixed_problems import FIXED, OWN_POLICIES
from verification.adapters.rnn.problem import Engine
from verification.adapters.rnn.vanilla_form import VanillaForm
from verification.models import vanilla
from verification.models.model import Model
from verification.sampling.scope import Scope


def scoped(
    engine: Engine | Callable[[Any], Any], scope: Scope | None = None, *, model: Model | None = None
) -> ProblemAdapter:
    """A plain function with the scope that it claims, and the model, to be given to ``verify``.

    Without a model the vanilla one, whose problems are ``Problem``; those of another are ``ModelProblem``.
    Raises ValueError, in one line, for a model that nobody can be judged by, or a scope that claims nothing.
    """
    model = model or vanilla
    if model.name != vanilla.name:
        return _public(whole(engine, model=model, scope=scope))
    return _public(whole(engine, model=model, scope=scope, form=VanillaForm(), fixed=FIXED))


def _public(made: ProblemAdapter) -> ProblemAdapter:
    """The same, which a program makes by ``scoped``."""
    return replace(made, source=replace(made.source, home=PUBLIC, adapter="scoped"))


# What ``rnn`` claims: all that can be asked, the same bits however it is called, and policies of one's own.
OF_RNN = Scope(
    dtypes=("float32", "float64", "longdouble"),
    exact=True,
    bits=True,
    checkpoints=True,
    workspace=True,
)


def as_rnn(engine: Engine) -> ProblemAdapter:
    """An engine that claims what ``rnn`` does, as ``rnn`` itself or a copy of it."""
    fixed = (*FIXED, *OWN_POLICIES)
    return _public(whole(engine, model=vanilla, scope=OF_RNN, form=VanillaForm(), fixed=fixed))
