"""Trees of arrays: each array in its order, and its name."""

from verification.adapters.trees import each, named

TREE = {"U": 1, "state": (2, None, [3])}


def test_every_leaf_is_changed_but_what_is_missing():
    """Lists become tuples, as an adapter takes either."""
    assert each(lambda leaf: -leaf, TREE) == {"U": -1, "state": (-2, None, (-3,))}


def test_names_are_those_of_dicts_and_places_in_tuples():
    """Missing ones have none."""
    assert named(TREE) == [("U", 1), ("state[0]", 2), ("state[2][0]", 3)]
    assert named((4,), "d_state") == [("d_state[0]", 4)]
