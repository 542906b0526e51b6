"""The designed sample of a claim in floating point: few cases in which any three levels meet, or four.

``case_of`` makes the numbers of a row.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from verification.models.case import Case, drawn_in, in_domains, random_case, stored
from verification.models.layouts import SHARED
from verification.models.model import Model
from verification.models.stored import dtype_of
from verification.models.truncation import FULL, Standard, TruncationRule
from verification.sampling.admitting import as_claimed
from verification.sampling.arranging import layouts_of, repeating, sharing
from verification.sampling.claim import Claim
from verification.sampling.conditions import conditions
from verification.sampling.design import Design
from verification.sampling.exclusions import estimate, of_numbers, rules
from verification.sampling.factors import IN_C_ORDER, MIXED, OF_MODEL, UNWEIGHTED, table
from verification.sampling.magnitudes import with_magnitudes
from verification.sampling.mixed import is_plain, layouts, mixed, open_to_zeros
from verification.sampling.numbering import Row
from verification.sampling.patterns import with_patterns
from verification.sampling.weighing import weighed
from verification.sampling.zeros import with_cotangents, with_zeros

# For how many steps in all replays go back, at most: what a window of many steps may cost.
REPLAYED = 2_500

# Of how many cases one is of random numbers, but for what its levels say: of those that have no condition,
# and of those that have one, which is to show by itself as well.
PLAIN_OF, CONDITIONED_OF = 5, 3

# And for how many seconds, about.
WINDOW = 0.7


def in_floats(model: Model, claim: Claim) -> Design:
    """The sample of a claim in its number types."""
    return Design(
        factors=table(model, claim),
        rules=rules(model, claim),
        shortest=claim.steps[0],
        seconds=estimate(model, claim),
        make=lambda row, rng: case_of(row, model, claim, rng),
        conditions=conditions(model, claim),
    )


def with_nothing_else(model: Model, claim: Claim) -> Design:
    """The same sample, whose arrays draw nothing beside what a row says: what is wrong shows at once."""
    return replace(in_floats(model, claim), make=lambda row, rng: unmixed(row, model, claim, rng))


def case_of(row: Row, model: Model, claim: Claim, rng: np.random.Generator) -> Case:
    """The numbers of a row; what it says nothing of, each array may have of its own."""
    levels = row.levels

    def further(case: Case) -> Case:
        plain = rng.integers(PLAIN_OF if is_plain(levels) else CONDITIONED_OF) == 0
        return case if plain else mixed(case, claim, rng, open_to_zeros(levels))

    return _laid_out(by_levels(row, model, claim, rng, further), row, claim, rng)


def unmixed(row: Row, model: Model, claim: Claim, rng: np.random.Generator) -> Case:
    """The numbers of a row, with what it says and no more."""
    return _laid_out(by_levels(row, model, claim, rng), row, claim, rng)


def _laid_out(case: Case, row: Row, claim: Claim, rng: np.random.Generator) -> Case:
    return layouts(case, claim, rng) if row.levels["layout"] == MIXED else case


def by_levels(
    row: Row,
    model: Model,
    claim: Claim,
    rng: np.random.Generator,
    further: Callable[[Case], Case] = lambda case: case,
) -> Case:
    """The numbers of a row, with what it says and no more, its arrays to be laid out as it says.

    ``further``: what random numbers have before the levels make anything of them.
    """
    levels, steps, records = row.levels, row.sizes["T"], row.sizes["N"]
    functions = {role: levels[f"function {role}"] for role in claim.functions}
    losses = {"last step": "last", "every step": "every"}.get(levels["losses"], "cotangents")
    dtype = dtype_of(levels["type"])
    held = drawn_in(dtype)
    case = as_claimed(claim, random_case(model, rng, row.sizes, records, steps, held, functions, losses))
    case = with_cotangents(case, levels["losses"], rng)
    case = weighed(further(case), levels.get("weights", UNWEIGHTED), levels.get("loss", OF_MODEL), rng)
    case = conditioned(case, levels, rng)
    return replace(
        case if held == dtype else stored(case, dtype),
        truncation=_truncation(
            levels["truncation"], steps, _back(steps, of_numbers(model, claim, levels)), rng
        ),
        checkpoints=_checkpoints(levels.get("checkpoints", "none"), steps),
        workspace=levels.get("workspace", False),
        chunk=levels.get("chunk", case.chunk),
        least=claim.least,
        lengths=_lengths(levels.get("lengths", "alike"), case, claim.steps[0], rng),
    )


def conditioned(case: Case, levels: Mapping[str, Any], rng: np.random.Generator) -> Case:
    """The case with what its levels say of its numbers, by factor, and of how they lie in memory.

    What a pattern or a magnitude makes of the numbers of a domain is brought into it again.
    """
    layout = levels.get("layout", IN_C_ORDER)
    case = in_domains(with_magnitudes(with_patterns(case, levels, rng), levels, rng))
    if layout == "repeated":
        case = repeating(case, rng)
    case = with_zeros(case, levels, rng)
    if layout == SHARED:
        case = sharing(case, rng)
    return replace(case, layouts=layouts_of(case, layout, rng))


def _lengths(level: str, case: Case, least: int, rng: np.random.Generator) -> tuple[int, ...] | None:
    """Where each record ends, at one of three steps at most, and not all at the last."""
    if level == "alike":
        return None
    ends = rng.integers(least, case.steps, 2, endpoint=True)
    ends[0] = min(ends[0], case.steps - 1)
    chosen = rng.choice([*ends, case.steps], case.records)
    chosen[int(rng.integers(case.records))] = ends[0]
    return tuple(map(int, chosen))


def _checkpoints(level: str, steps: int) -> int | None:
    """After how many steps a state is kept."""
    named = {"none": None, "half": steps // 2, "T - 1": steps - 1, "T": steps}
    return named[level] if level in named else int(level)


def _back(steps: int, seconds: float) -> int:
    """How far the losses of a window may go back: the fewer steps, the more and the larger they are.

    ``seconds``: what the numbers of two replays take.
    """
    return max(1, min(steps - 1, REPLAYED // steps, int(2 * WINDOW / seconds) if seconds else steps))


def _truncation(
    level: str | TruncationRule, steps: int, back: int, rng: np.random.Generator
) -> TruncationRule:
    """A truncation of this level; ``back``: how far a window goes at most."""
    if not isinstance(level, str):
        return level
    if level == "Full":
        return FULL
    kind, _, how = level.partition(",")
    # As far as may be as often as any distance, of which few are far.
    some = int(np.exp(rng.uniform(0, np.log(back + 0.999)))) if rng.integers(2) else back
    match how.strip():
        case "k < T":
            return Standard(kind, (some,))
        case "k ≥ T":
            return Standard(kind, (steps + int(rng.choice((0, 1, 5, 1000))),))
        case "one chunk":
            k1 = steps + int(rng.integers(3))
            return Standard(kind, (k1, k1))
        case "":
            return Standard("Window", (0,))
    ragged = [k1 for k1 in range(2, steps) if steps % k1]
    k1 = ragged[int(rng.integers(len(ragged)))]
    k2 = {"=": k1, ">": k1 + int(rng.choice((1, k1, 3 * k1, steps + 3))), "<": int(rng.integers(1, k1))}
    return Standard(kind, (k1, k2[how.strip().split()[2]]))
