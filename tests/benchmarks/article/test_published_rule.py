"""The published rule is what the article's text computes, and it is accused of what it does, no more."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from benchmarks.article.published_rule import PublishedRule, examine, folded, initial_weights, published
from rnn.data import positional
from tests.vanilla import arrays_of, blocks_of, changed
from verification.adapters.problem import problem_of
from verification.adapters.rnn.larger import vanilla_case
from verification.adapters.rnn.manual import manual
from verification.models.truncation import FULL, Standard, tail, window

TAILS = [tail(k) for k in (0, 3)]
CHUNKS = [Standard("Chunked", numbers) for numbers in ((2, 2), (2, 4))]
SMALL = {"units": 6, "length": 10}
DISAGREES, BLIND, SUMS, VACUOUS = (
    "disagrees",
    "blind to the target",
    "sums the readout over all steps",
    "vacuous initialisation",
)


def by_hand(truncation):
    """One unit, no squashing, three steps with x = 1, 2, 3: the states are 1, 3, 6 and the error is 6."""
    one, none = np.array([[Fraction(1)]], dtype=object), np.array([Fraction(0)], dtype=object)
    xs = positional(np.array([[[Fraction(1)], [Fraction(2)], [Fraction(3)]]], dtype=object))
    arrays = {"U": np.repeat(one, 3, axis=1), "W": one, "b": none, "V": one, "c": none}
    arrays |= {"xs": xs, "targets": none[None], "h0": none[None]}
    return problem_of(vanilla_case(arrays, "identity", truncation))


def drawn(targets, truncation=FULL, activation="relu", seed=0):
    """A problem of small Fractions with every block nonzero, on which nothing is rounded."""
    rng = np.random.default_rng(seed)

    def fill(*shape):
        return np.vectorize(Fraction, otypes=[object])(rng.integers(-3, 4, shape), 2)

    arrays = {"U": fill(3, 2), "W": fill(3, 3), "b": fill(3), "V": fill(2, 3), "c": fill(2)}
    arrays |= {"xs": fill(2, 5, 2), "targets": fill(*targets), "h0": fill(2, 3)}
    return vanilla_case(arrays, activation, truncation)


@pytest.mark.parametrize("rule", [published, folded])
def test_the_rule_by_hand(rule):
    """dV = 6 (1 + 3 + 6); at t = 1 and 2, W s is 1 and 3, U x is 2 and 3, and (3 − t) min(t, 5) is 2."""
    answer = rule(by_hand(window(5)))
    assert answer.params["V"].tolist() == [[60]]
    assert answer.params["W"].tolist() == [[2 * 1 + 2 * 3]]
    assert answer.params["U"].tolist() == [[2 * 2 + 2 * 3] * 3]
    assert answer.value == 18


@pytest.mark.parametrize("rule", [published, folded])
@pytest.mark.parametrize(("kind", "k", "W"), [("Window", 1, 2 * 1 + 1 * 3), ("Window", 0, 0), ("Tail", 0, 0)])
def test_a_window_shortens_the_loop(rule, kind, k, W):
    """A term is added min(t, k) times, and never where the loss reaches no earlier step."""
    assert rule(by_hand(Standard(kind, (k,)))).params["W"].tolist() == [[W]]


@pytest.mark.parametrize("truncation", [FULL, window(2), *TAILS, *CHUNKS], ids=str)
@pytest.mark.parametrize("targets", [(2, 2), (2, 5, 2)])
def test_the_closed_form_is_the_rule(truncation, targets):
    """Without rounding both texts give the same numbers, whatever the problem."""
    problem = problem_of(drawn(targets, truncation))
    loops, closed = published(problem), folded(problem)
    assert np.all(loops.outputs == closed.outputs)
    assert loops.value == closed.value
    for name, block in blocks_of(loops).items():
        assert np.all(block == blocks_of(closed)[name]), name


@pytest.mark.parametrize("targets", [(2, 2), (2, 5, 2)])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_the_forward_is_right(activation, targets):
    """What is wrong is the backward: outputs and loss are the reference's, with b, c and h_0 too."""
    problem = problem_of(drawn(targets, activation=activation).astype(float))
    got, want = published(problem), manual(problem)
    np.testing.assert_allclose(got.outputs, want.outputs, rtol=1e-12)
    np.testing.assert_allclose(got.value, want.value, rtol=1e-12)


def test_what_the_article_does_not_have_is_zero():
    """b, c, xs and h0 get a gradient of 0, of their shape and kind of number."""
    problem = problem_of(drawn((2, 2)))
    for name in ("b", "c", "xs", "h0"):
        block = blocks_of(published(problem))[name]
        assert block.shape == arrays_of(problem)[name].shape
        assert all(isinstance(entry, Fraction) and entry == 0 for entry in block.ravel())


def test_the_articles_weights():
    """Uniform on [0, 1), in the legacy generator's sequence, U before W before V; no biases."""
    params = initial_weights(0)
    assert params.U[0, 0] == pytest.approx(0.5488135)
    sequence = np.random.RandomState(0).random_sample(100 * 50 + 100 * 100 + 100)
    np.testing.assert_array_equal(np.concatenate([params.U.ravel(), params.W.ravel(), params.V[0]]), sequence)
    assert not np.any(params.b)
    assert not np.any(params.c)


def names(found):
    """The names of the reasons."""
    return [reason.name for reason in found.reasons]


def test_the_rule_is_refuted():
    """Three gradients disagree, two ignore the target, one is T times too large; nothing saturates here."""
    found = examine(published, **SMALL)
    assert found.verdict == "refuted"
    assert names(found) == [DISAGREES, BLIND, SUMS]
    disagrees, blind, sums = (reason.figures for reason in found.reasons)
    assert all(disagrees[f"relative error {name}"] > 1 > disagrees["allowed"] for name in "UWV")
    assert blind["true growth U"] > 1e3
    assert blind["true growth W"] > 1e3
    assert sums["times at T = 10"] == pytest.approx(10, rel=0.1)
    assert sums["times at T = 2"] == pytest.approx(2, rel=0.2)


def test_saturation_is_measured():
    """From the article's weights at H = 100 V alone lowers the loss, and the whole rule is accused of it."""
    found = examine(published, units=100, length=10)
    assert names(found) == [DISAGREES, BLIND, SUMS, VACUOUS]
    figures = found.reasons[-1].figures
    assert figures["saturated states"] == 1
    assert figures["loss after an epoch"] == pytest.approx(
        figures["loss after an epoch of V alone"], rel=1e-12
    )
    assert figures["loss after an epoch"] < figures["loss before"]
    assert figures["largest true, extended precision"] < 1e-12 < 1 < figures["largest W"]


@pytest.mark.parametrize("units", [6, 100])
def test_the_right_engine_is_not_accused(units):
    """Where nothing is wrong no reason is found, though its true gradients vanish at H = 100 as well."""
    assert examine(manual, units=units, length=10) == PublishedRule("verified", ())


def blind(problem):
    """The gradient of U at another target."""
    return manual(replace(problem, targets=np.zeros_like(problem.targets))).params["U"]


# The block that is wrong, its gradient, and what the engine is accused of.
FAULTS = {
    "T times too large": ("V", lambda p: manual(p).params["V"] * p.steps, [DISAGREES, SUMS]),
    "twice too large": ("V", lambda p: manual(p).params["V"] * 2, [DISAGREES]),
    "that of another target": ("U", blind, [DISAGREES, BLIND]),
    "off by a millionth": ("W", lambda p: manual(p).params["W"] * (1 + 1e-6), [DISAGREES]),
}


@pytest.mark.parametrize(("block", "wrong", "accusations"), FAULTS.values(), ids=FAULTS)
def test_each_reason_is_measured_by_itself(block, wrong, accusations):
    """An engine with one of the faults is accused of that fault, in its block, and of no other."""
    found = examine(lambda problem: changed(manual(problem), **{block: wrong(problem)}), **SMALL)
    assert found.verdict == "refuted"
    assert names(found) == accusations
    for reason in found.reasons[:2]:
        of_blocks = {name.split()[-1] for name in reason.figures if name.startswith(("relative", "true"))}
        assert of_blocks <= {block}


def test_a_forward_that_is_wrong_is_refuted():
    """The verdict covers the outputs too, with no gradient to blame."""

    def off(problem):
        answer = manual(problem)
        return replace(answer, outputs=answer.outputs * 1.001)

    assert examine(off, **SMALL) == PublishedRule("refuted", ())
