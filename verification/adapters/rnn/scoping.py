"""A plain function of a problem as what an adapter returns: of the vanilla model, or of another."""

from verification.adapters.problem import Engine, ProblemAdapter, whole
from verification.adapters.rnn.fixed_problems import FIXED, OWN_TRUNCATIONS
from verification.models import vanilla
from verification.models.model import Model
from verification.properties.engine import FixedCase
from verification.sampling.scope import Scope


def scoped(engine: Engine, scope: Scope | None = None, *, model: Model | None = None) -> ProblemAdapter:
    """A plain function with the scope that it claims and its model, for ``verify``.

    Without a model it is the vanilla one, whose fixed problems are run as well.
    Raises ValueError, in one line, for a model that nobody can be judged by, or a scope that claims nothing.
    """
    model = model or vanilla
    return whole(engine, model=model, scope=scope, fixed=FIXED if model.name == vanilla.name else ())


# What ``rnn`` claims of the model's own loss: the same bits however it is called, and one's own truncations.
OF_RNN = Scope(
    dtypes=("float32", "float64", "longdouble"),
    exact=True,
    bits=True,
    checkpoints=True,
    workspace=True,
)


def fixed_of(model: Model) -> tuple[FixedCase, ...]:
    """The fixed problems that ``rnn`` has for a model."""
    return (*FIXED, *OWN_TRUNCATIONS) if model.name == vanilla.name else ()


def as_rnn(engine: Engine) -> ProblemAdapter:
    """An engine that claims what ``rnn`` does of the model's own loss, as ``rnn`` itself or a copy of it."""
    return whole(engine, model=vanilla, scope=OF_RNN, fixed=fixed_of(vanilla))
