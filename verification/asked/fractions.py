"""Cases of Fractions, for engines that claim to be exact in them.

Digits grow with every step, so these are small: an LSTM of two units has some 1,200 after three steps.
"""

from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from verification.arrays import Array
from verification.asked.case import Case, random_case
from verification.asked.claim import Claim, rational
from verification.asked.draws import dimensions, policies, ways
from verification.asked.model import Model, Use

# The most of each size, of steps without functions, and of steps with one.
MOST = 2
LINEAR_STEPS = 6
MOST_STEPS = 3

# What numbers between −1 and 1 are made into: so many ths, none of them 0.
DENOMINATORS = (1, 2, 3)


@st.composite
def exact_cases(draw: st.DrawFn, model: Model, claim: Claim) -> Case:
    """A small case of Fractions, with rational functions alone."""
    least, most = claim.records
    records = draw(st.integers(least, max(least, min(most, MOST))))
    least, most = claim.steps
    longest = MOST_STEPS if model.functions else LINEAR_STEPS
    steps = draw(st.integers(least, max(least, min(most, longest))))
    losses = draw(st.sampled_from(claim.losses))
    sizes = {name: draw(st.integers(1, MOST)) for name in dimensions(model, losses)}
    functions = {role: draw(st.sampled_from(names)) for role, names in rational(model, claim).items()}
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    case = random_case(model, rng, sizes, records, steps, np.float64, functions, losses)
    denominator = draw(st.sampled_from(DENOMINATORS))

    def in_fractions(array: Array) -> Array:
        made = np.empty(array.shape, dtype=object)
        for index, number in np.ndenumerate(array):
            whole = int(np.sign(number) * np.ceil(abs(number) * 3))
            made[index] = Fraction(whole, denominator)
        return made

    blocks = {name: in_fractions(array) for name, array in case.blocks.items()}
    if claim.states == "zero":
        blocks |= {block.name: 0 * blocks[block.name] for block in model.of(Use.STATE)}
    return replace(
        case,
        blocks=blocks,
        objective=case.objective.replaced(in_fractions),
        policy=draw(policies(claim, steps)),
        **draw(ways(claim, steps)),
    )
