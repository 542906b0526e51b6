"""What is refused is told as JSON too, where its result was to go, and nothing else is made."""

import json
import os
from pathlib import Path

import pytest

from rnn.console.command_line import Misused, refuse
from rnn.console.places import STANDARD_OUTPUT, Places
from verification.cli.options import arguments
from verification.cli.refusing import told_as_json

SAID = {"verdict": None, "error": "why"}


def refused(places):
    with pytest.raises(SystemExit) as left, told_as_json(places):
        refuse("python -m x", "why")
    assert left.value.code == 2


def test_on_standard_output(capsys):
    """The line on standard error stays."""
    refused(Places(json=STANDARD_OUTPUT))
    out, err = capsys.readouterr()
    assert (json.loads(out), err) == (SAID, "python -m x: why\n")


def test_in_a_file(tmp_path):
    """Whose folder is made if it is that of the result, and not if it is another; the error is the same."""
    folder = tmp_path / "there"
    refused(Places(folder, (), tmp_path / "other" / "out.json"))
    refused(Places(folder))
    assert os.listdir(tmp_path) == []
    refused(Places(folder, (), folder / "out.json"))
    assert json.loads((folder / "out.json").read_text("utf-8")) == SAID
    assert os.listdir(folder) == ["out.json"]


def test_what_ends_in_another_way_is_not_told(capsys):
    with pytest.raises(KeyboardInterrupt), told_as_json(Places(json=STANDARD_OUTPUT)):
        raise KeyboardInterrupt
    with told_as_json(Places(json=STANDARD_OUTPUT)):
        pass
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["judge", "--json", "out.json"], "the following arguments are required: FILE.py:NAME"),
        (["judge", "x.py:net", "--json", "out.json"], "x.py: no such file, needed FILE.py:NAME"),
        (
            ["verify", "--json=out.json", "--seed", "x"],
            "argument --seed: 'x', needed an integer of at least 0",
        ),
        (["nothing", "--json", "out.json"], "argument COMMAND: "),
        (["judge", "x.py:net", "--json", "out.json", "--json", "other.json"], "argument --json: given twice"),
        (["judge", "x.py:net", "--json"], None),
        (["judge", "x.py:net", "--json", "no/out.json"], None),
        (["judge", "x.py:net", "--nothing"], None),
    ],
    ids=lambda given: " ".join(given) if isinstance(given, list) else "",
)
def test_a_call_that_is_refused(tmp_path, monkeypatch, capsys, argv, told):
    """However it was misused, as far as the place is plain."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(Misused):
        arguments(argv)
    (written,) = os.listdir(tmp_path) or [None]
    if told is None:
        assert written is None
    else:
        error = json.loads(Path(written).read_text("utf-8"))["error"]
        assert error.startswith(told)
        assert capsys.readouterr().err.endswith(f": {error}\n")
