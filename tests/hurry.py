"""Whole runs of the commands, made short."""

from dataclasses import replace

import pytest

from rnn.app import sine
from verification.adapters.rnn.cells import cell_engine
from verification.cli import commands as command
from verification.judging import shrinking
from verification.judging.profile import PROFILES, Profile

PNG = b"\x89PNG\r\n\x1a\n"


def little(name, loops):
    """A cell that claims little of what ``rnn`` does."""
    whole = cell_engine(name, loops)
    claim = replace(
        whole.claim,
        functions={"activation": ("tanh",)},
        dtypes=("float64",),
        truncations=("Full",),
        records=(1, 2),
        steps=(1, 4),
        exact=False,
        bits=False,
        lengths=False,
        weights=False,
        classes=False,
    )
    return replace(whole, claim=claim, fixed=())


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch, tmp_path, uncertified):
    """Few cases of little, few seconds to shrink, a small network, one epoch.

    What these runs would certify is less than it seems.
    """
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(PROFILES, "quick", Profile("quick", cases=6, exact_cases=1, faults=2, strength=1))
    monkeypatch.setattr(command, "CELLS", ["vanilla"])
    monkeypatch.setattr(command, "cell_engine", little)
    monkeypatch.setattr(shrinking, "SECONDS", 2)
    monkeypatch.setattr(sine, "UNITS", 8)
    for name in ("ARTICLE", "LONG"):
        monkeypatch.setattr(command, name, replace(getattr(command, name), epochs=1))
