"""What is asked of an engine: the properties that its claim admits, and what they find on one case."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from hypothesis import strategies as st

from verification.models.case import WIDER, Case
from verification.models.model import Model
from verification.properties import again, properties
from verification.properties.apart import lag_by_lag
from verification.properties.derivatives import complex_steps
from verification.properties.engine import Engine, InvalidAnswer, Unsupported
from verification.properties.exactness import ExactTruth, exact_findings
from verification.properties.fixed import WholeTruth, whole_findings
from verification.properties.properties import FORM, Finding, Looked, Trial, Truth
from verification.properties.ragged import RaggedTruth
from verification.sampling.claim import Claim
from verification.sampling.draws import cases
from verification.sampling.fractions import exact_cases

Judged: TypeAlias = Truth | RaggedTruth | ExactTruth | WholeTruth

LAG_BY_LAG = "lag by lag"
UNITS_PERMUTE = "units permute"
BITS = "bits"
PADDING = "padding"
IDENTITIES, RECOMPUTATION, WORKSPACE = "identities", "recomputation", "workspace"

PROPERTIES: dict[str, Callable[[Trial], Looked]] = {
    "forward": properties.forward,
    "autograd": properties.autograd,
    "lags": properties.lags,
    "complex step": complex_steps,
    LAG_BY_LAG: lambda trial: lag_by_lag(trial.engine, trial.truth.case),
    IDENTITIES: again.identities,
    "records add up": properties.records_add_up,
    "records permute": properties.records_permute,
    UNITS_PERMUTE: properties.units_permute,
    RECOMPUTATION: again.recomputation,
    WORKSPACE: again.workspace,
    "inputs stay": properties.inputs_stay,
    "second call": properties.second_call,
    "memory layout": properties.memory_layout,
    PADDING: properties.padding,
    BITS: again.bits,
}

# Those about one call on one problem, which a program can show by itself.
PLAIN = ("forward", "autograd", "lags")

# Those that a large case is asked: by one call, and lag by lag where that costs little.
OF_LARGE = ("forward", "autograd", LAG_BY_LAG)


def asked_of(claim: Claim) -> tuple[str, ...]:
    """The properties that a claim admits."""
    extra = {
        BITS: claim.bits,
        PADDING: claim.lengths,
        IDENTITIES: again.several(claim),
        RECOMPUTATION: claim.checkpoints,
        WORKSPACE: claim.workspace,
    }
    return tuple(name for name in PROPERTIES if extra.get(name, True))


def truth_of(case: Case) -> Truth | RaggedTruth | ExactTruth:
    """What is true of a case, by the type of its numbers, and by whether its records end early."""
    if case.dtype == object:
        return ExactTruth(case)
    return Truth(case) if case.lengths is None else RaggedTruth(case)


def cases_in(dtype: str, model: Model, claim: Claim) -> st.SearchStrategy[Case]:
    """Cases in one number type, of those that a claim admits; "object" for Fractions."""
    return exact_cases(model, claim) if dtype == "object" else cases(model, claim, dtype)


def findings(engine: Engine, truth: Judged, names: tuple[str, ...] | None = None) -> Iterator[Finding]:
    """What the properties find, all that the claim admits or those that are named.

    A case that determines nothing is asked for the form alone, and one of Fractions, or of whole numbers that
    nothing rounds, for equality. What an engine does not do is found as *declined*.
    """
    try:
        if isinstance(truth, ExactTruth):
            yield from exact_findings(engine, truth)
            return
        if isinstance(truth, WholeTruth):
            yield from whole_findings(engine, truth)
            return
        trial = Trial(engine, truth)
        # Asked first: who does not answer in form is refuted by that.
        trial.answer  # noqa: B018
        for name in _asked(truth, asked_of(engine.claim) if names is None else names):
            try:
                for part, wrong, expected in PROPERTIES[name](trial):
                    told = None if wrong is None else str(wrong)
                    yield Finding(name, part, told, expected.size > 0, expected.determined)
            except InvalidAnswer as invalid:
                yield Finding(name, "", str(invalid), lost=invalid.lost)
                if invalid.lost:
                    return
    except InvalidAnswer as invalid:
        yield Finding(FORM, "", str(invalid), lost=invalid.lost)
    except Unsupported as error:
        yield Finding(FORM, "", None, declined=str(error) or "it says no more")


def _asked(truth: Truth | RaggedTruth, names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the properties that a case with this truth is asked."""
    if not truth.determined:
        return ()
    if truth.large:
        names = tuple(name for name in names if name in OF_LARGE)
    if truth.case.dtype not in WIDER:
        # There is no table of a type that no other is wider than.
        names = tuple(name for name in names if name != LAG_BY_LAG)
    return names
