"""Lag by lag where a state is all that flows."""

from dataclasses import replace

import numpy as np
import pytest

from tests import cases
from verification.adapters.rnn.manual import manual
from verification.adapters.rnn.scoping import as_rnn
from verification.models import gru, linear, lstm, scan, vanilla
from verification.models.truncation import FULL, Standard
from verification.properties.unfolding import Unfolded, unfolded_lags, unfolds
from verification.truth import replay

ENGINE, SIZES = as_rnn(manual), {"H": 3, "D": 2, "K": 2}


def a_case(losses="every", truncation=FULL, dtype=np.float64, steps=5, scale=1.0):
    case = cases.a_case(vanilla, 2, steps, dtype, 1, losses=losses, sizes=SIZES)
    blocks = {**case.blocks, "W": scale * case.blocks["W"]}
    return replace(case, truncation=truncation, blocks=blocks)


def test_a_cell_whose_units_are_carried_does_not_unfold():
    """Only the vanilla one of the shipped models does."""
    assert [unfolds(model) for model in (vanilla, lstm, gru, linear, scan)] == [True, *[False] * 4]


@pytest.mark.parametrize(
    "changes",
    [
        {"step": lambda f, p, x, h: vanilla.step(f, p, x, h) + h[..., :1]},
        {
            "readout": lambda f, p, h, *others: h @ p.V + p.c,
            "blocks": tuple(replace(b, axes=b.axes[::-1]) if b.name == "V" else b for b in vanilla.blocks),
        },
    ],
    ids=["a unit that all read", "a readout by columns"],
)
def test_a_model_of_another_form_does_not_unfold(changes):
    """Though its blocks are those of the vanilla cell: sets of units would be no copies."""
    assert not unfolds(replace(vanilla, name="other", **changes))


@pytest.mark.parametrize(
    ("truncation", "losses", "dtype"),
    [
        (truncation, losses, types[number % 2])
        for number, truncation in enumerate(
            [("Full",), ("Window", (2,)), ("Chunked", (2, 3)), ("Tail", (2,))]
        )
        for losses, types in (("every", (np.float32, np.float64)), ("last", (np.float64, np.float32)))
    ],
    ids=str,
)
def test_the_right_engine_is_right_at_every_lag(truncation, losses, dtype):
    """Under every truncation, in both types, and it is no empty statement."""
    looked = list(unfolded_lags(ENGINE, a_case(losses, Standard(*truncation), dtype)))
    assert [str(wrong) for _, wrong, _ in looked if wrong] == []
    assert {name for name, _, expected in looked if expected.size > 0} >= {"U", "W", "b", "V", "c", "xs"}
    assert all(expected.determined for _, _, expected in looked)


@pytest.mark.parametrize("name", ["U", "W", "b", "xs"])
def test_the_parts_of_a_block_add_up_to_its_gradient(name):
    """Over losses and steps."""
    case = a_case(truncation=Standard("Window", (2,)))
    unfolded = Unfolded(case)
    parts = [unfolded.parts(loss, name).want for loss in range(case.steps)]
    total = np.sum(parts, axis=0).swapaxes(0, 1) if name == "xs" else np.sum(parts, axis=(0, 1))
    np.testing.assert_allclose(total, replay.gradient(case)[name], rtol=0, atol=1e-14)


def test_a_fault_where_little_is_left_is_seen():
    """By a millionth of a part that is 1e-12 of the largest, which no sum shows; in its place alone."""
    case = a_case("last", scale=1e-3)

    def off(problem):
        answer = manual(problem)
        W = answer.params["W"]
        sets = W.shape[0] // 3
        if sets > 1:
            W[3:6, :3] *= 1 + 1e-6
        return answer

    wrong = [str(wrong) for _, wrong, _ in unfolded_lags(as_rnn(off), case) if wrong]
    assert len(wrong) == 1
    assert wrong[0].startswith("d_W of the loss at step 4 from step 0[")


def test_a_loss_that_does_not_stand_out_is_not_checked():
    """Where no room is left below the largest number."""
    case = a_case()
    huge = replace(case, blocks={**case.blocks, "V": 1e300 * case.blocks["V"]})
    assert Unfolded(huge).gain == 0
    assert len(Unfolded(huge).losses) < 3
    assert Unfolded(case).losses == (0, 2, 4)


@pytest.mark.parametrize(("dtype", "power", "gain"), [(np.float32, 32, 36), (np.float64, 400, 196)])
def test_a_loss_is_amplified_as_far_as_leaves_room_for_sums(dtype, power, gain):
    """Thirty powers of two below the largest number: by less where its own numbers are large."""
    case = a_case(dtype=dtype)
    large = {**case.blocks, "V": (case.blocks["V"] * 2.0**power).astype(dtype)}
    assert Unfolded(replace(case, blocks=large)).gain == gain


@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize("losses", ["every", "last"])
def test_an_unfolded_case_asks_for_losses_in_the_form_of_the_case(losses, steps):
    """One who takes targets of every step alone is not given one step's without their axis."""
    case = a_case(losses, steps=steps)
    unfolded = Unfolded(case)
    for larger in (unfolded.baseline(0), unfolded.amplified(0)):
        assert larger.objective.last is case.objective.last is (losses == "last")
        assert larger.objective.targets.shape == case.objective.targets.shape
