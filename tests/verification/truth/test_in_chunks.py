"""A delta rule in chunks: its bound is that of sums whose terms cancel, and its truth the same."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from tests.cases import a_case
from tests.layers import edited
from tests.layers.chunked import delta_rule, gated_delta_rule
from tests.verification.properties.refuting import refuted_by
from verification import Scope, Standard, layer, models
from verification.models import variants
from verification.models.case import Cotangents, stored
from verification.models.departures import departed
from verification.models.functions import Arithmetic, Namespace
from verification.models.model import NamedArrays
from verification.models.terms import Terms
from verification.properties.cut import cut
from verification.properties.findings import truth_of
from verification.properties.ragged import rounded_truth
from verification.properties.trial import Trial
from verification.truth import in_chunks, replay, soundness
from verification.truth.in_chunks import drawn_in_chunks
from verification.truth.lag_table import grouped_table
from verification.truth.memo import digest_of
from verification.truth.perturbed_replays import replayed
from verification.truth.reverse import make_vjp
from verification.truth.soundness import check

TYPES = [np.float32, np.float64]


def by_autograd(model):
    """The model's own step on terms as a layer that computes in chunks, differentiated by autograd."""

    def run(chunk, leaves):
        inputs = dict(leaves)
        terms, outputs = Terms.of(inputs.pop("S0"), lambda array: array), []
        for t in range(inputs["q"].shape[1]):
            if t and t % chunk == 0:
                terms = Terms.of(terms.whole, terms.rounded)
            x = NamedArrays({name: array[:, t] for name, array in inputs.items()})
            terms = model.in_chunks(Namespace(model.chosen({}), Arithmetic()), x, terms)
            outputs.append(model.output(None, None, x, terms))
        return *outputs, terms.whole

    def forward(params, xs, state, chunk):
        back, (*outputs, S) = make_vjp(partial(run, chunk), {**xs, "S0": state[0]})
        return np.stack(outputs, axis=1), (S,), back

    def backward(back, d_outputs, d_state):
        grads = back([*np.swapaxes(d_outputs, 0, 1), *d_state])
        d_S = grads.pop("S0")
        return {}, grads, (d_S,)

    return forward, backward


LAYERS = {
    "delta_rule": (models.delta_rule, (delta_rule.forward, delta_rule.backward)),
    "gated_delta_rule": (models.gated_delta_rule, (gated_delta_rule.forward, gated_delta_rule.backward)),
    "rwkv7": (models.rwkv7, by_autograd(models.rwkv7)),
}


def engine_of(name, chunk=64):
    """One that computes in chunks, and says so."""
    model, (forward, backward) = LAYERS[name]
    return layer(partial(forward, chunk=chunk), backward, model=model, scope=Scope(chunk=chunk))


def cancelling(engine, dtype, steps, chunk=64, of="final state"):
    """One key at every step, of length 1, that takes half away: little is left of what steps add up.

    Nothing is added but the initial state, or the first step's value; and the losses are one.
    """
    case = a_case(engine.model, 2, steps, dtype, sizes={"A": 1, "K": 1, "V": 2})
    ones = {"k": 1, "kappa": 1, "beta": 0.5, "a": 0.5}
    blocks = {n: np.full_like(a, ones[n]) if n in ones else a for n, a in case.blocks.items()}
    blocks["v"] = blocks["v"] * (np.arange(steps) == 0)[:, None, None]
    d_outputs, (d_state,) = case.objective.outputs, case.objective.state
    if of == "final state":
        d_outputs = 0 * d_outputs
    else:
        d_outputs, d_state = d_outputs * (np.arange(steps) == steps - 1)[:, None, None], 0 * d_state
    return replace(case, blocks=blocks, objective=Cotangents(d_outputs, (d_state,)), chunk=chunk)


@pytest.mark.parametrize("of", ["final state", "last output"])
@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("name", LAYERS)
def test_a_right_layer_is_right_where_terms_cancel(name, dtype, of):
    """By every property, in small cases and in large ones; and wrong by that of steps, if it says nothing."""
    for engine, steps in ((engine_of(name), 7), (engine_of(name), 24), (engine_of(name, 5), 24)):
        case = cancelling(engine, dtype, steps, engine.claim.chunk, of)
        assert truth_of(case).determined
        assert not refuted_by(engine, case)
    unsaid = cancelling(engine_of(name), dtype, 24, None, of)
    assert refuted_by(engine_of(name), unsaid, ("autograd",))


def assert_same_but_wider(plain, chunked):
    assert plain.keys() == chunked.keys()
    for part, expected in plain.items():
        np.testing.assert_array_equal(chunked[part].truth, expected.truth)
        assert expected.bound <= chunked[part].bound < 4 * expected.bound


@pytest.mark.parametrize("dtype", TYPES)
@pytest.mark.parametrize("made", [grouped_table, replayed])
@pytest.mark.parametrize("name", LAYERS)
def test_the_truth_is_the_same_and_the_bound_of_its_size(name, made, dtype):
    """Of numbers as they come there are more draws, and of another form; no more than that."""
    case = a_case(LAYERS[name][0], 2, 9, dtype)
    plain, chunked = made(case), made(replace(case, chunk=4))
    for one, other in ((plain.expected(), chunked.expected()), (plain.forward(), chunked.forward())):
        assert_same_but_wider(one, other)
        for part, expected in one.items():
            assert (other[part].terms, other[part].lost) == (expected.terms, expected.lost)


OTHERS = {
    "records that end early": lambda case: replace(case, lengths=(20, 7, 13)),
    "records that end early, cut": lambda case: replace(case, lengths=(20, 7, 13), cuts=(0, 6)),
    "long double": lambda case: case.astype(np.longdouble),
    "half precision": lambda case: stored(case.astype(np.float32), np.dtype(np.float16)),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_records_and_types_have_chunks_as_well(name):
    """Their truths are joined, or are those of another type."""
    case = OTHERS[name](a_case(models.gated_delta_rule, 3, 20))
    plain, chunked = rounded_truth(case), rounded_truth(replace(case, chunk=4))
    assert chunked.determined
    assert_same_but_wider(plain.blocks, chunked.blocks)
    assert any(chunked.blocks[part].bound > expected.bound for part, expected in plain.blocks.items())


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("dS = start[:, :, -1:] * dS +", "dS = start[:, :, -1:] * dS * (1 + 1e-9) +"),
        ("+ turned(of_keys) @ K)", ")"),
        ("d_D[:, :, -1] +=", "d_D[:, :, -1] -="),
    ],
)
def test_a_wrong_layer_is_wrong_within_it(right, wrong):
    """In numbers as they come."""
    made = edited(gated_delta_rule, (right, wrong))
    engine = layer(partial(made.forward, chunk=4), made.backward, model=models.gated_delta_rule)
    case = a_case(models.gated_delta_rule, 2, 9)
    assert refuted_by(engine, replace(case, chunk=4), ("autograd",))


def test_a_part_begins_with_a_chunk():
    """Where a run is cut; whole chunks begin elsewhere, and say less of how a part is rounded."""
    case = replace(a_case(models.delta_rule, 2, 16), chunk=6)
    assert case.begins == (0, 6, 12)
    assert replace(case, cuts=(0, 4)).begins == (0, 4, 10)
    assert replace(case, cuts=(6,)).begins == (0, 6, 12)
    for name in LAYERS:
        engine = engine_of(name, 8)
        for seed, steps in enumerate((12, 17, 23)):
            for of in ("final state", "last output"):
                case = cancelling(engine, np.float32, steps, 8, of)
                S0 = case.blocks["S0"] * 1000**seed
                trial = Trial(engine, truth_of(replace(case, blocks={**case.blocks, "S0": S0})))
                assert [wrong for _, wrong, _ in cut(trial) if wrong] == []


def test_draws_are_made_where_chunks_are_known():
    """Of the full gradient by cotangents, of real numbers, of a model that says what its chunks keep."""
    case = replace(a_case(models.gated_delta_rule, 2, 5), chunk=2)
    assert drawn_in_chunks(case)
    assert drawn_in_chunks(replace(case, chunk=None)) is None
    assert drawn_in_chunks(replace(case, truncation=Standard("Window", (2,)))) is None
    assert drawn_in_chunks(replace(a_case(models.gated_linear_attention, 2, 5), chunk=2)) is None
    assert drawn_in_chunks(replace(a_case(models.gated_delta_rule, 2, 5, losses="every"), chunk=2)) is None
    assert drawn_in_chunks(case.astype(np.complex128)) is None
    held = departed(models.gated_delta_rule, {"S0": "stop"})
    assert drawn_in_chunks(replace(case, model=held)) is None
    for model in (variants.gated_delta_rule_scaled, variants.gated_delta_rule_of_decays):
        assert drawn_in_chunks(replace(a_case(model, 2, 5), chunk=2))


def test_many_records_are_computed_in_turn(monkeypatch):
    """Each has its own draws."""
    case = replace(a_case(models.rwkv7, 5, 6), chunk=4)
    together = drawn_in_chunks(case)
    monkeypatch.setattr(in_chunks, "KEPT", 1)
    apart, truth = drawn_in_chunks(case), replay.gradient(case)
    for name, array in together.grads.items():
        for draws in (array, apart.grads[name]):
            assert draws.shape[1:] == truth[name].shape
            np.testing.assert_allclose(draws, np.broadcast_to(truth[name], draws.shape), 1e-10, 1e-12)
            assert len({draw.tobytes() for draw in draws}) == len(draws) > 1


def test_a_truth_is_that_of_its_chunks():
    """Which are no part of it where they change nothing."""
    for model, alike in ((models.delta_rule, False), (models.scan, True)):
        case = a_case(model, 2, 5)
        digests = {digest_of(replace(case, chunk=chunk), "") for chunk in (None, 2, 4)}
        assert (len(digests) == 1) == alike


def test_a_step_on_terms_is_checked_in_two_chunks_of_which_one_is_not_whole(monkeypatch):
    """In one chunk nothing would be handed on, and in chunks of one step no terms would meet."""
    begun = []

    def noted(case):
        begun.append((case.begins, case.steps))
        return drawn_in_chunks(case)

    monkeypatch.setattr(soundness, "drawn_in_chunks", noted)
    check(replace(models.delta_rule, name="noted"))
    assert {*begun} == {((0, 2), 3)}


def test_another_step_on_terms_is_refused():
    """Its draws would be far from the truth, and the bound with them."""

    def twice(f, x, S):
        return models.delta_rule.in_chunks(f, x, S).plus(x.k, 1e-3 * x.v)

    with pytest.raises(ValueError, match=r"its oracles disagree on .*: autograd, and in_chunks"):
        check(replace(models.delta_rule, name="twice", in_chunks=twice))
    with pytest.raises(ValueError, match=r"in_chunks does not run: AttributeError: .*'nothing'"):
        check(replace(models.delta_rule, name="other", in_chunks=lambda f, x, S: S.nothing))
