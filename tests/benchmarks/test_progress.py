"""How much of a whole run is left, by whichever process is at work."""

import pytest

from benchmarks import progress
from benchmarks.options import Options
from benchmarks.progress import RunPart


@pytest.fixture
def passed(monkeypatch):
    """A run that began at 0, and so many seconds later."""

    def at(seconds):
        monkeypatch.setattr(progress.time, "time", lambda: seconds)

    at(0.0)
    return at


def test_a_line_for_each_quarter_of_the_whole(capsys, passed):
    """Elsewhere than in a terminal, with what is left at the speed so far; not where a stretch ends."""
    for stretch in RunPart.whole().divided({"one": 10, "two": 30}).values():
        for done in range(10):
            passed(40 * (stretch.first + (stretch.last - stretch.first) * done / 10))
            stretch.show(done, 10, "something")
    assert capsys.readouterr().err.splitlines() == [
        "55 % done, about 18 s left: something",
        "77 % done, about 9 s left: something",
    ]


def test_it_travels_to_another_process():
    """With the options."""
    options = Options(("manual",), ("gru",), ("50x1x1x16",), (1,), stretch=RunPart(0.25, 0.5, 7.0))
    assert Options.from_json(options.to_json()) == options
