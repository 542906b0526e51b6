"""Checks of other libraries' engines: one case under all properties, or a short run."""

from dataclasses import replace

import numpy as np

from tests.promises import SHORT
from verification import verify
from verification.models.case import random_case
from verification.properties.findings import findings, truth_of
from verification.sampling.admitting import as_claimed
from verification.sampling.draws import some_truncation
from verification.sampling.factors import dimensions


def wrong(engine, dtype=None, records=3, steps=5, ends=None):
    """What the properties find wrong on a case of healthy numbers, as (property, part)."""
    model, claim = engine.model, engine.claim
    sizes = {name: 2 + i for i, name in enumerate(dimensions(model, False))}
    functions = {role: names[0] for role, names in claim.functions.items()}
    case = random_case(
        model, np.random.default_rng(0), sizes, records, steps, np.dtype(dtype or claim.dtypes[-1]), functions
    )
    case = replace(as_claimed(claim, case), truncation=some_truncation(claim.truncations[0]), lengths=ends)
    found = list(findings(engine, truth_of(case)))
    assert found
    return {(each.property, each.part): each.wrong for each in found if each.wrong}


def judged(engine, **options):
    """A short run's judgement."""
    return verify(engine, SHORT, **options)
