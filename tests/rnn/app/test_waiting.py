"""How far a long answer is."""

import pytest

from rnn.app.waiting import REPORTED, part, unreported
from rnn.console.progress import Progress


@pytest.mark.parametrize(("windows", "lines"), [(REPORTED, 0), (REPORTED + 1, 1)])
def test_few_windows_say_nothing(capsys, windows, lines):
    """More of them have a part of the progress."""
    with part(Progress({"work": 1.0}), "work", windows) as show:
        show(1, 2)
    assert len(capsys.readouterr().err.splitlines()) == lines
    assert (show is unreported) == (lines == 0)
