"""Circumstances: healthy cases, each of which differs in one factor of the designed sample.

Another truncation, number type or function, a missing cotangent, zeros, patterns, magnitudes, arrays that are
parts of others, records that end early: if the case without it is right, and the one with it is wrong, the
fault depends on it.
"""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from verification.diagnosis.probe import healthy_case
from verification.models.case import Case, name_of
from verification.properties.engine import Engine
from verification.sampling.conditions import conditions
from verification.sampling.covering import Level, possible
from verification.sampling.exclusions import rules
from verification.sampling.factors import IN_C_ORDER, MIXED, ORDINARY, table
from verification.sampling.numbering import Row, factor_of, least_steps
from verification.sampling.sample import by_levels

# Of these there are properties of their own, which compare a call with another one.
APART = ("checkpoints", "workspace")

# The size that is large in a case of its own: a multiple of most small numbers, and of no power of two from
# 16 on, so that last blocks are whole, or are not.
LARGE = 120

# Lengths as ranks: sorted either way no record stays in its place, and to sort twice is not to sort back.
RANKS = (1, 3, 0, 2)


def circumstances(engine: Engine) -> Iterator[Case]:
    """The plain case, then one case for each other level of each factor."""
    model, claim = engine.model, engine.claim
    healthy = healthy_case(engine)
    factors = {name: levels for name, levels in table(model, claim).items() if name not in APART}
    # It says of no array how it lies.
    factors["layout"] = tuple(level for level in factors["layout"] if level != MIXED)
    plain: dict[str, Level] = {name: levels[0] for name, levels in factors.items()}
    plain |= {"type": name_of(healthy.dtype), "losses": factors["losses"][-1], "layout": IN_C_ORDER}
    plain |= {factor_of(name): (size, size) for name, size in healthy.sizes.items()}
    if ORDINARY in factors["states"]:
        plain["states"] = ORDINARY
    excluded, sized = rules(model, claim), {*map(factor_of, healthy.sizes)}
    yield _case(engine, healthy, plain)
    known = conditions(model, claim)
    for name, levels in (*factors.items(), *known.items()):
        for level in levels if name not in sized else ():
            row = {**plain, name: level}
            if name == "lengths" and level != plain[name]:
                yield ending_early(engine)
            elif level != plain[name] and possible(row, excluded):
                yield _case(engine, healthy, row)


def _case(engine: Engine, healthy: Case, levels: dict[str, Level]) -> Case:
    """The case of a row, with the same random numbers as every other row's."""
    least = least_steps({**levels, "lengths": "alike"}, engine.claim.steps[0])
    sizes = {**healthy.sizes, "T": max(healthy.steps, least)}
    return by_levels(Row(levels, sizes), engine.model, engine.claim, np.random.default_rng(7))


def ending_early(engine: Engine) -> Case:
    """A healthy case of records that end at different steps, with as many of both as the claim allows."""
    steps = max(len(RANKS), engine.claim.steps[0] + len(RANKS) - 1)
    healthy = healthy_case(engine, steps, len(RANKS))
    least, ranks = engine.claim.steps[0], RANKS[: healthy.records]
    return replace(healthy, lengths=tuple(max(least, healthy.steps - len(RANKS) + 1 + n) for n in ranks))


def large(engine: Engine) -> Iterator[Case]:
    """Healthy cases with one large size each, up to that of the claim."""
    if engine.claim.compiled:
        return
    healthy = healthy_case(engine)
    for name in healthy.sizes:
        sizes = {**healthy.sizes, name: engine.claim.sizes.get(name, (LARGE,))[-1]}
        dimensions = {each: size for each, size in sizes.items() if each not in ("N", "T")}
        yield healthy_case(engine, sizes["T"], sizes["N"], dimensions)
