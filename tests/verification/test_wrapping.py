"""Where text may break."""

from hypothesis import given
from hypothesis import strategies as st

from verification.adapters.rnn.engine import manual
from verification.adapters.rnn.scoping import as_rnn
from verification.judging.contract import contract
from verification.text import NO_BREAK, filled, unbroken

WORDS = st.lists(
    st.sampled_from(["T", "≥", "13", "lag", "-2", "a-b", "k2 < k1", "x" * 30]), min_size=1, max_size=4
)
ENTRIES = st.lists(WORDS.map(" ".join), min_size=1, max_size=12)


def test_relations_and_numbers_stay_with_what_they_are_about():
    """Lags, steps, sizes and bounds; words break as ever."""
    assert unbroken("at lags 1, 3 of T ≥ 13").split(" ") == [
        "at",
        f"lags{NO_BREAK}1,{NO_BREAK}3",
        "of",
        "T\xa0≥\xa013",
    ]
    assert unbroken("h0 is missing") == "h0 is missing"
    assert unbroken("the forward at θ + iε; by ==").split(" ")[-2:] == ["by", "=="]
    assert f"θ{NO_BREAK}+{NO_BREAK}iε;" in unbroken("the forward at θ + iε; by ==")
    assert unbroken("from -2 to −3").split(" ") == ["from\xa0-2", "to\xa0−3"]


@given(ENTRIES, st.integers(5, 60))
def test_lines_break_between_entries_alone(entries, width):
    """Every entry is whole in one line, in order, and only one that is too long goes over the width."""
    lines = filled(entries, width, indent="  ")
    assert ", ".join(line.removesuffix(",").removeprefix("  ") for line in lines) == ", ".join(entries)
    for line in lines:
        assert line.startswith("  ")
        assert len(line) <= width or ", " not in line


def test_every_entry_of_the_contract_stays_with_its_count():
    """In lines of any width."""
    entries = [f"{entry.name}: 25" for entry in contract(as_rnn(manual).claim)]
    for width in range(20, 120):
        lines = filled(entries, width)
        assert all(any(entry in line for line in lines) for entry in entries)
