"""A case of random numbers made into one of the magnitudes, patterns, zeros and layouts of its levels."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from verification.models.case import Case, in_domains
from verification.models.layouts import SHARED
from verification.sampling.arranging import layouts_of, repeating, sharing
from verification.sampling.factors import IN_C_ORDER
from verification.sampling.magnitudes import with_magnitudes
from verification.sampling.patterns import with_patterns
from verification.sampling.zeros import with_zeros


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
