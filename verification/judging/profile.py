"""How thorough a run is."""

from dataclasses import dataclass

from verification.judging.arguments import checked_count

# Combinations of levels of this many factors occur by default: faults that need more than three are rare.
STRENGTH = 3


@dataclass(frozen=True)
class Profile:
    """How many cases are drawn, beside those of the designed sample.

    ``cases``: the number in floating point; ``exact_cases``: in Fractions, for an engine that claims those.
    ``strength``: for how many factors (at least 1) all possible combinations of levels occur in an
    informative case of the sample; from 2 on, there are also rows in which several sizes are large.
    ``faults``: on how many problems a bug is injected, for the detection curve. ``explained``: whether every
    mutant is reported with its smallest example and diagnosis.
    """

    name: str
    cases: int
    exact_cases: int = 30
    faults: int = 0
    explained: bool = False
    strength: int = STRENGTH

    def __post_init__(self) -> None:
        for name in ("cases", "exact_cases", "faults"):
            checked_count(name, getattr(self, name))
        checked_count("strength", self.strength, 1)


QUICK = Profile("quick", cases=100, exact_cases=60, faults=50)
THOROUGH = Profile("thorough", cases=20_000, exact_cases=4_000, faults=300, explained=True, strength=4)
# The judgement that a training waits for, within its scope: 35 s of processor time of an LSTM, thus less than
# half a minute on two cores. Triples of levels meet as in a quick run, and the cases beside them are few.
BRIEF = Profile("brief", cases=30, exact_cases=30, faults=10)
PROFILES = {profile.name: profile for profile in (QUICK, THOROUGH, BRIEF)}
