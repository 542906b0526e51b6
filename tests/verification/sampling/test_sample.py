"""The designed sample: rows meet every possible triple, and a case is what its row says."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from tests.cases import claimed, rules_of
from tests.quick import first_quick
from verification.adapters import layer, problem, step
from verification.judging.profile import THOROUGH
from verification.models import lstm, scan, vanilla
from verification.models.layouts import ALTERNATE, LAYOUTS, ONE_BUFFER, SHARED, STEPS_FIRST
from verification.sampling import sample
from verification.sampling.covering import met, possible, tuples
from verification.sampling.factors import LONG_STEPS, MIXED
from verification.sampling.mixed import PLAIN
from verification.sampling.numbering import Row, factor_of
from verification.sampling.sample import case_of, in_floats, with_nothing_else
from verification.sampling.scope import Scope


def cases(model, adapter, scope=None, strength=2):
    """Every row of a claim, and its case."""
    claim = claimed(model, scope, adapter)
    rows = in_floats(model, claim).rows(strength)
    return [(row, case_of(row, model, claim, np.random.default_rng(n))) for n, row in enumerate(rows)]


def test_with_nothing_else_arrays_have_what_a_row_says_and_no_more():
    """Where nothing is said no number is zero, few are equal, and layouts are mixed."""
    claim = claimed(lstm)
    design, laid_out, usual = in_floats(lstm, claim), 0, []
    for number, row in enumerate(design.rows(2)[:40]):
        plain = replace(row, levels={**row.levels, **PLAIN, "states": "ordinary", "layout": MIXED})
        both = with_nothing_else(lstm, claim), design
        case, other = (each.make(plain, np.random.default_rng(number)) for each in both)
        assert all(array.all() and len(np.unique(array)) > 0.9 * array.size for array in case.blocks.values())
        usual += [array.all() for array in other.blocks.values()]
        laid_out += bool(case.layouts)
    assert not all(usual)
    assert 10 < laid_out < 40


OF_STRENGTH = [*product((vanilla, lstm, scan), [3]), *product((scan, lstm), [THOROUGH.strength])]


@first_quick(("model", "strength"), OF_STRENGTH, ids=lambda each: getattr(each, "name", str(each)))
def test_every_possible_tuple_is_in_a_row_and_no_row_is_excluded(model, strength):
    """Of the default claim: quadruples by tens of thousands, of which a hundredth is excluded at most."""
    design, ruled = in_floats(model, claimed(model)), rules_of(model)
    every, excluded = tuples(design.varied, strength, ruled)
    rows = [row.levels for row in design.rows(strength)]
    assert len(every) > (15_000 if strength > 3 else 2_000)
    assert every <= met(rows, design.varied, strength)
    assert all(possible(row, ruled) for row in rows)
    assert excluded.total() < 0.01 * len(every)


@pytest.mark.slow
@pytest.mark.parametrize(("model", "adapter"), [(lstm, layer), (vanilla, problem)], ids=["lstm", "vanilla"])
def test_512_steps_meet_every_level_that_can_stand_beside_them(model, adapter):
    """Counted one by one: none is excluded."""
    design = in_floats(model, claimed(model, adapter=adapter))
    long = [row.levels for row in design.rows(3) if row.sizes["T"] == LONG_STEPS]
    for name in design.varied.keys() - {"T"}:
        assert {row[name] for row in long} >= {*design.varied[name]}, name


def test_a_sample_is_always_the_same():
    one, other = (in_floats(scan, claimed(scan)).rows(2) for _ in range(2))
    assert one == other


def test_a_case_has_the_sizes_the_type_and_the_objective_of_its_row():
    for row, case in cases(lstm, layer):
        assert case.sizes == row.sizes
        assert case.dtype.name == row.levels["type"]
        assert all(array.dtype == case.dtype for array in case.blocks.values())
        asked = row.levels["losses"]
        assert case.objective.outputs.any() == ("outputs" in asked)
        assert any(d.any() for d in case.objective.state) == ("final state" in asked)
        assert any(array.any() for array in case.state) == (row.levels["states"] != "zero")


# The arrays of an LSTM that a layout is of, where not of all.
PARTS = {
    STEPS_FIRST: {"xs", "d_outputs"},
    ALTERNATE: {"xs", "h0", "c0", "d_outputs", "d_state[0]", "d_state[1]"},
    ONE_BUFFER: {"U", "W", "b"},
}


def test_a_case_is_laid_out_as_its_row_says():
    """All arrays alike, or one, or each in a way of its own; what repeats has a number that does."""
    ways, orderly = set(), 0
    for row, case in cases(lstm, layer):
        layout = row.levels["layout"]
        if layout == MIXED:
            ways.update(case.layouts.values())
            orderly += not case.layouts
        elif layout.endswith(", one alone"):
            assert [f"{how}, one alone" for how in case.layouts.values()] == [layout]
        elif layout in PARTS:
            assert set(case.layouts.values()) == {layout}
            assert set(case.layouts) == PARTS[layout]
        elif layout == SHARED:
            assert set(case.layouts.values()) == {SHARED}
            one, other = ({**case.blocks, **case.objective.arrays()}[name] for name in case.layouts)
            np.testing.assert_array_equal(one, other)
        else:
            assert set(case.layouts.values()) == {layout}
            assert set(case.layouts) == {*case.blocks, *case.objective.arrays()}
    assert {*LAYOUTS, ONE_BUFFER} <= ways
    assert orderly > 5


def test_a_truncation_is_of_the_kind_and_the_numbers_of_its_level():
    seen = set()
    for row, case in cases(vanilla, step):
        level, steps, reach = row.levels["truncation"], case.steps, case.reach
        kind, numbers = case.truncation.kind, case.truncation.numbers
        seen.add(level)
        assert level.startswith(kind)
        if level == "Window(0)":
            assert reach == tuple(range(steps))
        if "k < T" in level:
            assert 0 < numbers[0] < steps
        if "k ≥ T" in level:
            assert numbers[0] >= steps
            assert set(reach) == {0}
        if "ragged" in level:
            k1, k2 = numbers
            assert 0 < steps % k1 < k1 < steps
            assert {"=": k1 == k2, ">": k2 > k1, "<": k2 < k1}[level.split()[3]]
    assert len(seen) == 10


@pytest.mark.parametrize(
    ("sizes", "back"), [({"T": 129, "N": 1, "H": 1}, 19), ({"T": 33, "N": 129, "H": 65}, 4)]
)
def test_a_window_reaches_as_far_as_its_replays_may_cost(sizes, back):
    """Some 2,500 steps in all, or a second and a half; as far as may be in every second case."""
    claim = claimed(vanilla, adapter=step)
    levels = {name: of[0] for name, of in in_floats(vanilla, claim).factors.items()}
    levels |= {"truncation": "Window, k < T", **{factor_of(name): (n, n) for name, n in sizes.items()}}
    row = Row(levels, {"D": 1, **sizes})
    cases = [case_of(row, vanilla, claim, np.random.default_rng(n)) for n in range(8)]
    assert max(case.truncation.numbers[0] for case in cases) == back


@pytest.mark.parametrize(("zero", "share"), [("no block", 0.8), ("b", 2 / 3)])
def test_numbers_have_more_conditions_but_for_one_case_in_five_or_three(monkeypatch, zero, share):
    """Less often where the row has one, which is to show by itself as well."""
    claim, calls = claimed(lstm), []
    monkeypatch.setattr(sample, "mixed", lambda case, *given: calls.append(case) or case)
    levels = {name: of[0] for name, of in in_floats(lstm, claim).factors.items()} | {"zero": zero}
    for n in range(200):
        case_of(Row(levels, {"T": 1, "N": 1, "H": 1, "D": 1}), lstm, claim, np.random.default_rng(n))
    assert share - 0.08 < len(calls) / 200 < share + 0.08


@pytest.mark.slow
def test_a_problem_s_case_has_losses_checkpoints_a_workspace_and_functions():
    """As its row says, never with both of the last two."""
    for row, case in cases(vanilla, problem, Scope(checkpoints=True, workspace=True)):
        assert case.objective.last == (row.levels["losses"] == "last step")
        assert case.chosen["activation"].name == row.levels["function activation"]
        assert case.workspace == row.levels["workspace"]
        level = row.levels["checkpoints"]
        known = {"none": None, "half": case.steps // 2, "T - 1": case.steps - 1, "T": case.steps}
        assert case.checkpoints == (known[level] if level in known else int(level))
        assert not (case.workspace and case.checkpoints)


def test_lengths_of_their_own_are_not_all_the_last_step():
    """Three of them at most, from the least that is claimed."""
    found = [case for row, case in cases(lstm, layer, Scope(lengths=True, steps=(2, 129))) if case.lengths]
    assert len(found) > 10
    for case in found:
        assert len(case.lengths) == case.records
        assert 2 <= min(case.lengths) < case.steps
        assert max(case.lengths) <= case.steps
        assert len(set(case.lengths)) <= 3


def test_a_narrow_claim_has_a_narrow_sample():
    scope = Scope(records=(1, 3), steps=(2, 6), states="zero", dtypes=("float64",))
    for _, case in cases(scan, layer, scope, strength=3):
        assert case.records <= 3
        assert 2 <= case.steps <= 6
        assert not any(array.any() for array in case.state)
        assert case.dtype == np.float64


def test_other_companions_are_found_for_a_triple():
    """Its levels, and others at every attempt."""
    claim = claimed(lstm)
    triple = (("T", (2, 4)), ("size H", (1, 1)), ("layout", "backwards"))
    (one,), (two,) = (in_floats(lstm, claim).around([triple], attempt) for attempt in (1, 2))
    assert all(row.levels[name] == level for row in (one, two) for name, level in triple)
    assert one.levels != two.levels
    assert possible(one.levels, rules_of(lstm))
