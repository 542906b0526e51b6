"""The verifier: hand-written recurrent gradients, proved or refuted.

from verification import verify
verification = verify(engine)        # engine: a function Problem -> Gradients
verification.verdict                 # "verified", "refuted" or "not exercised"
"""

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
