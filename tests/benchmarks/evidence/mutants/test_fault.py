"""A fault as data, and as it is written."""

import re

import pytest

from benchmarks.evidence.mutants.fault import Edit, Fault, read


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


WRITTEN = """\
## Who reads this learns what it is about.

# where='cells.lstm', cell='lstm', caught_by='lags', family='slope'

the slope is left out
- d * (1 - y)
-     * y
+ d
= step: U (f), as if it were 1
& caught_by='forward', says='of sigmoid', records=7, levels={'zero': 'b'}

two lines, of which one goes
> What happened.
- one
+
- two
+ 2
@ network
- three
+ 3
& source='a page'

# where='layer', caught_by=None

another
- a
+ b
"""


def test_a_file_is_read(tmp_path):
    """Each block is a fault, with what is said of all that follow, and with more of its own."""
    path = tmp_path / "some.faults"
    path.write_text(WRITTEN, "utf-8")
    slope, two, another = read(path)
    assert slope.edits == (Edit("cells.lstm", "d * (1 - y)\n    * y", "d"),)
    assert (slope.name, slope.story, slope.source) == (*["the slope is left out"] * 2, "plausible")
    assert (slope.place, slope.as_if, slope.says) == ("step: U (f)", "it were 1", "of sigmoid")
    assert (slope.caught_by, slope.cell, slope.family) == ("forward", "lstm", "slope")
    assert slope.case == {"records": 7, "levels": {"zero": "b"}}
    assert two.edits == (
        Edit("cells.lstm", "one", ""),
        Edit("cells.lstm", "two", "2"),
        Edit("network", "three", "3"),
    )
    assert (two.story, two.source, two.caught_by) == ("What happened.", "a page", "lags")
    assert (another.cell, another.caught_by, another.edits[0].module) == ("vanilla", None, "layer")


@pytest.mark.parametrize("line", ["what is this", "+ b", "* a"])
def test_what_is_no_line_of_a_fault_is_refused(tmp_path, line):
    """With the block that it is in; a new line without a right one before it as well."""
    path = tmp_path / "some.faults"
    path.write_text(f"# where='layer', caught_by=None\n\na name\n{line}\n", "utf-8")
    with pytest.raises(ValueError, match=re.escape(repr(line))):
        read(path)
