"""The verifier of hand-written recurrent gradients.

from verification import verify
judgement = verify(engine)           # engine: a function Problem -> Gradients
judgement.verdict                    # "verified", "refuted" or "not exercised"
print(judgement)                     # of a wrong engine also where it is wrong, and the smallest example

A layer of any model, with its own forward and backward (docs/judge/layer.md):

from verification import layer, verify
from verification.models import lstm
verify(layer(forward, backward, model=lstm))
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from verification.processes.namesakes import ours

if TYPE_CHECKING:
    from verification.adapters.function import function
    from verification.adapters.given import Gradients, Problem
    from verification.adapters.layer import layer
    from verification.adapters.problem import Engine
    from verification.adapters.rnn.manual import manual
    from verification.adapters.rnn.scoping import scoped
    from verification.adapters.step import step
    from verification.adapters.watching import watch
    from verification.judge import assert_verified, verify
    from verification.judging.judgement import Judgement
    from verification.judging.profile import PROFILES, QUICK, THOROUGH, Profile
    from verification.models.case import Case, Cotangents, Targets
    from verification.models.functions import Function
    from verification.models.model import Block, Model, Use
    from verification.models.truncation import Standard, Tabled
    from verification.processes.invalid import Unsupported
    from verification.properties.check import check
    from verification.properties.of_function import Call
    from verification.sampling.scope import Scope

__all__ = [
    "PROFILES",
    "QUICK",
    "THOROUGH",
    "Block",
    "Call",
    "Case",
    "Cotangents",
    "Engine",
    "Function",
    "Gradients",
    "Judgement",
    "Model",
    "Problem",
    "Profile",
    "Scope",
    "Standard",
    "Tabled",
    "Targets",
    "Unsupported",
    "Use",
    "Weighted",
    "assert_verified",
    "check",
    "function",
    "layer",
    "layer_object",
    "manual",
    "scoped",
    "step",
    "verify",
    "watch",
]

_HOME = {
    "Function": "models.functions",
    **dict.fromkeys(("Case", "Cotangents", "Targets"), "models.case"),
    **dict.fromkeys(("Tabled", "Standard"), "models.truncation"),
    "Weighted": "models.weighted",
    **dict.fromkeys(("Block", "Model", "Use"), "models.model"),
    "Scope": "sampling.scope",
    "function": "adapters.function",
    "layer": "adapters.layer",
    "layer_object": "adapters.layer_object",
    "Engine": "adapters.problem",
    **dict.fromkeys(("Gradients", "Problem"), "adapters.given"),
    "manual": "adapters.rnn.manual",
    "step": "adapters.step",
    **dict.fromkeys(("assert_verified", "verify"), "judge"),
    "Judgement": "judging.judgement",
    "Unsupported": "processes.invalid",
    "Call": "properties.of_function",
    "check": "properties.check",
    **dict.fromkeys(("PROFILES", "QUICK", "THOROUGH", "Profile"), "judging.profile"),
    "scoped": "adapters.rnn.scoping",
    "watch": "adapters.watching",
}


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first used: the command has to start without the extra."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with ours():
        return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """All public names, imported or not yet."""
    return sorted({*globals(), *__all__})
