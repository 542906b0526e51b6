"""A mutant as data."""

from benchmarks.evidence.mutants.fault import Edit, Fault


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
