"""Conventions: which other reading makes a wrong engine right."""

from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from tests.examples import rows
from tests.layers import (
    edited,
    gated_linear_attention,
    gated_scan,
    gru,
    gru_reset_before,
    lstm,
    scan,
    vanilla,
)
from verification import layer, models
from verification.diagnosis import conventions
from verification.diagnosis.conventions import agreeing
from verification.diagnosis.diagnosis import diagnose
from verification.diagnosis.probe import healthy_case
from verification.properties.property import Finding

SAID = rows("diagnosis")


def same(given):
    return given


def changed(module, params=same, gradients=None, inputs=same, d_inputs=None, sequence=same):
    """A layer whose parameters, inputs and sequences are changed on their ways in and out.

    ``d_inputs``: what is made of the inputs' gradients, beside the inputs that they are of.
    """
    gradients, d_inputs = gradients or params, d_inputs or (lambda d, given: d)

    def forward(given, xs, state):
        within = inputs(sequence(xs))
        outputs, final, saved = module.forward(params(given), within, state)
        return sequence(outputs), final, (saved, within)

    def backward(saved, d_outputs, d_state):
        saved, within = saved
        d_params, d_xs, d_initial = module.backward(saved, sequence(d_outputs), d_state)
        return gradients(d_params), sequence(d_inputs(d_xs, within)), d_initial

    return SimpleNamespace(forward=forward, backward=backward)


def stacked(order):
    """The parts of every block in another order."""

    def change(given):
        count = len(order)
        return {
            name: np.concatenate([np.split(array, count)[i] for i in order]) if name in "UWb" else array
            for name, array in given.items()
        }

    return change


def turned(*names):
    return lambda given: {name: array.T if name in names else array for name, array in given.items()}


def named(module, **names):
    return changed(
        module,
        lambda given: {mine: given[theirs] for mine, theirs in names.items()},
        gradients=lambda given: {names[mine]: array for mine, array in given.items()},
    )


def two_biases(module, share=1):
    """A layer with two biases, of which each gets a share of the gradient."""
    return changed(
        module,
        lambda given: {**given, "b": given["b_ih"] + given["b_hh"]},
        gradients=lambda given: {
            "U": given["U"],
            "W": given["W"],
            "b_ih": share * given["b"],
            "b_hh": share * given["b"],
        },
    )


def as_pytorch():
    """A GRU with two biases of three gates each."""

    def params(given):
        count = len(given["b_hh"]) // 3
        both = np.concatenate([given["b_hh"][: 2 * count], 0 * given["b_hh"][2 * count :]])
        return {**given, "b": given["b_ih"] + both, "bn": given["b_hh"][2 * count :]}

    def gradients(given):
        count = len(given["bn"])
        second = np.concatenate([given["b"][: 2 * count], given["bn"]])
        return {"U": given["U"], "W": given["W"], "b_ih": given["b"], "b_hh": second}

    return changed(gru, params, gradients=gradients)


def swapped(given, axes=(0, 1)):
    """Steps before records, or other axes exchanged."""
    if isinstance(given, dict):
        return {name: swapped(array, axes) for name, array in given.items()}
    return given.swapaxes(*axes)


def scaled(arrays):
    """Queries, or what is due to them, divided by √K."""
    return {**arrays, "q": arrays["q"] / np.asarray(arrays["q"].shape[-1] ** 0.5, arrays["q"].dtype)}


# As the page has them.
AGREE = {
    "queries that are scaled": (
        models.gated_linear_attention,
        changed(gated_linear_attention, inputs=scaled, d_inputs=lambda d, given: scaled(d)),
    ),
    "a decay for its logarithm": (
        models.gated_linear_attention,
        changed(
            gated_linear_attention,
            inputs=lambda xs: {**xs, "g": np.log(xs["g"])},
            d_inputs=lambda d, given: {**d, "g": d["g"] / np.exp(given["g"])},
        ),
    ),
    "a logarithm for a decay": (
        models.gated_scan,
        changed(
            gated_scan,
            inputs=lambda xs: {**xs, "a": np.exp(xs["a"])},
            d_inputs=lambda d, given: {**d, "a": d["a"] * given["a"]},
        ),
    ),
    "an update gate for its rest": (
        models.gated_scan,
        changed(
            gated_scan,
            inputs=lambda xs: {**xs, "a": 1 - xs["a"]},
            d_inputs=lambda d, given: {**d, "a": -d["a"]},
        ),
    ),
    "heads before steps": (
        models.gated_linear_attention,
        changed(gated_linear_attention, sequence=partial(swapped, axes=(1, 2))),
    ),
    "every order of gates": (models.lstm, changed(lstm, stacked([1, 0, 2, 3]))),
    "matrices transposed": (models.vanilla, changed(vanilla, turned("W"))),
    "steps before records": (models.scan, changed(scan, sequence=swapped)),
    "names that are looked up in vain": (models.lstm, named(lstm, U="kernel", W="recurrent", b="bias")),
    "two biases": (models.vanilla, two_biases(vanilla)),
    "two biases of three gates each": (models.gru, as_pytorch()),
    "the reset before the product": (models.gru, gru_reset_before),
    "exchanged inputs": (
        models.gated_linear_attention,
        edited(
            gated_linear_attention,
            ('xs["q"], xs["k"]', 'xs["k"], xs["q"]'),
            ('"q": d_q, "k": d_k', '"q": d_k, "k": d_q'),
        ),
    ),
    "another function in a role": (
        models.lstm,
        edited(lstm, ("s = np.tanh(c)", "s = c"), ("dh * o * (1 - s * s)", "dh * o")),
    ),
}


# What it does not have, with the sentence.
OTHERS = {
    "inputs of other shapes": (
        models.gated_linear_attention,
        edited(
            gated_linear_attention,
            ('xs["k"], xs["v"]', 'xs["v"], xs["k"]'),
            ('"k": d_k, "v": d_v', '"k": d_v, "v": d_k'),
        ),
        "All agrees if k and v are exchanged: say arrays={'k': 'v', 'v': 'k'}.",
    ),
    "parameters": (
        models.vanilla,
        edited(
            vanilla,
            ('params["U"], params["W"], params["b"]', 'params["W"], params["U"], params["b"]'),
            ('params["U"], params["W"]\n    d_U', 'params["W"], params["U"]\n    d_U'),
            ('{"U": d_U, "W": d_W', '{"U": d_W, "W": d_U'),
        ),
        "All agrees if U and W are exchanged: say arrays={'U': 'W', 'W': 'U'}.",
    ),
    "inputs that are exchanged in the forward alone": (
        models.gated_linear_attention,
        edited(gated_linear_attention, ('xs["q"], xs["k"]', 'xs["k"], xs["q"]')),
        "The forward agrees if q and k are exchanged: say arrays={'q': 'k', 'k': 'q'}. Then: What flows back "
        "is right; the bug is in what is computed from it, as if q and k were exchanged: q, k are wrong.",
    ),
    "two biases with half of the gradient": (
        models.vanilla,
        two_biases(vanilla, 0.5),
        "The forward agrees if b is kept as two, b_ih and b_hh: say arrays={'b': ('b_ih', 'b_hh')}. Then: "
        "What flows back is right; the bug is in what is computed from it: b is wrong (half of what it "
        "should be).",
    ),
    "all at once": (
        models.lstm,
        changed(
            named(changed(lstm, stacked([3, 2, 1, 0])), U="Wx", W="Wh", b="b"),
            turned("Wx", "Wh"),
            sequence=swapped,
        ),
        "All agrees if U is called Wx, W is called Wh, U and W are transposed, steps come before records and "
        "gates are stacked o, g, f, i: say arrays={'U': ('Wx', 'T'), 'W': ('Wh', 'T'), 'axes': 'TN', "
        "'gates': 'ogfi'}.",
    ),
}


def diagnosed(engine):
    """The diagnosis of an engine whose forward is wrong, or not in form."""
    return diagnose(engine, Finding("forward", "outputs", "off"), healthy_case(engine))


@pytest.mark.parametrize("what", [*AGREE, *OTHERS])
def test_the_reading_that_agrees_is_reported(what):
    """With what to say for it; within the calls that a diagnosis may make."""
    model, module, sentence = OTHERS[what] if what in OTHERS else (*AGREE[what], SAID[what])
    calls = []

    def forward(*arguments):
        calls.append(arguments)
        return module.forward(*arguments)

    found = diagnosed(layer(forward, module.backward, model=model))
    assert str(found) == sentence
    assert len(calls) <= 150
    if sentence.startswith("All"):
        assert found.stage == "convention"
        assert found.as_if == sentence.removeprefix("All agrees if ").split(": say")[0]


def test_all_that_the_page_says_is_said():
    """Each row of its table of readings is one of a test's."""
    assert {what for what, sentence in SAID.items() if sentence.startswith("All agrees")} == {*AGREE}


def test_what_is_said_already_is_kept():
    """Only what differs from the description is reported, and all that has to be said."""
    module = changed(named(changed(lstm, stacked([1, 0, 2, 3])), U="Wx", W="W", b="b"))
    found = diagnosed(layer(module.forward, module.backward, model=models.lstm, arrays={"U": "Wx"}))
    assert str(found) == (
        "All agrees if gates are stacked f, i, g, o: say arrays={'U': 'Wx', 'gates': 'figo'}."
    )


def test_calls_and_seconds_are_bounded(monkeypatch):
    """What has been found by then is all that is found."""
    module = changed(lstm, stacked([3, 2, 1, 0]))
    engine = layer(module.forward, module.backward, model=models.lstm)
    assert agreeing(engine, calls=5) is None
    assert agreeing(engine) is not None
    monkeypatch.setattr(conventions, "SECONDS", float("-inf"))
    assert agreeing(engine) is None
