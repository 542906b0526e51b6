"""Events: at once, where they were asked for, and a run goes on when nobody reads them."""

import json
import os
from pathlib import Path

import pytest

from rnn.console.places import STANDARD_OUTPUT, Places
from tests.layers import linear
from verification import Profile, layer, models, verify
from verification.cli.events import check_events, telling
from verification.judging.standing import Milestone, Refutation


def test_each_is_a_line_that_can_be_read_at_once(tmp_path):
    """Whoever follows the file sees it before the next one."""
    path = tmp_path / "events"
    with telling(path) as tell:
        for number in range(3):
            tell({"event": number})
            lines = path.read_text("utf-8").splitlines()
            assert [json.loads(line)["event"] for line in lines] == [*range(number + 1)]


def test_nothing_without_a_place(tmp_path, monkeypatch):
    """No file is made."""
    monkeypatch.chdir(tmp_path)
    with telling(None) as tell:
        tell({"event": "met"})
    assert os.listdir(tmp_path) == []


def test_on_standard_output(capfd):
    """Where text goes elsewhere."""
    with telling(STANDARD_OUTPUT) as tell:
        tell({"event": "met"})
    assert '{"event": "met"}\n' in capfd.readouterr().out


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
def test_who_listens_may_leave(tmp_path):
    """A run does not end with it."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    reading = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with telling(path) as tell:
        tell({"event": 1})
        assert os.read(reading, 100) == b'{"event": 1}\n'
        os.close(reading)
        tell({"event": 2})
        tell({"event": 3})


@pytest.mark.parametrize("taken", ["out.json", "there/report.html", "-"])
def test_a_place_is_for_one_thing(taken, tmp_path, monkeypatch):
    """In a line that says so."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()
    path = Path(taken)
    json_place = path if path.name != "report.html" else None
    places = Places(Path("there"), ("report.html",), json_place)
    with pytest.raises(ValueError, match=r"^--events: .*: another result goes there, needed another place$"):
        check_events(path, places)


def test_a_place_that_cannot_be_written_to(tmp_path):
    """An error of the system, before any work."""
    with pytest.raises(OSError, match="Is a directory"):
        check_events(tmp_path, Places())


def test_a_run_tells_milestones_and_a_refutation():
    """The one of a right layer, the other of a wrong one, at once."""
    told = []
    right = layer(linear.forward, linear.backward, model=models.linear)
    verify(right, Profile("short", cases=0, strength=1), reached=told.append)
    assert [type(each) for each in told] == [Milestone]
    wrong = layer(linear.forward, lambda *given: linear.backward(*given)[:1] * 3, model=models.linear)
    told.clear()
    found = verify(wrong, reached=told.append)
    (refutation,) = told
    assert type(refutation) is Refutation
    assert (refutation.cases, refutation.seconds > 0) == (found.cases, True)
    assert str(refutation).startswith(f"refuted after {refutation.seconds:.1f} s, 1 case: form: ")


def test_an_engine_that_does_not_return_is_told():
    """How it was lost."""
    told = []
    verify(layer(lambda *given: os._exit(3), linear.backward, model=models.linear), reached=told.append)
    (refutation,) = told
    assert "exit code 3" in refutation.wrong
