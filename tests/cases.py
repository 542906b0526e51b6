"""Small cases of any model, and of the vanilla one with a loss, of different dimensions; and comparison."""

import numpy as np

from verification.adapters import layer
from verification.adapters.rnn.larger import vanilla_case
from verification.models.case import random_case
from verification.models.truncation import FULL
from verification.sampling.at_random import AtRandom
from verification.sampling.drawing import all_drawn
from verification.sampling.draws import cases
from verification.sampling.exclusions import rules
from verification.sampling.gaps import rows_between
from verification.sampling.resolving import resolved
from verification.sampling.sample import in_floats


def a_case(model, records=2, steps=3, dtype=np.float64, seed=0, least=2, **options):
    """Random numbers, always the same; of a complex model complex ones of that precision.

    Its dimensions count from ``least`` on, but for ``sizes``.
    """
    sizes = {name: least + i for i, name in enumerate(model.dimensions)} | options.pop("sizes", {})
    dtype = np.result_type(dtype, np.complex64) if model.complex else np.dtype(dtype)
    return random_case(model, np.random.default_rng(seed), sizes, records, steps, dtype, **options)


def a_network(activation="tanh", truncation=FULL, sizes=(2, 4, 3, 5, 6), scale=0.5, seed=0, **options):
    """N, T, D, H and K; numbers that are neither tiny nor huge, and a loss on every step."""
    N, T, D, H, K = sizes
    shapes = {"U": (H, D), "W": (H, H), "b": (H,), "V": (K, H), "c": (K,)}
    shapes |= {"xs": (N, T, D), "targets": (N, T, K), "h0": (N, H)}
    rng = np.random.default_rng(seed)
    drawn = {name: scale * rng.standard_normal(shape) for name, shape in shapes.items()}
    return vanilla_case(drawn, activation, truncation, **options)


def claimed(model, scope=None, adapter=layer):
    """What an engine of it claims: all that its adapter can say, or what a scope leaves of that."""
    return resolved(scope, model, adapter.CAPABILITIES)


def rules_of(model, scope=None, adapter=layer):
    """What is excluded of its sample."""
    return rules(model, claimed(model, scope, adapter))


def assert_alike(found, wanted, within, relative=0):
    """Gradients of the same blocks, which differ by no more than that."""
    assert found.keys() == wanted.keys()
    for name, array in wanted.items():
        np.testing.assert_allclose(found[name], array, rtol=relative, atol=within, err_msg=name)


def made_of(model, claim):
    """Cases by whatever makes any: designed, between levels, drawn, and at random."""
    rng = np.random.default_rng(0)
    design = in_floats(model, claim)
    at_random = AtRandom(design)
    rows = [*design.rows(2)[::9], *rows_between(model, claim, 0).values()]
    yield from (design.make(row, rng) for row in rows)
    yield from all_drawn(cases(model, claim), "0", 6)
    yield from (at_random.case(rng) for _ in range(6))
