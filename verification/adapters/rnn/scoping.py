"""A plain function of a problem as what an adapter returns: of the vanilla model, or of another."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from verification.adapters.problem import Form, General, ProblemAdapter, whole
from verification.adapters.remade import PUBLIC
from verification.adapters.rnn.cell_form import CellForm
from verification.adapters.rnn.fixed_problems import FIXED, OWN_TRUNCATIONS
from verification.adapters.rnn.of_cells import of_every_cell
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


# What ``rnn`` claims of the model's own loss: the same bits however it is called, and one's own truncations.
OF_RNN = Scope(
    dtypes=("float32", "float64", "longdouble"),
    exact=True,
    bits=True,
    checkpoints=True,
    workspace=True,
)


def as_rnn(engine: Engine) -> ProblemAdapter:
    """An engine that claims what ``rnn`` does of the model's own loss, as ``rnn`` itself or a copy of it."""
    fixed = (*FIXED, *OWN_TRUNCATIONS)
    return _public(whole(engine, model=vanilla, scope=OF_RNN, form=VanillaForm(), fixed=fixed))


# What a cell claims: all that can be asked.
OF_CELLS = replace(OF_RNN, lengths=True, weights=True, classes=True)


def as_cell(engine: Callable[[Any], Any], model: Model, scope: Scope = OF_CELLS) -> ProblemAdapter:
    """A cell of ``rnn``, in a network and as a layer, with the cases that every cell is asked.

    Of the vanilla model an engine as ``engine_of`` makes it, which has problems of its own form besides.
    """
    form: Form = General()
    fixed = of_every_cell(model)
    if model.name == vanilla.name:
        form, fixed = VanillaForm(), (*FIXED, *OWN_TRUNCATIONS, *fixed)
    return _public(whole(engine, model=model, scope=scope, form=CellForm(form), fixed=fixed))
