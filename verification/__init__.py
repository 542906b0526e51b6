"""The verifier: hand-written recurrent gradients, proved or refuted.

from verification import verify
verification = verify(engine)        # engine: a function Problem -> Gradients
verification.verdict                 # "verified", "refuted" or "not exercised"
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from verification.engine import manual
    from verification.problem import Engine, Gradients, Problem, Unsupported
    from verification.suite import PROFILES, QUICK, THOROUGH, Verification, verify

__all__ = [
    "PROFILES",
    "QUICK",
    "THOROUGH",
    "Engine",
    "Gradients",
    "Problem",
    "Unsupported",
    "Verification",
    "manual",
    "verify",
]

_HOME = {
    "manual": "engine",
    **dict.fromkeys(("Engine", "Gradients", "Problem", "Unsupported"), "problem"),
    **dict.fromkeys(("PROFILES", "QUICK", "THOROUGH", "Verification", "verify"), "suite"),
}


def __getattr__(name: str) -> Any:
    """A public name, imported when it is first asked for: the command has to start without the extra."""
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    """What can be asked for, there or not yet."""
    return sorted({*globals(), *__all__})
