"""Does a claim admit a case that was made without it? And as which case does it?"""

from collections.abc import Iterator
from dataclasses import replace

from verification.models.arrays import Array
from verification.models.case import Case, Cotangents, Targets, name_of
from verification.models.truncation import Standard
from verification.models.weighted import Weighted
from verification.sampling.chunks import known
from verification.sampling.claim import Claim
from verification.sampling.resolving import MOST_RECORDS, MOST_STEPS


def admits(claim: Claim, case: Case) -> bool:
    """May the case be run for an engine with this claim?

    Truncations of the user's own, and losses with cotangents, come only from cases that the user brings
    along.
    """
    (few, many), (short, long) = claim.records, claim.steps
    objective = case.objective
    return (
        all(case.chosen[role].name in names for role, names in claim.functions.items())
        and (name_of(case.dtype) in claim.dtypes or (case.dtype.hasobject and claim.exact))
        and (not isinstance(case.truncation, Standard) or claim.truncates_by(case.truncation))
        and (
            not isinstance(objective, Targets | Weighted)
            or ("last" if objective.last else "every") in claim.losses
        )
        and not any(case.blocks[name].any() for name, kind in claim.states.items() if kind == "zero")
        # As far as a sample goes is as far as an engine claims that sets itself no limit.
        and few <= case.records
        and (case.records <= many or many == MOST_RECORDS)
        and short <= case.steps
        and (case.steps <= long or long == MOST_STEPS)
        and (claim.checkpoints or case.checkpoints is None)
        and (claim.workspace or not case.workspace)
        and (claim.lengths or case.lengths is None)
        and all(case.sizes[name] in sizes for name, sizes in claim.sizes.items() if name in case.sizes)
        and all(case.sizes[name] <= most for name, most in claim.most.items() if name in case.sizes)
        and (
            not isinstance(objective, Cotangents)
            or not any(a.any() for a, has in _ends(claim, objective) if not has)
        )
        and (case.chunk is None or case.chunk in known(claim))
        and not claim.compiled
    )


def as_claimed(claim: Claim, case: Case) -> Case:
    """The case with states of zero where they are always so, no cotangent of what is not returned, and the
    engine's chunk if it has one of its own.
    """
    still = {name: 0 * case.blocks[name] for name, kind in claim.states.items() if kind == "zero"}
    objective = case.objective
    if isinstance(objective, Cotangents):
        state = tuple(array if has else 0 * array for array, has in _ends(claim, objective))
        objective = Cotangents(objective.outputs, state)
    blocks = {**case.blocks, **still}
    return replace(case, blocks=blocks, objective=objective, chunk=claim.chunk or case.chunk)


def _ends(claim: Claim, objective: Cotangents) -> Iterator[tuple[Array, bool]]:
    """The cotangent of each final state, and whether it may be other than zero."""
    return zip(objective.state, (claim.ends and name in claim.finals for name in claim.states), strict=True)
