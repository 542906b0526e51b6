"""Several faults in one backward: the sentence names every block that is wrong, and the picture shows it."""

import re

import numpy as np

from tests.examples import text_of
from tests.layers import edited, gru, lstm, ragged
from tests.quick import first_quick
from tests.verification.diagnosis.wrong import diagnosed, first_found
from verification import Scope, layer, models
from verification.diagnosis.picture import picture
from verification.diagnosis.probe import healthy_case

# Gates, time and a path that is left out: as hanbt/learn_dl has them, but for what flows back through h.
BIASES = ("d_b += da.sum(axis=0)", "d_b += np.concatenate([d_f, d_f, d_g, d_f], axis=1).sum(axis=0)")
NO_PATH = ("dh, dc = da @ W, dc * f", "dh, dc = da @ W, 0 * dc")
LAST_STEP = ("d_U += da.T @ x", "d_U = da.T @ x if t == d_outputs.shape[1] - 1 else d_U")

RETURN = 'return {"U": d_U, "W": d_W, "b": d_b}'


def with_faults(model, module, *edits, scope=None):
    """The layer with all of its faults."""
    made = edited(module, *edits)
    return layer(made.forward, made.backward, model=model, scope=scope)


# The layer; the wrong blocks, and what the sentence says of some.
SEVERAL = {
    "gates, a path and the last step, of parameters": (
        with_faults(
            models.lstm, lstm, BIASES, NO_PATH, LAST_STEP, scope=Scope(states="zero", blocks=("U", "W", "b"))
        ),
        "U W b",
        (
            "b is wrong in i, o (at T = 1 all zero)",
            "with T = 1 as if f stood for i and o",
            "From T = 2 on U, b in g are wrong as well",
            "From T = 3 on W, b in f are wrong as well",
        ),
    ),
    "the same from any state": (
        with_faults(models.lstm, lstm, BIASES, NO_PATH, LAST_STEP),
        "U W b xs h0 c0",
        ("b is wrong in i, o; c0 is wrong (all zero)", "and from T = 2 on also U, W, xs and h0"),
    ),
    "gates, records and a zero": (
        with_faults(
            *(models.lstm, lstm),
            ("d_U += da.T @ x", "d_U += np.concatenate([d_f, d_i, d_g, d_o], axis=1).T @ x"),
            ("d_W += da.T @ h_prev", "d_W += da[-1:].T @ h_prev[-1:]"),
            (RETURN, RETURN.replace("d_b}", 'd_b * bool(params["b"].any())}')),
        ),
        "U W b",
        ("U as if i stood for f and f stood for i", "Where b is 0, b is wrong as well"),
    ),
    "one-hot inputs, the number type and a size": (
        with_faults(
            *(models.lstm, lstm),
            ("d_U += da.T @ x", "d_U += da.T @ x * (1 - np.isin(x, (0, 1)).all())"),
            ("d_W += da.T @ h_prev", "d_W += da.T @ h_prev * (1 + (x.dtype == np.float32))"),
            ("d_b += da.sum(axis=0)", "d_b += da.sum(axis=0) * (1 + (len(x) > 20))"),
        ),
        "U W b",
        ("In float32, W is wrong", "Where xs is one-hot, U is wrong as well", "From N = 21 on, b is wrong"),
    ),
    "GRU: gates, time and one-hot inputs": (
        with_faults(
            *(models.gru, gru),
            ("d_b += da.sum(axis=0)", "d_b += np.concatenate([d_z, d_r, d_n], axis=1).sum(axis=0)"),
            ("d_bn += d_m.sum(axis=0)", "d_bn = d_m.sum(axis=0)"),
            ("d_U += da.T @ x", "d_U += da.T @ x * (1 - np.isin(x, (0, 1)).all())"),
        ),
        "U b bn",
        (
            "as if r stood for z and z stood for r",
            "From T = 2 on bn is wrong as well, as if step 0 alone counted",
            "Where xs is one-hot, U is wrong as well",
        ),
    ),
    "records that end early, and a mean": (
        with_faults(
            *(models.vanilla, ragged),
            ("d_b += da.sum(axis=0)", "d_b += da.mean(axis=0)"),
            ("d_xs[:, t] = da @ U", "d_xs[:, t] = np.where(runs, da, 1) @ U"),
            scope=Scope(lengths=True),
        ),
        "b xs",
        (
            "b is wrong",
            "Where records end early, xs is wrong as well: what follows a record's end has no effect, and",
        ),
    ),
}


def cases_of(engine):
    """One in each type, of which some show something."""
    return (healthy_case(engine, 4, dtype=np.dtype(each)) for each in engine.claim.dtypes[::-1])


# On the page, word for word.
QUOTED = [SEVERAL[story][0] for story in ("the same from any state", "GRU: gates, time and one-hot inputs")]


@first_quick(("engine", "wrong", "said"), SEVERAL.values(), 3, ids=SEVERAL)
def test_every_wrong_block_is_named(engine, wrong, said):
    """In the sentence and in its fields; and what each has of its own is said."""
    diagnosis = diagnosed(engine, *cases_of(engine))
    assert {*diagnosis.blocks, *diagnosis.also} == {*wrong.split()}, diagnosis.sentence
    assert {*wrong.split()} <= {*re.findall(r"\w+", diagnosis.sentence)}
    assert [words for words in said if words not in diagnosis.sentence] == [], diagnosis.sentence
    assert not {*diagnosis.blocks} & {*diagnosis.also}
    assert engine not in QUOTED or f"\n{diagnosis}\n" in text_of("diagnosis")


@first_quick(("engine", "wrong", "said"), SEVERAL.values(), 2, ids=SEVERAL)
def test_the_picture_shows_every_block_that_is_named(engine, wrong, said):
    """In as many cases as it takes; where steps are distinguished, in the map as well."""
    found = picture(engine, first_found(engine, *cases_of(engine))[1])
    views = (found, *found.more)
    assert {numbers.name for view in views for numbers in view.numbers} == {*wrong.split()}
    assert all(numbers.wrong.any() for numbers in found.numbers if not numbers.part)
    mapped = {panel.block for view in views if view.lags for panel in view.lags.panels if panel.wrong}
    assert mapped <= {*wrong.split()}
    if len(views) == 1 and found.lags is not None:
        assert mapped == {*wrong.split()} - {*found.lags.unseen}
