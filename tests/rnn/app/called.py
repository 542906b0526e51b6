"""The commands as their tests call them: what one prints or refuses, and the options of a short training."""

import os

import pytest

from rnn.app.certificate import Certificate, engine_digest, versions_of
from rnn.app.commands import main

# What trainings here are made by: the usual ones, as the extra is installed.
LOOPS = "compiled"

SMALL = ("--units", "2", "--length", "3", "--epochs", "1")

BASELINES = ["the last value", "the season before", "exponential smoothing", "linear autoregression"]

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


def of_this_code(verdict="verified", cell="vanilla", loops=LOOPS):
    """A certificate of the code in use."""
    found = engine_digest(), versions_of(loops), "brief", 0, "2026-01-01T00:00:00+00:00"
    return Certificate(cell, loops, *found, 9, 8, "all", verdict)
