"""A recipe: plain values, and the objects that they name."""

import json
from dataclasses import replace

import pytest

from rnn import (
    GRU,
    Bidirectional,
    BothEnds,
    Chunked,
    CompiledLoops,
    Full,
    NumPyLoops,
    Stack,
    Tail,
    Window,
    loops,
    relu,
    squared_error,
)
from rnn.app.recipe import Recipe, loss_of, schedule_of, truncation_of
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
    with pytest.raises(ValueError, match=r"^truncation: window:3, needed full with several bidirectional"):
        replace(one, num_layers=2, truncation="window:3").network(2, 4, squared_error)


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


def test_a_recipe_is_its_json():
    """So that a folder can keep it."""
    recipe = Recipe(length=3, seed=2**100)
    assert Recipe.from_json(json.loads(json.dumps(recipe.as_json()))) == recipe


@pytest.mark.parametrize(("changes", "form"), [(True, "changes"), (False, "levels"), (None, "levels")])
def test_a_recipe_of_older_versions_is_of_a_network_alone(changes, form):
    """Which said whether it learnt changes."""
    kept = {"length": 3} if changes is None else {"length": 3, "changes": changes}
    assert Recipe.from_json(kept) == Recipe(length=3, form=form)


def test_a_schedule_counts_epochs():
    """An epoch has as many updates as it has batches."""
    assert Recipe(rate=0.5).rates(7) == Cosine(0.5)
    assert Recipe(rate=0.5, schedule="constant", warmup=2).rates(7) == Warmup(Constant(0.5), 14)
    assert schedule_of("step:3", 0.5, 7) == StepDecay(0.5, 21, 0.1)
    assert schedule_of("step:3:.25", 0.5, 7) == StepDecay(0.5, 21, 0.25)
    assert schedule_of("step:3:1", 0.5, 7) == StepDecay(0.5, 21, 1)
    for warmup in (5, 6):
        with pytest.raises(ValueError, match=f"^warmup: {warmup}, needed fewer epochs than all 5$"):
            Recipe(epochs=5, warmup=warmup).rates(7)


@pytest.mark.parametrize(
    "text",
    [
        *("", "linear", "cosine:3", "step", "step:", "step:0", "step:x", "step:-1", "step:1.5", "step:3:"),
        *("step:3:2", "step:3:-0.5", "step:3:nan", "step:3:0.5:1", "step:²", "step:" + "9" * 30),
    ],
)
def test_what_names_no_schedule_is_refused(text):
    """With those that there are."""
    with pytest.raises(ValueError, match=r"needed constant, cosine, step:EPOCHS or step:EPOCHS:GAMMA$"):
        schedule_of(text, 1.0, 1)
    with pytest.raises(ValueError, match=r"^StepDecay\.gamma: 0\.0, needed a finite number above 0"):
        schedule_of("step:3:0.0", 1.0, 1)


@pytest.mark.parametrize(("patience", "wanted"), [(0, None), (7, EarlyStopping(7))])
def test_a_recipe_of_older_versions_had_patience(patience, wanted):
    """A number of epochs, or 0 for no early stopping."""
    assert Recipe.from_json({"form": "chosen", "patience": patience}).early_end() == wanted


@pytest.mark.parametrize("form", ["both", None, 3])
def test_a_form_that_is_none_is_refused(form):
    """With those that there are."""
    with pytest.raises(ValueError, match=r"^form: .*, needed chosen, levels, changes"):
        Recipe.from_json({"form": form})


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("full", Full()),
        ("window:0", Window(0)),
        ("chunked:5", Chunked(5)),
        ("chunked:5:2", Chunked(5, 2)),
        ("tail:3", Tail(3)),
    ],
)
def test_a_truncation_has_a_name(text, wanted):
    """And as many numbers as it takes."""
    assert truncation_of(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "",
        "none",
        "window",
        "window:",
        "window:x",
        "window:-1",
        "window:1:2",
        "full:1",
        "tail:²",
        "tail:" + "9" * 30,
    ],
)
def test_what_names_none_is_refused(text):
    """With the names that there are."""
    with pytest.raises(ValueError, match=r"needed full, window:K, chunked:K or chunked:K:K, or tail:K"):
        truncation_of(text)


def test_a_number_that_a_truncation_refuses_is_named():
    """By the truncation itself."""
    with pytest.raises(ValueError, match=r"Chunked\.k1: 0"):
        truncation_of("chunked:0")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "l2",
        "every",
        ":every",
        "squared_error:",
        "squared_error:first",
        "squared_error:last:last",
        "x" * 999,
    ],
)
def test_what_names_no_loss_is_refused(text):
    """With the names and the places that there are."""
    with pytest.raises(
        ValueError, match=r"needed squared_error or softmax_cross_entropy, alone or with last"
    ):
        loss_of(text)


def test_a_loss_suits_the_data():
    """Where it stands can be chosen; what it is for, not."""
    assert Recipe().objective("squared_error:last") == (squared_error, "last")
    assert Recipe(loss="squared_error").objective("squared_error:last") == (squared_error, "last")
    assert Recipe(loss="squared_error:every").objective("squared_error:last") == (squared_error, "every")
    with pytest.raises(ValueError, match=r"^--loss: squared_error, needed softmax_cross_entropy, for"):
        Recipe(loss="squared_error").objective("softmax_cross_entropy:every")


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
