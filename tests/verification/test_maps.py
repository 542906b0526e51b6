"""Maps: which entries of an engine's own lag table are wrong, and how that is said."""

from dataclasses import replace

import numpy as np
import pytest

from rnn import Full, Tail, Window
from verification.engine import manual
from verification.maps import Map, in_words, maps
from verification.patients import patient
from verification.trial import Trial, Truth

T = 4
CAUSAL = np.tri(T, dtype=bool)
NONE = np.zeros((T, T), bool)


def drawn(wrong, reached=CAUSAL, beyond=NONE, missing=NONE, block="W", blind=False):
    """A map with these entries."""
    return Map(block, wrong, reached, beyond, missing, blind)


def within(k):
    """The entries at most k jumps before their loss."""
    return CAUSAL & ~np.tri(T, k=-k - 1, dtype=bool)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (drawn(CAUSAL), "W is wrong at every lag"),
        (drawn(np.tri(T, k=-1, dtype=bool)), "W is wrong at every lag ≥ 1, right at lag 0"),
        (drawn(np.eye(T, dtype=bool)), "W is wrong at lag 0, right at every lag ≥ 1"),
        (drawn(np.eye(T, k=-1, dtype=bool)), "W is wrong at lag 1, right at lags 0, 2, 3"),
        (drawn(CAUSAL & (np.arange(T) == 2)), "W is wrong from step 2 alone"),
        (drawn(CAUSAL & (np.arange(T) >= 1)), "W is wrong from steps 1 to 3 alone"),
        (drawn(CAUSAL & (np.arange(T) == 2)[:, None]), "W is wrong for the loss at step 2 alone"),
        (drawn(np.eye(T, dtype=bool) & (np.arange(T) == 2)), "W is wrong at lag 0, for (t, s) in (2, 2)"),
        (drawn(CAUSAL, missing=CAUSAL), "W is missing at every lag"),
        (drawn(CAUSAL, missing=CAUSAL, blind=True),
         "W is blind to the targets: not zero, and the same whatever they are"),
        (drawn(CAUSAL & ~within(1), within(1), CAUSAL & ~within(1)),
         "W is not zero, beyond the truncation, at every lag ≥ 2, right at lags 0, 1"),
    ],
)  # fmt: skip
def test_a_map_in_words(found, said):
    """Lags if they tell wrong from right, else steps or losses, else the entries themselves."""
    assert in_words([found]) == said


def test_blocks_that_are_wrong_alike_are_told_together():
    """One sentence for both, and for h0 its losses."""
    column = np.ones((T, 1), bool)
    h0 = Map("h0", column & (np.arange(T) > 1)[:, None], column, ~column, ~column)
    told = in_words([drawn(CAUSAL, block="U"), drawn(CAUSAL), h0])
    assert told == "U, W are wrong at every lag; h0 is wrong for the loss at steps 2, 3"


@pytest.mark.parametrize(
    ("there", "is_one"),
    [
        (CAUSAL, True),
        (within(0), True),
        (NONE, True),
        (CAUSAL & (np.arange(T) >= 2), True),
        (within(1) & ~within(0), False),
        (CAUSAL & (np.arange(T) != 2), False),
        (CAUSAL & (np.arange(T) != 2)[:, None], False),
    ],
    ids=[
        "all",
        "no jump",
        "nothing",
        "the tail",
        "not from the loss on",
        "a gap",
        "a loss that stops earlier",
    ],
)
def test_what_is_a_truncation_and_what_is_none(there, is_one):
    """From each loss back without a gap, and none that stops before one that is later does."""
    reached = within(1)
    wrong = there ^ reached
    assert drawn(wrong, reached, there & ~reached, reached & ~there).cut_elsewhere == is_one


def test_a_wrong_entry_that_is_there_is_no_truncation():
    """What is reached, and there, and wrong, has another reason."""
    assert not drawn(np.eye(T, dtype=bool)).cut_elsewhere


def wrong_maps(truncation, **lines):
    """The maps of the engine with blocks replaced: each a function of the block and the problem."""

    def engine(problem):
        answer = manual(problem)
        return replace(answer, **{name: line(answer.blocks()[name], problem) for name, line in lines.items()})

    return maps(Trial(engine, Truth(patient("tanh", truncation, True, steps=T))))


def test_the_right_engine_has_no_map():
    """Nothing is wrong, so nothing is drawn."""
    assert wrong_maps(Window(1)) == {}


def test_a_block_that_is_zero_is_missing():
    """And only there where it is due."""
    found = wrong_maps(Window(1), U=lambda block, problem: 0 * block)
    assert found.keys() == {"U"}
    np.testing.assert_array_equal(found["U"].missing, within(1))
    np.testing.assert_array_equal(found["U"].wrong, within(1))
    assert not found["U"].blind


def test_a_block_that_no_target_changes_is_blind():
    """Ones in place of dW are not called missing, and the block is blind."""
    found = wrong_maps(Full(), W=lambda block, problem: np.ones_like(block))
    assert found["W"].blind
    assert not found["W"].missing.any()


def test_a_fault_that_needs_the_problem_as_it_is_is_wrong_everywhere():
    """Twice the gradient of W where W has no zeros, which an unfolded one has: only the total shows it."""
    found = wrong_maps(Window(1), W=lambda block, problem: block * (1 + np.all(problem.params["W"] != 0)))
    np.testing.assert_array_equal(found["W"].wrong, within(1))


def test_what_the_truncation_lets_nowhere_can_still_be_wrong():
    """h0 that no loss reaches, and that is not zero: wrong for every loss."""
    late = wrong_maps(Tail(1), h0=lambda block, problem: block + np.all(problem.params["W"] != 0))
    assert late["h0"].wrong.all()
