"""The commands as their tests call them: what one prints or refuses, and the options of a short training."""

import os

import pytest

from rnn.app.commands import main

SMALL = ("--units", "2", "--length", "3", "--epochs", "1")

# What is killed, or finds no room, is not measured: it would leave half a file of measurements.
UNMEASURED = {name: value for name, value in os.environ.items() if not name.startswith("COV")}


def said(capsys, *argv):
    """What a command says on standard output."""
    assert main([str(each) for each in argv]) == 0
    return capsys.readouterr().out


def refused(capsys, *argv):
    """The one line of a refusal."""
    with pytest.raises(SystemExit) as left:
        main([str(each) for each in argv])
    assert left.value.code == 2
    *_, line = capsys.readouterr().err.splitlines()
    return line.partition(": ")[2]
