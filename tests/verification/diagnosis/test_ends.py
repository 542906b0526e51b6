"""Records that end early: what a layer makes of their ends is reported as that."""

from dataclasses import replace

import numpy as np
import pytest

from tests.layers import planted, ragged
from tests.quick import first_quick
from tests.verification.diagnosis.wrong import diagnosed
from verification import Scope, layer, manual, models, scoped
from verification.diagnosis.circumstances import ending_early
from verification.diagnosis.ends import explained_by_ends
from verification.diagnosis.probe import healthy_case, look_at

NONE = slice(None)


class Sorting:
    """A layer that sorts records by length, and what of it is sorted back, or is not."""

    def __init__(self, outputs=True, d_state=True, d_xs=True, back=np.argsort):
        self.outputs, self.d_state, self.d_xs, self._back = outputs, d_state, d_xs, back

    def forward(self, params, xs, state, lengths):
        order = np.argsort(-lengths, kind="stable")
        back = self._back(order)
        sorted_state = tuple(a[order] for a in state)
        outputs, final, saved = ragged.forward(params, xs[order], sorted_state, lengths[order])
        outputs = outputs[back if self.outputs else NONE]
        return outputs, tuple(a[back].copy() for a in final), (saved, order, back)

    def backward(self, saved, d_outputs, d_state):
        saved, order, back = saved
        d_state = tuple(a[order if self.d_state else NONE] for a in d_state)
        d_params, d_xs, d_initial = ragged.backward(saved, d_outputs[order], d_state)
        d_xs = d_xs[back if self.d_xs else NONE]
        return d_params, d_xs.copy(), tuple(a[back].copy() for a in d_initial)


SORTED = "records were sorted by length and not sorted back"

# The layer, the parts that are wrong, and what is reported.
FAULTS = {
    "outputs not sorted back": (Sorting(outputs=False), "outputs are wrong", SORTED),
    "d_xs not sorted back": (Sorting(d_xs=False), "xs is wrong", SORTED),
    "sorted twice": (
        Sorting(back=lambda order: order),
        "outputs and final h0 are wrong",
        "records that are sorted by length were sorted once more, and not back",
    ),
    "the final state's cotangents not sorted": (
        Sorting(d_state=False),
        "U, W, b, xs, h0 are wrong",
        "the final state's cotangents",
    ),
    "the final state's cotangent lost": (
        planted(ragged, "dh = np.where(runs, da @ W, dh)", "dh = da @ W"),
        "U, W, b, xs, h0 are wrong",
        "the final state of records that end early had no cotangent",
    ),
    "lengths ignored": (
        planted(ragged, "    (h,) = state", "    (h,) = state; lengths = 0 * lengths + xs.shape[1]"),
        "final h0 is wrong",
        "no record ended early",
    ),
}


def engine_of(made):
    return layer(made.forward, made.backward, model=models.vanilla, scope=Scope(lengths=True))


@first_quick(("made", "wrong", "as_if"), FAULTS.values(), 3, ids=FAULTS)
def test_what_is_done_at_their_ends_is_reported(made, wrong, as_if):
    """With what is wrong, and where."""
    engine = engine_of(made)
    case = ending_early(engine)
    assert case.lengths == (2, 4, 1, 3)
    diagnosis = diagnosed(engine, case)
    assert diagnosis.stage == "lengths"
    assert diagnosis.sentence.startswith(f"The bug is at the end of records, as if {as_if}")
    assert f": {wrong} where records end early." in diagnosis.sentence
    assert diagnosis.as_if.startswith(as_if)


def test_what_follows_an_end_and_has_a_gradient_is_reported_as_that():
    """It has to be zero there, and all else is right."""
    engine = engine_of(planted(ragged, "d_xs[:, t] = da @ U", "d_xs[:, t] = np.where(runs, da, 1) @ U"))
    diagnosis = diagnosed(engine, ending_early(engine))
    assert (diagnosis.stage, diagnosis.blocks, diagnosis.sentence) == (
        "lengths",
        ("xs",),
        "What follows a record's end has no effect, and the gradient of xs has to be 0 there: xs is wrong "
        "where records end early.",
    )


@pytest.mark.parametrize(
    ("words", "ends"),
    [
        ("no record ended early", lambda lengths, steps: None),
        ("each record ended a step earlier", lambda lengths, steps: np.maximum(lengths - 1, 1)),
        ("each record went on for a step more", lambda lengths, steps: np.minimum(lengths + 1, steps)),
    ],
)
def test_a_problem_whose_gradient_has_other_ends_is_said_so(words, ends):
    """It has a loss, and no cotangents."""

    def engine(problem):
        right = manual(problem)
        if problem.lengths is None:
            return right
        other = manual(replace(problem, lengths=ends(problem.lengths, problem.steps)))
        return replace(other, outputs=right.outputs, value=right.value)

    problem = scoped(engine, Scope(lengths=True, losses=("every",)))
    diagnosis = diagnosed(problem, ending_early(problem))
    assert (diagnosis.stage, diagnosis.as_if) == ("lengths", words)


def test_what_is_wrong_at_a_size_is_not_at_the_ends_of_records():
    """Though no record ends early in the small cases that are right."""
    layer_of_many = engine_of(planted(ragged, "d_U += da.T", "d_U += (1 + (len(da) > 20)) * da.T"))
    case = healthy_case(layer_of_many, 4, 24)
    diagnosis = diagnosed(layer_of_many, replace(case, lengths=(*range(1, 5),) * 6))
    assert diagnosis.stage != "lengths"
    assert "N = 21" in diagnosis.sentence
    assert "end" not in diagnosis.sentence


def test_a_right_layer_that_sorts_is_right():
    """And nothing of it is explained."""
    engine = engine_of(Sorting())
    seen = look_at(engine, ending_early(engine))
    assert not seen.wrong
    assert explained_by_ends(replace(seen, blocks=("h0",))) is None


def test_outputs_after_an_end_are_not_compared_and_that_is_said():
    """Some give zeros there and some the last state; it is padding, and so is what is given for it."""
    engine = engine_of(planted(ragged, "outputs[:, t] = np.where(runs, h, 0)", "outputs[:, t] = h"))
    assert not look_at(engine, ending_early(engine)).wrong
    assert "outputs after a record's end" in engine.claim.not_checked(engine.model)
    whole = layer(ragged.forward, ragged.backward, model=models.vanilla)
    assert "outputs after a record's end" not in whole.claim.not_checked(whole.model)
