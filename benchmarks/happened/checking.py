"""The results of the verifier and of other checkers for one bug of the collection."""

import importlib.util
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.happened.bug import Bug
from benchmarks.happened.called import CalledBug
from benchmarks.verdict import CHECKERS, timed
from verification import verify
from verification.judging.judgement import Judgement
from verification.judging.profile import QUICK, Profile

# The cases of other checkers: small numbers, and what their own documentation suggests: double
# precision, standard normal numbers, few records (CS231n), rows as in the example of extending PyTorch (20).
SMALL, DOCUMENTED = "small", "documented"
CASES: dict[str, Any] = {
    SMALL: {"records": 2, "steps": 4},
    DOCUMENTED: {"records": 2, "steps": 20, "normal": True},
}

STRENGTHS = (1, 2, 3)

RIGHT, WRONG, RAISED = "right", "wrong", "raised"


@dataclass(frozen=True)
class Said:
    """The verdict of the default scope, in seconds of processors; the least strength whose designed cases
    alone refute it, None where none does; has the sentence the record's words; the sentence; and what each
    checker says, by case."""

    verdict: str
    seconds: float
    strength: int | None
    named: bool
    sentence: str
    checkers: dict[str, dict[str, str]]


def by_verifier(bug: Bug) -> Said:
    """Judge a wrong engine as its user would, without cached truths; no other checker has run."""
    found: list[Judgement] = []
    _, seconds = timed(lambda: found.append(judged(bug)))
    sentence = sentence_of(found[0])
    return Said(found[0].verdict, round(seconds, 2), least(bug), bug.is_named(sentence), sentence, {})


def by_others(bug: Bug, wrong: bool, checkers: dict[str, Callable[[Any], str]]) -> dict[str, dict[str, str]]:
    """What each checker says of the wrong engine, or of its right twin, by case."""
    return {name: {case: says(check, bug, wrong, case) for case in CASES} for name, check in checkers.items()}


def judged(bug: Bug, profile: Profile = QUICK) -> Judgement:
    """Its verdict, with no truth kept."""
    return verify(bug.engine(), profile, cache=False)


def designed(strength: int) -> Profile:
    """The designed sample alone."""
    return Profile(f"strength {strength}", cases=0, exact_cases=0, strength=strength)


def least(bug: Bug) -> int | None:
    """The least strength whose designed cases refute it."""
    return next((each for each in STRENGTHS if judged(bug, designed(each)).verdict == "refuted"), None)


def sentence_of(judgement: Judgement) -> str:
    """What the diagnosis says, "" where there is none."""
    return "" if judgement.diagnosis is None else judgement.diagnosis.sentence


def says(check: Callable[[Any], str], bug: Bug, wrong: bool, case: str) -> str:
    """What a checker says of an engine; one that ends by what the engine raises has found it as well."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return WRONG if check(CalledBug(bug, wrong, **CASES[case])) else RIGHT
        except ImportError:
            raise
        except Exception:
            return RAISED


def installed() -> dict[str, Callable[[Any], str]]:
    """The checkers whose packages are there, which are not imported yet."""
    needs = {"gradcheck": "torch", "gradcheck, fast": "torch", "check_grads": "jax"}
    return {
        name: check for name, check in CHECKERS.items() if importlib.util.find_spec(needs.get(name, "numpy"))
    }
