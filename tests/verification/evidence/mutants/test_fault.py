"""A mutant as data."""

import pytest

from verification.evidence.mutants.fault import Edit, Fault


def test_the_wrong_line_stands_beside_the_right_one():
    """A diff of every edit, under the file that it is in."""
    edits = (
        Edit("through_time.bptt", "total += left", "pass"),
        Edit("cells.vanilla", "one", "two\n        three"),
    )
    mutant = Fault("a name", "What happened.", "who", edits, "lags")
    assert mutant.beside().splitlines() == [
        *("rnn/through_time/bptt.py", "- total += left", "+ pass"),
        *("rnn/cells/vanilla.py", "- one", "+ two", "+ three"),
    ]


@pytest.mark.parametrize("field", ["name", "edits", "caught_by"])
def test_it_cannot_be_changed(field):
    """A mutant is a value."""
    with pytest.raises(AttributeError):
        setattr(Fault("a name", "What happened.", "who", (), None), field, "another")
