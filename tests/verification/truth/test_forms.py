"""A gradient that is made by sums over steps: its bound is that of its terms, and its truth the same."""

from dataclasses import replace

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers import gated_linear_attention as plain
from tests.layers.chunked import gated_linear_attention as chunked
from verification import layer
from verification.models import gated_linear_attention, scalar_gated_linear_attention
from verification.models.case import Cotangents
from verification.models.forms import formed
from verification.properties.findings import findings, truth_of
from verification.truth.lag_table import grouped_table
from verification.truth.perturbed_replays import replayed

UNITS = np.finfo(np.float64).eps / 2


def case_of(model=gated_linear_attention, dtype=np.float64, steps=9):
    """A case whose last decays' gradients are tiny beside their terms: strong decays, and faint states."""
    case = a_case(model, 2, steps, dtype, sizes={"V": 2})
    return replace(case, blocks={**case.blocks, "g": 20 * case.blocks["g"]})


PREFIX = {"g": {"prefix": ("q", "k", "S0")}}


@pytest.mark.parametrize("forms", [chunked.FORMS, PREFIX], ids=["suffix", "prefix"])
@pytest.mark.parametrize("made", [grouped_table, replayed])
@pytest.mark.parametrize("model", [gated_linear_attention, scalar_gated_linear_attention])
def test_the_bound_is_that_of_its_terms(made, model, forms):
    """Of the block that declares it alone; at least their roundings, and of their size."""
    case = case_of(model)
    plain, declared = (made(replace(case, model=each)).expected() for each in (model, formed(model, forms)))
    for name, expected in plain.items():
        np.testing.assert_array_equal(declared[name].truth, expected.truth)
        if name != "g":
            assert declared[name].bound == expected.bound
    q, k = (np.abs(case.blocks[name] * plain[name].truth) for name in "qk")
    axes = -1 if model is scalar_gated_linear_attention else ()
    terms = float(np.max(np.sum(q + k, axis=1).sum(axis=axes)))
    assert plain["g"].bound + UNITS * terms < declared["g"].bound < plain["g"].bound + 5000 * UNITS * terms


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_right_layer_in_chunks_is_right_within_it(dtype):
    """And by every property; without it, what its terms leave is taken for a fault."""
    case = case_of(dtype=dtype)
    for forms, right in ((chunked.FORMS, True), (None, False)):
        engine = layer(chunked.forward, chunked.backward, model=gated_linear_attention, forms=forms)
        of = replace(case, model=engine.model)
        wrong = [each for each in findings(engine, truth_of(of)) if each.wrong is not None]
        assert (wrong == []) == right
        assert {each.part for each in wrong} <= {"g"}


def test_a_wrong_sum_is_seen_within_it():
    """One part in a hundred million of the decays' gradient, and what the final state is owed."""
    case = a_case(gated_linear_attention, steps=5, sizes={"V": 2})

    def wrong(change):
        def backward(saved, d_outputs, d_state):
            d_params, d_xs, d_initial = chunked.backward(saved, d_outputs, d_state)
            return d_params, {**d_xs, "g": change(d_xs["g"], saved[3], d_state)}, d_initial

        model = gated_linear_attention
        return layer(chunked.forward, backward, model=model, forms=chunked.FORMS)

    for change in (
        lambda d, S, d_state: d * (1 + 1e-8),
        lambda d, S, d_state: d - (S * d_state[0]).sum(axis=-1)[:, None],
    ):
        engine = wrong(change)
        assert isinstance(case.objective, Cotangents)
        found = findings(engine, truth_of(replace(case, model=engine.model)), ("autograd",))
        assert {each.part for each in found if each.wrong is not None} == {"g"}


def by_prefix_sums(change=lambda before: before):
    """The plain layer, with its decays' gradient from the sums over the steps before."""

    def forward(params, xs, state):
        outputs, final, saved = plain.forward(params, xs, state)
        return outputs, final, (saved, xs, state[0])

    def backward(saved, d_outputs, d_state):
        saved, xs, S = saved
        d_params, d_xs, (dS,) = plain.backward(saved, d_outputs, d_state)
        terms = xs["k"] * d_xs["k"] - xs["q"] * d_xs["q"]
        before = change(np.cumsum(terms, axis=1) - terms)
        return d_params, {**d_xs, "g": (S * dS).sum(axis=-1)[:, None] + before}, (dS,)

    return forward, backward


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_right_layer_by_prefix_sums_is_right_within_it(dtype):
    """And by every property; without it, what its terms leave is taken for a fault."""
    case = case_of(dtype=dtype)
    for forms, right in ((PREFIX, True), (None, False)):
        engine = layer(*by_prefix_sums(), model=gated_linear_attention, forms=forms)
        found = [*findings(engine, truth_of(replace(case, model=engine.model)))]
        assert any(each.wrong for each in found) != right
        assert {each.part for each in found if each.wrong} <= {"g"}


def test_a_wrong_prefix_sum_is_seen_within_it():
    """One that is off by a part in a hundred million, or that has its own step's terms."""
    case = a_case(gated_linear_attention, steps=5, sizes={"V": 2})
    for change in (lambda before: before * (1 + 1e-8), lambda before: np.roll(before, -1, axis=1)):
        engine = layer(*by_prefix_sums(change), model=gated_linear_attention, forms=PREFIX)
        found = findings(engine, truth_of(replace(case, model=engine.model)), ("autograd",))
        assert {each.part for each in found if each.wrong is not None} == {"g"}
