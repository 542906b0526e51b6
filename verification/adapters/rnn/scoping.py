"""A plain function of a problem as what an adapter returns: of the vanilla model, or of another."""

from collections.abc import Callable
from typing import Any

from verification.adapters.problem import Whole, whole
from verification.adapters.rnn.fixed_problems import FIXED, OWN_POLICIES
from verification.adapters.rnn.problem import Engine
from verification.adapters.rnn.vanilla_form import VanillaForm
from verification.models import vanilla
from verification.models.model import Model
from verification.sampling.scope import Scope


def scoped(
    engine: Engine | Callable[[Any], Any], scope: Scope | None = None, *, model: Model | None = None
) -> Whole:
    """A plain function with the scope that it claims, and the model, to be given to ``verify``.

    Without a model the vanilla one, whose problems are ``Problem``; those of another are ``ModelProblem``.
    Raises ValueError, in one line, for a model that nobody can be judged by, or a scope that claims nothing.
    """
    model = model or vanilla
    if model.name != vanilla.name:
        return whole(engine, model=model, scope=scope)
    return whole(engine, model=model, scope=scope, form=VanillaForm(), fixed=FIXED)


# What ``rnn`` claims: all that can be asked, the same bits however it is called, and policies of one's own.
OF_RNN = Scope(
    dtypes=("float32", "float64", "longdouble"),
    exact=True,
    bits=True,
    checkpoints=True,
    workspace=True,
)


def as_rnn(engine: Engine) -> Whole:
    """An engine that claims what ``rnn`` does, as ``rnn`` itself or a copy of it."""
    return whole(engine, model=vanilla, scope=OF_RNN, form=VanillaForm(), fixed=(*FIXED, *OWN_POLICIES))
