"""What is excluded: what cannot occur, says nothing, or costs too much; and no pair that can be had."""

from dataclasses import replace
from itertools import combinations

import pytest

from tests.cases import claimed, rules_of
from verification.adapters import layer, problem, step
from verification.models import SHIPPED, complex_scan, gated_linear_attention, linear, lstm, scan, vanilla
from verification.sampling.conditions import conditions
from verification.sampling.covering import possible, tuples
from verification.sampling.exclusions import MOST_MEMORY, MOST_WORK, memory, too_large, work
from verification.sampling.factors import CLASSES, table
from verification.sampling.sample import in_floats
from verification.sampling.scope import Scope

LONG = CLASSES[-1]


# Excluded pairs, by rule: what cannot be, or a saturated unit that has none beside it.
PAIRS = {
    "a unit alone, saturated": 1,
    "more parts than steps": 5,
    "checkpoints beyond the steps": 4,
    "checkpoints in a workspace": 5,
}


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.name)
def test_no_pair_that_can_be_had_is_excluded(model):
    """Of a layer; a unit of its own with a saturating function and a bias of 45 cannot say anything."""
    _, excluded = tuples(in_floats(model, claimed(model)).varied, 2, rules_of(model))
    assert +excluded == ({"a unit alone, saturated": 1} if model is vanilla else {})


@pytest.mark.parametrize(("model", "adapter"), [(vanilla, problem), (lstm, step)], ids=["problem", "step"])
def test_no_pair_is_excluded_for_its_work(model, adapter):
    """Other adapters exclude what cannot be."""
    factors = in_floats(model, claimed(model, adapter=adapter)).varied
    _, excluded = tuples(factors, 2, rules_of(model, adapter=adapter))
    for name, count in (+excluded).items():
        assert count <= PAIRS.get(name, 0), name


@pytest.mark.slow
def test_few_triples_are_excluded():
    for model in SHIPPED:
        found, excluded = tuples(in_floats(model, claimed(model)).varied, 3, rules_of(model))
        assert excluded.total() < 0.01 * len(found)


def test_what_cannot_occur_is_excluded():
    """Parts of one step, other lengths of one record, a state kept beyond the steps."""
    ruled = rules_of(vanilla, adapter=problem)
    assert not possible({"T": (1, 1), "truncation": "Window, k < T"}, ruled)
    assert not possible({"T": (2, 2), "truncation": "Chunked, ragged, k2 = k1"}, ruled)
    assert possible({"T": (2, 4), "truncation": "Chunked, ragged, k2 = k1"}, ruled)
    assert not possible({"T": (1, 1), "checkpoints": "half"}, ruled)
    assert not possible({"checkpoints": "1", "workspace": True}, ruled)
    ruled = rules_of(lstm, Scope(lengths=True))
    assert not possible({"N": (1, 1), "lengths": "of their own"}, ruled)
    assert not possible({"T": (1, 1), "lengths": "of their own"}, ruled)
    assert possible({"T": (2, 4), "N": (2, 4), "lengths": "of their own"}, ruled)


def test_512_steps_meet_every_size_and_no_other_condition():
    """Which any other steps do."""
    ruled = rules_of(vanilla)
    levels = conditions(vanilla, claimed(vanilla))
    more = [(name, level) for name in levels for level in levels[name]]
    assert [name for name, level in more if possible({"T": (512, 512), name: level}, ruled)] == ["T"]
    assert all(possible({"T": LONG, name: level}, ruled) for name, level in more if name != "T")


def test_a_unit_alone_is_excluded_where_a_bias_of_45_saturates_it():
    """By tanh, not by softsign; and an LSTM's four gates are never alone."""
    alone = {"size H": (1, 1), "vectors": "one large"}
    ruled = rules_of(vanilla, adapter=problem)
    assert not possible({**alone, "function activation": "tanh"}, ruled)
    for name in ("softsign", "relu", "identity"):
        assert possible({**alone, "function activation": name}, ruled)
    assert possible(alone, ruled)
    assert not possible(alone, rules_of(vanilla))
    assert possible(alone, rules_of(lstm))


def test_a_weight_of_45_that_no_function_bounds_grows_beyond_float32():
    """45 to the 31st is more than it holds; to the 129th less than float64 does."""
    ruled = rules_of(linear)
    large = {"vectors": "one large", "type": "float32"}
    assert not possible({**large, "T": (31, 65)}, ruled)
    assert possible({**large, "T": (5, 17)}, ruled)
    assert possible({**large, "type": "float64", "T": LONG}, ruled)
    ruled = rules_of(linear, Scope(dtypes=("float32",)))
    assert not possible({"vectors": "one large", "T": (31, 65)}, ruled)


def test_work_grows_with_every_size_and_is_bounded():
    """A part of a row is excluded only if the least of everything else is too much with it."""
    claim = claimed(lstm)
    least = {name: levels[0] for name, levels in table(lstm, claim).items()}
    everything = dict.fromkeys(("T", "N", "size H", "size D"), LONG)
    for name in everything:
        assert work(lstm, claim, {**least, name: LONG}) > work(lstm, claim, least)
    assert work(lstm, claim, {**least, **everything}) > 3 * MOST_WORK
    assert not possible(everything, rules_of(lstm))
    assert possible({"T": LONG, "size H": LONG}, rules_of(lstm))
    assert possible({"T": LONG, "N": LONG}, rules_of(scan))


# Seconds and MiB of a case of T, N, H, D and K as they are estimated: each constant shows in one.
ESTIMATES = (
    (scan, layer, "float32", "Full", (1, 1, 1), 0.020602, 0.0045319),
    (scan, layer, "float32", "Full", (512, 1, 15), 0.34379, 17.436),
    (scan, layer, "float32", "Full", (512, 129, 16), 1.5953, 637.90),
    (scan, layer, "longdouble", "Full", (129, 129, 129), 15.554, 1083.3),
    (complex_scan, layer, "complex64", "Full", (65, 33, 9), 0.10070, 88.834),
    (complex_scan, layer, "complex128", "Full", (65, 33, 9), 0.22580, 177.67),
    (lstm, layer, "float64", "Full", (33, 129, 129, 65), 5.6786, 683.66),
    (vanilla, problem, "float32", "Tail, k < T", (33, 17, 15, 15, 65), 0.13825, 14.288),
)


@pytest.mark.parametrize(
    ("model", "adapter", "dtype", "truncation", "sizes", "seconds", "mebibytes"), ESTIMATES
)
def test_a_truth_takes_as_long_as_was_measured(model, adapter, dtype, truncation, sizes, seconds, mebibytes):
    names = ("T", "N", "size H", "size D", "size K")
    row = {name: (size, size) for name, size in zip(names, sizes, strict=False)}
    row |= {"type": dtype, "truncation": truncation}
    of = model, claimed(model, adapter=adapter), row
    assert work(*of) == pytest.approx(seconds, rel=1e-4)
    assert memory(*of) == pytest.approx(mebibytes * 2**20, rel=1e-4)


def test_a_size_that_meets_512_steps_by_itself_is_run_whatever_it_takes():
    """In single precision, and with no other size."""
    ruled = rules_of(lstm, Scope(sizes={"H": (33,)}))
    pair = {"T": (512, 512), "N": LONG}
    assert possible(pair, ruled)
    assert not possible({**pair, "type": "float64"}, ruled)
    assert not possible({**pair, "size D": (18, 65)}, ruled)
    assert not possible({"T": (512, 512), "zero": "b"}, ruled)


def test_outputs_are_work_as_well():
    """Of 129 records with 129 outputs at 512 steps a truth took more memory than a worker has."""
    ruled = rules_of(vanilla, adapter=problem)
    largest, long = (127, 129), (512, 512)
    assert possible({"T": long, "N": largest}, ruled)
    assert possible({"T": long, "size K": largest}, ruled)
    assert possible({"N": largest, "size K": largest, "T": largest}, ruled)
    assert not possible({"N": largest, "size K": largest, "T": long}, ruled)


def test_losses_of_another_kind_are_excluded_where_they_say_nothing():
    """Ends that a truncation counts from, weights of steps without a loss, and one class alone."""
    scope = Scope(lengths=True, weights=True, classes=True)
    ruled = rules_of(vanilla, scope, problem)
    early = {"lengths": "of their own", "truncation": "Tail, k < T"}
    assert not possible({**early, "losses": "every step"}, ruled)
    assert possible({**early, "losses": "last step"}, ruled)
    assert possible({**early, "truncation": "Window, k < T", "losses": "every step"}, ruled)
    assert not possible({"weights": "of steps", "losses": "last step"}, ruled)
    assert possible({"weights": "of records", "losses": "last step"}, ruled)
    assert not possible({"loss": "of classes", "size K": (1, 1)}, ruled)
    assert possible({"loss": "of classes", "size K": (2, 4)}, ruled)


def test_a_truth_s_memory_is_bounded_as_its_work_is():
    """Of a state of many axes that no design bounds: each size is run, and what is left out is said."""
    model = replace(gated_linear_attention, designed={})
    ruled, claim = rules_of(model), claimed(model)
    everything = {f"size {name}": LONG for name in "AKV"}
    least = {name: levels[0] for name, levels in table(model, claim).items()}
    assert memory(model, claim, {**least, **everything}) > MOST_MEMORY
    assert not possible(everything, ruled)
    assert all(possible({name: LONG, other: LONG}, ruled) for name, other in combinations(everything, 2))
    words = "sizes whose truth takes more than about 2 s or 1 GiB, as A 129, K 129, V 129"
    assert [*too_large(model, claim)] == [words]
    # An engine that has no other size runs that one.
    ruled = rules_of(model, Scope(sizes=dict.fromkeys("AKV", (200,))))
    assert possible({f"size {name}": (200, 200) for name in "AKV"}, ruled)


@pytest.mark.parametrize("model", SHIPPED, ids=lambda model: model.name)
def test_of_shipped_models_nothing_is_too_large(model):
    """Those whose states have many axes have a most."""
    assert not [*too_large(model, claimed(model))]
