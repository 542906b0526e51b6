"""The reference's masks, against tables drawn by hand, and the state that no gradient passes."""

import autograd
import numpy as np
import pytest

from verification.reference.truncation import mask, reaches, stop

# A row for each loss t, a column for each step s up to it: # where the loss reaches the step. From the
# table in the design: Window counts jumps, Tail steps of the sequence's end, Chunked back from a chunk's end.
BY_HAND = {
    ("Full", (), 4): "#    ##   ###  ####",
    ("Window", (0,), 4): "#    .#   ..#  ...#",
    ("Window", (1,), 4): "#    ##   .##  ..##",
    ("Window", (2,), 4): "#    ##   ###  .###",
    ("Window", (3,), 4): "#    ##   ###  ####",
    ("Window", (9,), 4): "#    ##   ###  ####",
    ("Tail", (0,), 4): ".    ..   ...  ....",
    ("Tail", (1,), 4): ".    ..   ...  ...#",
    ("Tail", (2,), 4): ".    ..   ..#  ..##",
    ("Tail", (4,), 4): "#    ##   ###  ####",
    ("Tail", (9,), 4): "#    ##   ###  ####",
    # Each chunk alone; the last is ragged.
    ("Chunked", (2, 2), 5): "#  ##  ..#  ..##  ....#",
    ("Chunked", (1, 1), 3): "#  .#  ..#",
    ("Chunked", (5, 5), 5): "#  ##  ###  ####  #####",
    ("Chunked", (9, 9), 5): "#  ##  ###  ####  #####",
    # k2 − k1 earlier steps as well.
    ("Chunked", (2, 3), 5): "#  ##  .##  .###  ...##",
    ("Chunked", (3, 5), 5): "#  ##  ###  .###  .####",
    ("Chunked", (1, 3), 5): "#  ##  ###  .###  ..###",
    ("Chunked", (2, 9), 5): "#  ##  ###  ####  #####",
    # The last k2 steps of each chunk, measured from the ragged one's own end.
    ("Chunked", (4, 2), 6): ".  ..  ..#  ..##  ....#  ....##",
    ("Chunked", (4, 1), 6): ".  ..  ...  ...#  .....  .....#",
    ("Chunked", (3, 2), 4): ".  .#  .##  ...#",
    ("Chunked", (2, 0), 3): ".  ..  ...",
    # One step alone.
    ("Full", (), 1): "#",
    ("Window", (0,), 1): "#",
    ("Tail", (0,), 1): ".",
    ("Tail", (1,), 1): "#",
    ("Chunked", (3, 1), 1): "#",
    ("Chunked", (3, 0), 1): ".",
}


def drawn(table):
    """The drawing of a mask: its lower triangle."""
    return ["".join("#" if reached else "." for reached in row[: t + 1]) for t, row in enumerate(table)]


def test_the_chunks_of_five_steps():
    """One mask in full, its upper triangle as well: no loss reaches a step after it."""
    assert mask("Chunked", (2, 2), 3).tolist() == [
        [True, False, False],
        [True, True, False],
        [False, False, True],
    ]


@pytest.mark.parametrize(("policy", "numbers", "steps"), BY_HAND)
def test_masks_are_those_drawn_by_hand(policy, numbers, steps):
    """Each policy's mask is its table."""
    table = mask(policy, numbers, steps)
    assert drawn(table) == BY_HAND[policy, numbers, steps].split()
    assert not np.triu(table, k=1).any()


def test_a_policy_of_ones_own_is_a_table():
    """The loss at step t reaches the steps from the t-th entry on, if that is not beyond it."""
    table = mask("own", (0, 2, 1), 3).astype(int).tolist()
    assert table == [[1, 0, 0], [0, 0, 0], [0, 1, 1]]


def test_a_policy_by_another_name_is_refused():
    """The message gives the name and those that there are."""
    with pytest.raises(ValueError, match="policy: 'Half', needed Full, Window, Chunked, Tail or own"):
        reaches("Half", (1,), 0, 0, 1)


def test_a_stopped_number_is_a_constant():
    """stop keeps the value and lets no gradient through: d/dx x · stop(x²) is x², not 3x²."""
    assert stop(np.array([3.0])).tolist() == [3.0]
    value, slope = autograd.value_and_grad(lambda x: x * stop(x * x))(5.0)
    assert (value, slope) == (125.0, 25.0)
    assert autograd.grad(lambda x: x * (x * x))(5.0) == 75.0
