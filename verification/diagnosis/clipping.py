"""Clipped gradients: by value, or scaled to a norm."""

from dataclasses import replace

import numpy as np

from verification.diagnosis.probe import Seen, look
from verification.diagnosis.words import constant_factor
from verification.properties.engine import Engine
from verification.properties.truth import Truth
from verification.truth.comparison import near

# The relative error within which a clipped gradient has to meet its limit.
CLOSE = 1e-5


def clipped(engine: Engine, seen: Seen) -> str | None:
    """How the wrong blocks are clipped, in words that follow "as if"; None if they are not."""
    return _by_value(seen) or _by_norm(engine, seen)


def _by_value(seen: Seen) -> str | None:
    """Clipped by value: small entries are right, large ones are ± one number, which recurs or is round."""
    blocks = [(seen.got[name], seen.want(name)) for name in seen.blocks]
    if not blocks or any(np.iscomplexobj(got) or not np.all(np.isfinite(got)) for got, _ in blocks):
        return None
    limit = max(float(np.max(np.abs(got))) for got, _ in blocks)
    met = sum(int(np.sum(np.abs(got) >= limit * (1 - CLOSE))) for got, _ in blocks)
    is_round = abs(limit - float(f"{limit:.2g}")) <= CLOSE * limit
    if (
        limit
        and (met > 1 or is_round)
        and all(near(got, np.clip(want, -limit, limit), CLOSE) for got, want in blocks)
    ):
        return f"gradients were clipped to ±{limit:.4g}"
    return None


def _by_norm(engine: Engine, seen: Seen) -> str | None:
    """Clipped by norm: each wrong block is a fraction of the truth, and does not grow with the cotangents."""
    factors = [constant_factor(seen.got[name], seen.want(name)) for name in seen.blocks]
    if not factors or any(factor is None or not 0 < factor < 1 for factor in factors):
        return None
    case = seen.truth.case
    doubled = look(engine, Truth(replace(case, objective=case.objective.replaced(lambda array: 2 * array))))
    kept = (name in doubled.got and near(doubled.got[name], seen.got[name], CLOSE) for name in seen.blocks)
    if not all(kept):
        return None
    norms = [float(np.linalg.norm(seen.got[name])) for name in seen.blocks]
    if len(norms) > 1 and max(norms) - min(norms) <= CLOSE * max(norms):
        return f"each gradient were scaled to a norm of {norms[0]:.4g}"
    return f"the gradients were scaled to a norm of {float(np.linalg.norm(norms)):.4g} in all"
