"""The verifier: hand-written recurrent gradients, proved or refuted.

from verification import verify
verification = verify(engine)        # engine: a function Problem -> Gradients
verification.verdict                 # "verified", "refuted" or "not exercised"

A layer of any model, by its own forward and backward (docs/judge/layer.md):

from verification import layer, verify
from verification.models import lstm
verify(layer(forward, backward, model=lstm))
"""

from verification.asked.functions import Function
from verification.asked.model import Block, Model, Use
from verification.asked.scope import Scope
from verification.doors.layer import layer
from verification.engine import manual
from verification.judge import assert_verified, verify
from verification.judging.run import Judgement
from verification.problem import Engine, Gradients, Problem, Unsupported
from verification.suite import PROFILES, QUICK, THOROUGH, Verification

__all__ = [
    "PROFILES",
    "QUICK",
    "THOROUGH",
    "Block",
    "Engine",
    "Function",
    "Gradients",
    "Judgement",
    "Model",
    "Problem",
    "Scope",
    "Unsupported",
    "Use",
    "Verification",
    "assert_verified",
    "layer",
    "manual",
    "verify",
]
