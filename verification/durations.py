"""What a run is expected to take, part by part. Only the proportions matter (``verification.progress``)."""

from collections.abc import Mapping

from verification.mutants import CATALOGUE, EQUIVALENT
from verification.sine import ARTICLE, LONG
from verification.suite import EVERY_PROPERTY, Profile

# Seconds of one unit of each part. Every command of ``python -m verification`` ends with the seconds of its
# parts; these are from runs with OPENBLAS_NUM_THREADS=1 on two cores that other work shared.
CASE = 0.037
SCALARS = 3.0
MUTANT = 0.2
EXAMPLE = 1.5
PUBLISHED_RULE = 1.0
FAULT = 0.2
EPOCH = 0.1
DIAGNOSIS = 10.0
ALARM = 0.02
ACCURACY = 0.02
TRAINING = 5.0


# Ways of drawing problems beside the suite's own, each of them exact.
EXACT_DRAWS = len({check.problems for check in EVERY_PROPERTY}) - 1


def of_verify(profile: Profile) -> Mapping[str, float]:
    """Of a profile, when all holds."""
    mutants = of_mutants()
    return {
        "cases": CASE * (profile.cases + EXACT_DRAWS * profile.exact_cases),
        "scalars": SCALARS,
        "mutants": mutants["mutants"],
        **({"their examples": mutants["their examples"]} if profile.explained else {}),
        "published rule": PUBLISHED_RULE,
        "detection": FAULT * profile.faults,
        "training": EPOCH * (ARTICLE.epochs + LONG.epochs),
    }


def of_a_diagnosis() -> Mapping[str, float]:
    """Of what follows when not all holds."""
    return {"diagnosis": DIAGNOSIS}


def of_mutants() -> Mapping[str, float]:
    """Of the whole catalogue."""
    return {
        "mutants": MUTANT * (len(CATALOGUE) + len(EQUIVALENT)),
        "their examples": EXAMPLE * len(CATALOGUE),
    }


def of_article() -> Mapping[str, float]:
    """Of the trainings from every seed."""
    return {"published rule": PUBLISHED_RULE, "trainings": TRAINING}


def of_detection(cases: int) -> Mapping[str, float]:
    """Of so many problems."""
    return {"false alarms": ALARM * cases, "accuracy": ACCURACY * cases, "detection": FAULT * cases}
