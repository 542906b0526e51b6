"""Names of the blocks of several cells."""

import pickle

from rnn.through_time.naming import blocks, initial_named, level_named


def test_a_level_stands_behind_the_letter():
    """And before what else there is."""
    assert [level_named(name, 2) for name in ("U", "bn", "U_reverse")] == ["U_l2", "bn_l2", "U_l2_reverse"]


def test_a_mark_stands_behind_the_letter():
    """As the 0 of an initial state."""
    assert [initial_named(name, "0") for name in ("h", "c_l1", "h_l0_reverse")] == [
        *("h0", "c0_l1", "h0_l0_reverse")
    ]


def test_classes_are_made_once_and_known_by_their_names():
    """The same names make the same class, in another process as well."""
    weights, params = blocks("Pair", ("U", "W"))
    assert blocks("Pair", ("U", "W")) == (weights, params)
    assert (weights.__name__, params.__name__, params._fields) == (
        "PairWeights",
        "PairParams",
        ("U", "W", "V", "c"),
    )
    made = weights(1, 2)
    assert (repr(made), type(pickle.loads(pickle.dumps(made)))) == ("PairWeights(U=1, W=2)", weights)
