"""Other descriptions of an engine's arrays."""

from verification.adapters.layout import layout_of
from verification.diagnosis.readings import in_words, names_of, orders, orientations, renamed
from verification.models import gru, lstm, scan, vanilla


def test_a_missing_name_stands_for_a_block_the_likeliest_first():
    """One that begins alike; and a bias that has a name already may have a second."""
    assert renamed(lstm, {}, "bias")[0] == {"b": "bias"}
    assert {"U": "bias"} in renamed(lstm, {}, "bias")
    assert renamed(lstm, {"b": "b_ih"}, "b_hh")[0] == {"b": ("b_ih", "b_hh")}
    assert renamed(lstm, {"W": ("W", "T")}, "Wh")[0] == {"W": ("Wh", "T")}
    assert renamed(lstm, {"b": ("b1", "b2"), "U": "Wx", "W": "Wh"}, "peep") == []


def test_a_name_of_the_model_is_not_missing():
    """It was given away by another reading."""
    assert renamed(lstm, {"W": "Wx"}, "W") == []


def test_matrices_are_turned_and_steps_put_first():
    """All matrices or one; what is turned already is turned back."""
    made = list(orientations(lstm, {}))
    assert made[0] == {}
    assert {"U": ("U", "T"), "W": ("W", "T")} in made
    assert {"axes": "TN", "W": ("W", "T")} in made
    assert {"axes": "NAT", "W": ("W", "T")} in made
    assert len(made) == 12
    assert {"U": ("U", "T"), "W": "Wh"} in orientations(lstm, {"W": ("Wh", "T")})
    assert list(orientations(scan, {"axes": "TN"})) == [*({"axes": axes} for axes in ("TN", "NT", "NAT"))]


def test_every_order_of_gates_once():
    """The one that is described first."""
    assert list(orders(vanilla, {})) == [{}]
    made = list(orders(gru, {"gates": "zrn"}))
    assert made[0] == {"gates": "zrn"}
    assert sorted(each["gates"] for each in made) == ["nrz", "nzr", "rnz", "rzn", "znr", "zrn"]


def test_every_reading_is_a_layout():
    """As an adapter takes it."""
    for model in (lstm, gru, vanilla, scan):
        for turned in orientations(model, {}):
            for ordered in orders(model, turned):
                layout_of(model, ordered)


def test_what_differs_is_said_in_words():
    """And nothing else."""
    after = {"U": ("Wx", "T"), "W": ("W", "T"), "b": ("b1", "b2"), "gates": "ifog", "axes": "TN"}
    assert list(in_words(lstm, {}, after)) == [
        "U is called Wx",
        "b is kept as two, b1 and b2",
        "U and W are transposed",
        "steps come before records",
        "gates are stacked i, f, o, g",
    ]
    assert list(in_words(lstm, after, after)) == []
    before = {"axes": "TN", "U": ("U", "T")}
    assert list(in_words(lstm, before, {})) == ["U is not transposed", "records come before steps"]
    block = lstm.block("W")
    assert names_of(block, {}) == (("W",), False)
    assert names_of(block, {"W": ("Wh", "T")}) == (("Wh",), True)
