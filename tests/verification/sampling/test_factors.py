"""The table of factors and levels is filled in from a model and a claim."""

from tests.cases import claimed
from verification.adapters import layer, problem, step
from verification.models import gated_linear_attention, lstm, scan, vanilla
from verification.models.truncation import Standard
from verification.sampling.factors import (
    CLASSES,
    NUMBERS,
    classes,
    dimensions,
    in_words,
    numbers,
    sizes_of,
    table,
)
from verification.sampling.scope import Scope


def filled(model=lstm, scope=None, adapter=layer):
    return table(model, claimed(model, scope, adapter))


def test_a_layer_s_table_has_what_it_claims():
    """One truncation and one function of each role, two types, every size up to 129."""
    factors = filled()
    assert factors["truncation"] == ("Full",)
    assert factors["function gate"] == ("sigmoid",)
    assert factors["type"] == ("float32", "float64")
    assert factors["losses"] == ("outputs", "final state", "outputs and final state")
    assert factors["T"] == factors["N"] == factors["size H"] == factors["size D"] == CLASSES
    assert factors["states"] == ("zero", "ordinary", "one large")
    assert not {"checkpoints", "size K"} & set(factors)


def test_states_of_many_axes_have_sizes_up_to_a_most():
    factors = filled(gated_linear_attention)
    assert [factors[f"size {name}"][-1] for name in "AKV"] == [(2, 4), (5, 17), (5, 17)]


def test_a_model_without_weights_has_no_level_of_them():
    """A scan is inputs and a state."""
    factors = filled(scan)
    assert not {"matrices", "vectors"} & set(factors)
    assert {"inputs", "states", "layout"} <= set(factors)


def test_a_step_is_run_under_every_kind_of_truncation():
    """With each case of its numbers, or the ones that it claims."""
    assert len(filled(adapter=step)["truncation"]) == 10
    window = Standard("Window", (3,))
    assert filled(scope=Scope(truncations=(window,)), adapter=step)["truncation"] == (window,)


def test_a_whole_problem_has_readouts_losses_checkpoints_and_a_workspace():
    factors = filled(vanilla, Scope(checkpoints=True, workspace=True), problem)
    assert factors["losses"] == ("last step", "every step")
    assert factors["function activation"] == ("tanh", "sigmoid", "relu", "softsign", "identity")
    assert factors["workspace"] == (False, True)
    assert len(factors["checkpoints"]) == 6
    assert "size K" in factors
    assert dimensions(vanilla, False) == ("H", "D")


def test_classes_lie_within_a_claim():
    """Or are the claim's own span."""
    assert classes((1, 129)) == CLASSES
    assert classes((3, 40)) == ((3, 4), (5, 17), (18, 40))
    assert classes((20, 25)) == ((20, 25),)
    assert classes((2, 2)) == ((2, 2),)


def test_an_engine_that_compiles_has_few_shapes():
    """Two of each size, and a long recursion."""
    factors = filled(scope=Scope(compiled=True))
    assert (factors["T"], factors["N"]) == (((1, 1), (3, 3), (17, 17)), ((1, 1), (3, 3)))
    assert filled(scope=Scope(compiled=True, steps=(2, 16)))["T"] == ((3, 3),)


def test_lengths_and_states_are_those_that_are_claimed():
    """Other lengths are a factor then, and a state that is not zero none."""
    assert filled(scope=Scope(lengths=True))["lengths"] == ("alike", "of their own")
    assert filled(scope=Scope(states="zero"))["states"] == ("zero",)


def test_the_numbers_of_all_classes_are_powers_of_two_and_their_neighbours():
    """From 1 to 129, and between them the classes leave out no size."""
    assert [n for low, high in CLASSES for n in range(low, high + 1)] == list(range(1, 130))
    assert tuple(sorted({max(1, 2**n + off) for n in range(8) for off in (-1, 0, 1)})) == NUMBERS
    assert [n for span in CLASSES for n in numbers(span)] == list(NUMBERS)
    assert numbers((20, 25)) == (20, 25)


def test_levels_in_words():
    assert in_words((("T", (2, 4)), ("N", (1, 1)), ("type", "float32"))) == "T 2 to 4, N 1, type float32"
    assert sizes_of({"T": (1, 1), "size H": (2, 4), "type": "float32"}) == {"T": (1, 1), "H": (2, 4)}
