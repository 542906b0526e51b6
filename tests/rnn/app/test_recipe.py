"""A recipe: plain values, and the objects that they name."""

from dataclasses import replace

import pytest

from rnn import (
    GRU,
    Bidirectional,
    BothEnds,
    Chunked,
    CompiledLoops,
    NumPyLoops,
    Stack,
    Tail,
    loops,
    relu,
    squared_error,
)
from rnn.app.recipe import Recipe, schedule_of, truncation_of
from rnn.optimisers import SGD, Adam, AdamW, ClipNorm, Constant, Cosine, StepDecay, Warmup
from rnn.training import EarlyStopping
from verification.adapters.rnn.cells import BIDIRECTIONAL, RECURRENCES


def test_names_become_objects():
    """Each of them."""
    recipe = Recipe(units=3, activation="relu", optimiser="sgd", rate=0.5, clip=0.0, truncation="tail:2")
    net = recipe.network(2, 4, squared_error)
    assert (net.cell.inputs, net.cell.units, net.cell.activation, net.outputs) == (2, 3, relu, 4)
    assert recipe.descent(recipe.rates(3)) == SGD(Cosine(0.5))
    assert Recipe().descent(Cosine(5e-3)) == Adam(Cosine(5e-3), ClipNorm(1.0))
    assert Recipe(optimiser="adamw").descent(Cosine(5e-3)) == AdamW(Cosine(5e-3), ClipNorm(1.0))
    assert Recipe(optimiser="adamw", weight_decay=0.1).descent(Constant(1)).weight_decay == 0.1
    assert Recipe().early_end() == EarlyStopping()
    assert Recipe(n_iter_no_change=3, tol=0.5).early_end() == EarlyStopping(3, 0.5)
    assert Recipe(early_stopping=False).early_end() is None
    assert truncation_of(recipe.truncation) == Tail(2)
    assert truncation_of("chunked:5:2") == Chunked(5, 2)


@pytest.mark.parametrize("cell", ["vanilla", "gru"])
def test_layers_are_one_above_another(cell):
    """Each with as many units; one alone is no stack."""
    one = Recipe(cell=cell, units=3, activation="relu")
    levels = [one.network(inputs, 4, squared_error).cell for inputs in (2, 3, 3)]
    assert replace(one, num_layers=3).network(2, 4, squared_error).cell == Stack(*levels)


def test_both_directions_are_of_every_layer():
    """The one on top answers when both have read all; those below go step by step."""
    one = Recipe(cell="gru", units=3, bidirectional=True)
    assert one.network(2, 4, squared_error).cell == BothEnds(GRU(2, 3))
    two = replace(one, num_layers=3).network(2, 4, squared_error).cell
    assert two == Stack(Bidirectional(GRU(2, 3)), Bidirectional(GRU(6, 3)), BothEnds(GRU(6, 3)))
    assert replace(one, truncation="window:3").network(2, 4, squared_error).cell == BothEnds(GRU(2, 3))


def test_the_usual_loops_are_the_networks(monkeypatch):
    """Those that are asked for, else compiled ones where the extra is there, by their names."""
    for cell in ("vanilla", "lstm", "gru"):
        recipe = Recipe(cell=cell)
        assert recipe.network(1, 1, squared_error).loops == CompiledLoops()
        assert recipe.network(1, 1, squared_error, NumPyLoops()).loops == NumPyLoops()
        assert recipe.usual_loops() == "compiled"
        with monkeypatch.context() as patch:
            patch.setattr(loops, "find_spec", lambda name: None)
            assert recipe.usual_loops() == "numpy"


def test_a_schedule_counts_epochs():
    """An epoch has as many updates as it has batches."""
    assert Recipe(rate=0.5).rates(7) == Cosine(0.5)
    assert Recipe(rate=0.5, schedule="constant", warmup=2).rates(7) == Warmup(Constant(0.5), 14)
    assert schedule_of("step:3", 0.5, 7) == StepDecay(0.5, 21, 0.1)
    assert schedule_of("step:3:.25", 0.5, 7) == StepDecay(0.5, 21, 0.25)
    assert schedule_of("step:3:1", 0.5, 7) == StepDecay(0.5, 21, 1)


@pytest.mark.parametrize(
    ("recipe", "names"),
    [
        (Recipe(), ("vanilla",)),
        (Recipe(cell="gru", num_layers=3), ("gru", "stack")),
        (Recipe(cell="lstm", bidirectional=True), ("lstm", "bidirectional")),
        (Recipe(cell="lstm", bidirectional=True, num_layers=2), ("lstm", "bidirectional")),
    ],
)
def test_what_is_judged_is_what_the_verifier_knows(recipe, names):
    """The cell, and what several of them make."""
    assert recipe.judged_as() == names
    assert {*names} <= {*RECURRENCES, BIDIRECTIONAL}


@pytest.mark.parametrize(("patience", "wanted"), [(0, None), (7, EarlyStopping(7))])
def test_a_recipe_of_older_versions_had_patience(patience, wanted):
    """A number of epochs, or 0 for no early stopping."""
    assert Recipe.from_json({"form": "chosen", "patience": patience}).early_end() == wanted
