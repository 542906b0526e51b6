"""Sizes that meet: what is wrong there alone, or keeps something from a size on, is refuted by these rows."""

from functools import cache, partial

import numpy as np
import pytest

from tests.cases import claimed
from tests.layers import RIGHT
from tests.layers.faults import SIZES, model_of, planted
from tests.quick import first_quick
from verification import Scope, layer, models
from verification.adapters import problem, step
from verification.judging.keeping import folder_of_user, shelf_of
from verification.judging.sampled import truth_of_row
from verification.models.layouts import STEPS_FIRST
from verification.models.model import Use
from verification.properties.findings import at_sizes, findings
from verification.sampling.exclusions import MOST_WORK, work
from verification.sampling.factors import IN_C_ORDER, MIXED, RANDOM
from verification.sampling.products import (
    LARGEST,
    TRAINING,
    dealt_out,
    in_processes,
    in_words,
    numbers_of,
    of_products,
    rows_of_products,
)

CLAIM = claimed(models.lstm)


@cache
def dealt_rows(name):
    claim = claimed(getattr(models, name))
    return dealt_out(getattr(models, name), claim, *at_sizes(claim))


@cache
def truth(name, number):
    model = getattr(models, name)
    claim = claimed(model)
    return kept_truth(model, claim, dealt_rows(name)[number], number)


def kept_truth(model, claim, row, number):
    """The same, which every process has where it is kept."""
    memory = shelf_of(model, folder_of_user()).opened()
    made = truth_of_row(of_products(model, claim), row, number, claim.blocks, memory)
    memory.keep()
    return made


def rows_of(fault):
    """The numbers of the rows of a fault's sizes; of what keeps something, of all of that process."""
    wanted = {**fault.case["sizes"], "N": fault.case["records"], "T": fault.case["steps"]}
    rows = dealt_rows(fault.cell)
    for portion in in_processes(rows):
        some = [i for i in portion if wanted.items() <= rows[i].sizes.items()]
        if some:
            return portion if fault.place == "conduct" else some
    raise AssertionError(f"no row of {wanted}")


ROWS = dealt_rows("lstm")


@first_quick("fault", SIZES, count=0, ids=lambda fault: f"{fault.cell}: {fault.name}")
def test_a_fault_is_refuted_by_its_property(fault):
    """At its sizes alone, or in a process that runs other rows before."""
    made, found = planted(fault), set()
    engine = layer(made.forward, made.backward, model=model_of(fault))
    # What keeps something is seen by whatever is called after another call.
    names = None if fault.place == "conduct" else (fault.caught_by,)
    for number in rows_of(fault):
        result = findings(engine, truth(fault.cell, number), names, dealt_rows(fault.cell)[number].turns)
        found |= {each.property for each in result if each.wrong}
        if fault.caught_by in found:
            break
    assert fault.caught_by in found


def test_ordinary_sizes_are_met_and_no_case_is_degenerate():
    """Random numbers, no two records alike, in C order; in a second type each array has some of its own."""
    met = {tuple(row.sizes[name] for name in "NTDH") for row in ROWS}
    assert {(32, 32, 32, 32), (64, 16, 64, 128), (8, 192, 16, 64)} <= met
    assert any(row.sizes["N"] * row.sizes["T"] > 2**15 and row.sizes["H"] > 1 for row in ROWS)
    assert {257, 512} <= {row.sizes["H"] for row in ROWS}
    assert any(row.sizes["T"] > 500 and row.sizes["H"] > 100 for row in ROWS)
    assert any(row.sizes["T"] > 500 and row.sizes["N"] > 100 for row in ROWS)
    assert any(row.sizes["N"] * row.sizes["T"] * row.sizes["H"] >= 2**20 for row in ROWS)
    usual = [row for row in ROWS[: -len(TRAINING)] if row.levels["layout"] != MIXED]
    assert len({tuple(row.sizes.items()) for row in usual}) == len(usual)
    mixed = [row for row in ROWS if row.levels["layout"] == MIXED]
    assert len(mixed) > 2
    assert all(any(row.sizes == each.sizes for each in usual) for row in mixed)
    made = [of_products(models.lstm, CLAIM).make(row, np.random.default_rng(0)) for row in mixed]
    assert any(case.layouts for case in made)
    assert not all(array.all() for case in made for array in case.blocks.values())
    for row in usual:
        case = of_products(models.lstm, CLAIM).make(row, np.random.default_rng(0))
        assert case.sizes == row.sizes
        assert not case.layouts
        for array in (*case.blocks.values(), *case.objective.arrays().values()):
            assert array.all()
            assert len(np.unique(array, axis=0)) == len(array)


def test_a_training_starts_with_states_of_zero_and_has_losses_in_one_place():
    """Of the outputs, in arrays that lie steps first; or of the final states, and biases as they start."""
    first, second = (of_products(models.lstm, CLAIM).make(r, np.random.default_rng(0)) for r in ROWS[-2:])
    for case in (first, second):
        assert not any(array.any() for array in case.state)
    assert first.objective.outputs.all()
    assert not any(array.any() for array in first.objective.state)
    assert {*first.layouts.values()} == {STEPS_FIRST}
    assert not second.objective.outputs.any()
    assert all(array.all() for array in second.objective.state)
    assert {*second.blocks["b"]} == {0.0, 1.0}
    # What a claim has not is left out.
    claim = claimed(models.lstm, Scope(declines=("views", "zero blocks")))
    rows = rows_of_products(models.lstm, claim)[-2:]
    assert {row.levels["layout"] for row in rows} == {IN_C_ORDER}
    assert {row.levels["pattern of weights"] for row in rows} == {RANDOM}


@pytest.mark.parametrize("model", [model for model, _ in RIGHT], ids=lambda model: model.name)
def test_every_model_has_64_kib_of_a_state_and_2_to_16_positions(model):
    """What takes further calls is checked on three rows that cost little, and some of it on the largest."""
    claim = claimed(model)
    rows = dealt_out(model, claim, *at_sizes(claim))
    shapes = [(block.shape(row.sizes), row.sizes["N"]) for row in rows for block in model.of(Use.STATE)]
    assert max(np.prod(shape) * records for shape, records in shapes) >= 2**14
    _, dealt, of_largest = at_sizes(claim)
    largest = [max(rows, key=partial(numbers_of, model, use)) for use in LARGEST if model.of(use)]
    assert all({*of_largest} <= {*row.turns} for row in largest)
    for name in dealt:
        few = [row for row in rows if name not in of_largest or all(row is not each for each in largest)]
        assert sum(name in row.turns for row in few) in (2, 3)
    assert max(row.sizes["N"] * row.sizes["T"] for row in rows) > 2**16


# By records, steps, units and inputs, in how many types a simple network is run, the least precise first;
# of many positions in the most precise alone that is not too dear, and no long double.
THREE = ("float32", "float64", "longdouble")
TYPES = {
    (32, 32, 32, 32): THREE,
    (129, 3, 128, 8): THREE,
    (64, 16, 128, 64): THREE[:1],
    (8, 192, 64, 16): THREE[:2],
    (65, 131, 16, 128): THREE[:1],
    (65, 3, 257, 257): THREE[:2],
    (2, 33, 257, 3): THREE,
    (129, 2, 512, 3): THREE[:1],
    (129, 255, 2, 1): THREE[1:2],
    (129, 509, 16, 1): THREE[:1],
    (1, 512, 129, 3): THREE[:1],
    (33, 65, 129, 8): THREE[:1],
    # Twice, as in a training.
    (33, 130, 33, 8): (*THREE[:1], *THREE[:1]),
}


def test_what_costs_little_is_run_in_further_types_and_at_least_five_rows_by_a_process():
    """And no process runs the rows of a shape that another has run."""
    rows = dealt_out(models.vanilla, claimed(models.vanilla, adapter=problem), (), ())
    types: dict[tuple[int, ...], tuple[str, ...]] = {}
    for row in rows:
        sizes = tuple(row.sizes[name] for name in "NTHD")
        types[sizes] = (*types.get(sizes, ()), row.levels["type"])
    assert types == TYPES
    assert [len(some) for some in in_processes(rows)] == [6, 6, 5, 5]
    # Of many positions no type that takes more than 1.2 s, and of 16 units no more than two.
    for model, units, kind in ((models.slstm, "H", "float64"), (models.selective_scan, "E", "float32")):
        rows = rows_of_products(model, claimed(model, adapter=problem))
        many = [row for row in rows if row.sizes["T"] > 200 and row.sizes["N"] > 100]
        met = [(row.sizes["T"], row.sizes[units], row.levels["type"]) for row in many]
        assert met == [(255, 2, kind), (509, 2, "float32")]


def test_64_kib_of_a_state_are_run_in_each_type_in_one_process():
    """The least precise type first."""
    portions = [[ROWS[i] for i in some] for some in in_processes(ROWS)]
    types = [[row.levels["type"] for row in some if row.sizes["H"] == 128] for some in portions]
    assert ["float32", "float64"] in [some[:2] for some in types]


def test_rows_lie_within_a_claim():
    """Of whom compiles there are none, of named sizes no other, and of long doubles none that is too dear."""
    model = models.gated_linear_attention
    claim = claimed(model, Scope(sizes={"K": (16, 32)}, records=(2, 20), steps=(3, 40)))
    rows = dealt_out(model, claim, (), ())
    assert {row.sizes["K"] for row in rows} == {16, 32}
    assert {row.sizes["N"] for row in rows} <= {*range(2, 21)}
    assert {row.sizes["T"] for row in rows} <= {*range(3, 41)}
    assert not dealt_out(model, claimed(model, Scope(compiled=True)), (), ())

    claim = claimed(models.lstm, Scope(dtypes=("longdouble",)), step)
    rows = rows_of_products(models.lstm, claim)
    assert len(rows) == 10
    assert all(work(models.lstm, claim, row.priced) <= MOST_WORK for row in rows)


def test_sizes_of_one_record_are_met_by_who_claims_lengths_as_well():
    """No record ends early there."""
    model = models.gated_linear_attention
    claims = [claimed(model, Scope(lengths=each)) for each in (False, True)]
    plain, ending = (rows_of_products(model, claim) for claim in claims)
    alone = [{tuple(row.sizes.items()) for row in some if row.sizes["N"] == 1} for some in (plain, ending)]
    assert alone[0] == alone[1] != set()
    early = [row for row in ending if row.levels["lengths"] != "alike"]
    assert early
    assert all(row.sizes["N"] > 1 for row in early)


def test_how_far_they_go_is_said():
    for rows, words in (
        (ROWS, "together N to 129, T to 512, H to 512, D to 257, N·T·(4H·D + 4H·H) to 2.7e8"),
        (ROWS[:1], "together N to 32, T to 32, H to 32, D to 32, N·T·(4H·D + 4H·H) to 8.4e6"),
        ((), ""),
    ):
        assert in_words(models.lstm, rows) == words


# A cell of vectors, and one of matrices.
TWO = [(model, module) for model, module in RIGHT if model in (models.lstm, models.delta_rule)]


@pytest.mark.slow
@pytest.mark.parametrize(("model", "module"), TWO, ids=[model.name for model, _ in TWO])
def test_a_right_layer_holds_and_its_cases_are_informative(model, module):
    engine = layer(module.forward, module.backward, model=model)
    for number, row in enumerate(dealt_out(model, engine.claim, *at_sizes(engine.claim))):
        case = kept_truth(model, engine.claim, row, number)
        assert case.informative(engine.claim.blocks), row.sizes
        wrong = [each for each in findings(engine, case, turns=row.turns) if each.wrong]
        assert not wrong, wrong[0]
