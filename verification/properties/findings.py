"""The properties, in the order in which they are checked and shown, and the findings of a case."""

from collections.abc import Iterator, Mapping
from functools import cache, partial
from itertools import chain

from verification.models.case import Case
from verification.properties.additivity import ADDITIVITY
from verification.properties.calling import beyond
from verification.properties.conduct import (
    INPUTS_STAY,
    MEMORY_LAYOUT,
    ORDER_OF_NAMES,
    REUSED_ARRAYS,
    SECOND_CALL,
)
from verification.properties.cut import CUT
from verification.properties.engine import Engine
from verification.properties.exactness import (
    EXACT,
    INTEGERS,
    LARGER,
    OWN_TRUNCATIONS,
    exact_truth,
    fixed_truth,
)
from verification.properties.gradients import AUTOGRAD, COMPLEX_STEP, FORWARD, LAGS
from verification.properties.in_a_row import ANOTHER_THREAD, CALLS_IN_A_ROW, FORWARDS_IN_A_ROW
from verification.properties.interleaved import INTERLEAVED_CALLS, SECOND_BACKWARD
from verification.properties.linearity import LINEARITY
from verification.properties.padding import PADDING
from verification.properties.partial import PARTIAL_GRADIENTS
from verification.properties.per_step import LAG_BY_LAG
from verification.properties.process import PROCESS_STAYS
from verification.properties.property import AGAIN, FORM, About, Finding, Property
from verification.properties.ragged import rounded_truth
from verification.properties.records import RECORDS_ADD_UP, RECORDS_PERMUTE
from verification.properties.remarks import settled
from verification.properties.trial import CaseTruth, Trial, found
from verification.properties.truth import Truth
from verification.properties.units import UNITS_PERMUTE
from verification.properties.variants import BITS, IDENTITIES, RECOMPUTATION, WORKSPACE
from verification.sampling.claim import Claim
from verification.sampling.numbering import Row
from verification.sampling.turns import Turns
from verification.truth.memo import Memory, nothing

PROPERTIES: tuple[Property[Trial], ...] = (
    FORM,
    FORWARD,
    AUTOGRAD,
    LAGS,
    COMPLEX_STEP,
    LAG_BY_LAG,
    LINEARITY,
    ADDITIVITY,
    IDENTITIES,
    RECORDS_ADD_UP,
    RECORDS_PERMUTE,
    UNITS_PERMUTE,
    RECOMPUTATION,
    WORKSPACE,
    PROCESS_STAYS,
    INPUTS_STAY,
    SECOND_CALL,
    REUSED_ARRAYS,
    INTERLEAVED_CALLS,
    SECOND_BACKWARD,
    CUT,
    ORDER_OF_NAMES,
    CALLS_IN_A_ROW,
    FORWARDS_IN_A_ROW,
    ANOTHER_THREAD,
    PARTIAL_GRADIENTS,
    MEMORY_LAYOUT,
    PADDING,
    BITS,
    EXACT,
    INTEGERS,
    LARGER,
    OWN_TRUNCATIONS,
)

BY_NAME: Mapping[str, Property[Trial]] = {each.name: each for each in PROPERTIES}


def truth_of(case: Case, memory: Memory = nothing) -> CaseTruth:
    """The truth of a case: it depends on the type of its numbers, and on whether records end early.

    ``memory``: may have some of it already, for a case whose numbers round.
    """
    if case.dtype == object:
        return exact_truth(case)
    return rounded_truth(case, memory)


def truth_for(property_: Property[Trial], case: Case, memory: Memory = nothing) -> CaseTruth:
    """The truth of a case for this property, which is the only one checked if it has cases of its own."""
    if property_.about is About.ONCE:
        return Truth(case, memory, property_)
    return fixed_truth(case, property_) if property_.about is About.FIXED else truth_of(case, memory)


# What is checked on the rows of most numbers as well: views, pools and in-place paths begin at some MiB.
OF_LARGEST = (INPUTS_STAY, SECOND_CALL, REUSED_ARRAYS, INTERLEAVED_CALLS, SECOND_BACKWARD)

# For a slow engine, properties in turn go first to rows with at least so many levels that they have not met.
NEW = (8, 4, 2, 1)


def turns(claim: Claim, slow: bool = False) -> Turns:
    """Which properties are checked in turn, by name; large rows and small ones separately.

    For a slow engine these are all that need further calls, and large rows are as good as small ones.
    """

    def is_large(row: Row) -> bool:
        return beyond(row.sizes, claim.least)

    def names(row: Row, in_turn: bool) -> tuple[str, ...]:
        return of_kind(is_large(row), in_turn)

    @cache
    def of_kind(large: bool, in_turn: bool) -> tuple[str, ...]:
        some = (each for each in applicable(claim) if each.of_large or not large)
        return tuple(each.name for each in some if each.takes_turns(large, slow) == in_turn)

    taking, always = partial(names, in_turn=True), partial(names, in_turn=False)
    if slow:
        return Turns(taking, always, first=0, numbers=False, least=NEW)
    return Turns(taking, always, apart=is_large)


def at_sizes(claim: Claim) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """For products of sizes: the properties checked on every case, those dealt out, which need further calls,
    and those of them that the largest case gets.
    """
    every = applicable(claim)
    always = tuple(each.name for each in every if each.of_large and not each.takes_turns(True))
    dealt = tuple(each.name for each in every if each.about in AGAIN and each.name not in always)
    return always, dealt, tuple(each.name for each in OF_LARGEST if each.name in dealt)


def prepared(claim: Claim, truth: CaseTruth, turns: tuple[str, ...] | None = None) -> CaseTruth:
    """The truth, with everything computed that the properties of an engine with this claim need."""
    for each in checked_on(claim, truth, turns) if truth.determined else ():
        each.prepare(claim, truth)
    return truth


def applicable(claim: Claim) -> tuple[Property[Trial], ...]:
    """The properties that apply to an engine with this claim, on cases whose numbers round."""
    apart = (About.FORM, About.EQUALITY, About.FIXED, About.ONCE)
    return tuple(each for each in PROPERTIES if each.about not in apart and each.applies(claim))


def checked_on(
    claim: Claim, truth: CaseTruth, turns: tuple[str, ...] | None = None
) -> tuple[Property[Trial], ...]:
    """The properties that are checked on such a case; only those in ``turns``, if given.

    On a large case, a property that needs further calls is checked only if ``turns`` names it.
    """
    if truth.only is not None:
        return (truth.only,)
    every = applicable(claim)
    if turns is not None:
        every = tuple(each for each in every if each.name in turns)
    named = turns is not None
    return tuple(e for e in every if e.of_large or not truth.large or (named and e.about in AGAIN))


def findings(
    engine: Engine,
    truth: CaseTruth,
    names: tuple[str, ...] | None = None,
    turns: tuple[str, ...] | None = None,
) -> Iterator[Finding]:
    """The findings of the properties that are checked, or of those among them that are named.

    A case that is not determined gets the form alone. A case of Fractions, or of whole numbers that nothing
    rounds, gets equality, whatever is named. A case that the engine does not support is found as *declined*,
    and an error that coarse functions explain as a *remark*.
    """
    chosen = checked_on(engine.claim, truth, turns)
    if names is not None and truth.only is None:
        chosen = tuple(each for each in chosen if each.name in names)
    trial = Trial(engine, truth)
    # Everything is found before it is settled. Chained maps, not a generator, so that no Python frame of ours
    # is between the caller and the engine.
    every = map(list, (found(chosen, trial),))
    return chain.from_iterable(map(partial(settled, trial, chosen), every))
