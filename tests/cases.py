"""Small cases of any model, whose dimensions differ."""

import numpy as np

from verification.models.case import random_case


def a_case(model, records=2, steps=3, dtype=np.float64, seed=0, least=2, **options):
    """Random numbers, always the same; of a complex model complex ones of that precision.

    Its dimensions count from ``least`` on, but for ``sizes``.
    """
    sizes = {name: least + i for i, name in enumerate(model.dimensions)} | options.pop("sizes", {})
    dtype = np.result_type(dtype, np.complex64) if model.complex else np.dtype(dtype)
    return random_case(model, np.random.default_rng(seed), sizes, records, steps, dtype, **options)
