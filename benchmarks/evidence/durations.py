"""What a measurement is expected to take by its parts. Only proportions matter (``rnn.console.progress``)."""

from collections.abc import Mapping, Sequence

from benchmarks.evidence.mutants import CATALOGUE, EQUIVALENT, Fault
from verification.judging.profile import Profile

# Seconds of one unit of each part, or of the whole part where it has none, measured as those of
# ``verification.cli.durations``.
MUTANT = 1.8
# By processor time, on two cores: 5.5 s, most of them to compile it.
COMPILED_MUTANT = 2.8
# By the processor time of eight of the mutants, 8.6 times what judging one takes: 3.6 s and 0.42 s.
EXAMPLE = 15.5
PUBLISHED_RULE = 10.0
# What goes on beside the mutants has nearly ended when they have.
REST = 1.0
FAULT = 0.27
# Of the command detection, whose faults took 0.66 s each, at the speed of those above.
ALARM = 0.039
ACCURACY = 0.028
# Of the command adversary: a judgement whose calls are looked at, and one that ends at a refutation.
CALLS, JUDGED = 120.0, 10.0
# By processor time, on two cores, 16 times the 3.1 s of the published rule: 1.8, 2.6 and 0.6 s a seed.
TRAININGS = 160.0

# The part in which they are waited for.
BESIDE_MUTANTS = "scalars, published rule, detection"


def of_evidence(profile: Profile) -> Mapping[str, float]:
    """Of what follows the judgements of a profile, when all holds."""
    mutants = of_mutants("numpy", CATALOGUE, EQUIVALENT)
    return {
        "mutants": mutants["mutants"],
        **({"their examples": mutants["their examples"]} if profile.explained else {}),
        BESIDE_MUTANTS: REST,
    }


def of_mutants(loops: str, wrong: Sequence[Fault], equivalent: Sequence[Fault]) -> Mapping[str, float]:
    """Of these faults of one of the texts, and of edits that are none."""
    count = len(wrong) + len(equivalent)
    if loops == "compiled":
        return {"mutants": COMPILED_MUTANT * count}
    return {"mutants": MUTANT * count, "their examples": EXAMPLE * len(wrong)}


def of_article() -> Mapping[str, float]:
    """Of the trainings from every seed."""
    return {"published rule": PUBLISHED_RULE, "trainings": TRAININGS}


def of_detection(cases: int) -> Mapping[str, float]:
    """Of so many problems."""
    return {"false alarms": ALARM * cases, "accuracy": ACCURACY * cases, "detection": FAULT * cases}


def of_adversary(planted: int) -> Mapping[str, float]:
    """Of the calls of a judgement, and of so many faults that are planted."""
    return {"calls": CALLS, **({"planted": JUDGED * planted} if planted else {})}
