"""Does a claim admit a case that was made without it?"""

from verification.models.case import Case, Cotangents, Targets, name_of
from verification.models.truncation import Standard
from verification.models.weighted import Weighted
from verification.sampling.claim import Claim
from verification.sampling.resolving import MOST_RECORDS, MOST_STEPS


def admits(claim: Claim, case: Case) -> bool:
    """Can it be asked of an engine that claims this?

    Truncations of one's own, and cotangents beside losses, are asked of whoever brings them along.
    """
    (few, many), (short, long) = claim.records, claim.steps
    objective = case.objective
    return (
        all(case.chosen[role].name in names for role, names in claim.functions.items())
        and (name_of(case.dtype) in claim.dtypes or (case.dtype.hasobject and claim.exact))
        and _truncation(claim, case)
        and (
            not isinstance(objective, Targets | Weighted)
            or ("last" if objective.last else "every") in claim.losses
        )
        and (claim.states == "any" or not any(array.any() for array in case.state))
        # As far as a sample goes is as far as an engine claims that sets itself no limit.
        and few <= case.records
        and (case.records <= many or many == MOST_RECORDS)
        and short <= case.steps
        and (case.steps <= long or long == MOST_STEPS)
        and (claim.checkpoints or case.checkpoints is None)
        and (claim.workspace or not case.workspace)
        and (claim.lengths or case.lengths is None)
        and all(case.sizes[name] in sizes for name, sizes in claim.sizes.items() if name in case.sizes)
        and (claim.ends or not isinstance(objective, Cotangents) or not any(a.any() for a in objective.state))
        and (case.chunk is None or case.chunk in claim.chunks)
        and not claim.compiled
    )


def _truncation(claim: Claim, case: Case) -> bool:
    truncation = case.truncation
    return (
        not isinstance(truncation, Standard)
        or truncation.kind in claim.truncations
        or truncation in claim.truncations
    )
