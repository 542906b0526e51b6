"""Other descriptions of an engine's arrays."""

from verification.adapters.layout import layout_of
from verification.diagnosis.readings import in_words, names_of, orders, orientations
from verification.models import gru, lstm, scan, vanilla


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
