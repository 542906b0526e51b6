"""Cases of Fractions, for engines that claim to be exact in them.

Digits grow with every step, so these are small: an LSTM of two units has some 1,200 after three steps.
"""

from dataclasses import replace
from fractions import Fraction

import numpy as np

from verification.models.arrays import Array
from verification.models.case import Case, in_domains
from verification.models.model import Model
from verification.sampling.claim import Claim, rational
from verification.sampling.covering import Level
from verification.sampling.design import Design
from verification.sampling.exclusions import estimate, rules
from verification.sampling.factors import MOST_IN_FRACTIONS, ORDINARY, Span, table, within
from verification.sampling.numbering import Row
from verification.sampling.sample import case_of

# The most steps without functions, and with one.
LINEAR_STEPS = 6
MOST_STEPS = 3

# What numbers between −1 and 1 are made into: so many ths, none of them 0.
DENOMINATORS = (1, 2, 3)

# Of how many factors of the designed sample all levels meet: the array of three is several times as long.
MOST_STRENGTH = 2


def in_fractions(model: Model, claim: Claim) -> Design:
    """The designed sample of Fractions: truncations, functions, losses, sizes, layouts, ways to compute."""
    small = _small(model, claim)

    def make(row: Row, rng: np.random.Generator) -> Case:
        return _in_fractions(case_of(row, model, small, rng), row.levels["denominator"])

    return Design(
        factors={**_factors(model, small), "denominator": DENOMINATORS},
        rules=rules(model, small),
        shortest=small.steps[0],
        seconds=estimate(model, small),
        make=make,
        of="in Fractions",
        most=MOST_STRENGTH,
    )


def _small(model: Model, claim: Claim) -> Claim:
    """The claim with rational functions alone, and few records and steps."""
    most_steps = MOST_STEPS if model.functions else LINEAR_STEPS
    return replace(
        claim,
        functions=rational(model, claim),
        # In which numbers are drawn before they are made into Fractions.
        dtypes=("float64",),
        records=_at_most(MOST_IN_FRACTIONS, claim.records),
        steps=_at_most(most_steps, claim.steps),
        lengths=False,
        # Of which the loss is not rational.
        classes=False,
        compiled=False,
    )


def _at_most(most: int, span: Span) -> Span:
    return span[0], max(span[0], min(span[1], most))


def _factors(model: Model, small: Claim) -> dict[str, tuple[Level, ...]]:
    """Those of a claim in floating point, with every size as a class and ordinary numbers."""
    factors = table(model, small)
    spans = {"N": small.records, "T": small.steps}
    for name in factors:
        if name in spans or name.startswith("size "):
            least, most = spans.get(name, (1, MOST_IN_FRACTIONS))
            few = (within(small, name.removeprefix("size "), n) for n in range(least, most + 1))
            factors[name] = tuple((n, n) for n in dict.fromkeys(few))
        elif ORDINARY in factors[name]:
            factors[name] = tuple(level for level in factors[name] if level in ("zero", ORDINARY))
    return factors


def _in_fractions(case: Case, denominator: int) -> Case:
    """Numbers between −1 and 1 as whole numbers over a denominator; none becomes 0 that was not."""

    def changed(array: Array) -> Array:
        made = np.empty(array.shape, dtype=object)
        for index, number in np.ndenumerate(array):
            whole = int(np.sign(number) * np.ceil(abs(number) * 3))
            made[index] = Fraction(whole, denominator)
        return made

    blocks = {name: changed(array) for name, array in case.blocks.items()}
    return in_domains(replace(case, blocks=blocks, objective=case.objective.replaced(changed)))
