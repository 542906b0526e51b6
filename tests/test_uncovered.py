"""The command that lists what no judgement executes: it finds a line, and none is left without a reason."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests import uncovered

ROOT = Path(__file__).parents[1]

LISTED = """
import dataclasses, json
from tests import uncovered

lines, seen = uncovered.uncovered(apart=30)
print(json.dumps([[dataclasses.astuple(line) for line in lines], seen]))
"""


def test_lines_that_compute_are_reported_by_their_function():
    """Not what ends in a refusal, nor what runs as machine code."""
    text = textwrap.dedent(
        '''
        """A module."""
        LIMIT = 3

        def f(x):
            """A function."""
            if x > LIMIT:
                message = str(x)
                raise ValueError(message)
            for y in x:
                y += 1
            return x

        @compiled
        def g(x):
            return x

        class C:
            def h(self, x):
                def inner(y):  # compiled
                    return y
                return inner(x)
        '''
    )
    lines = text.splitlines()
    found = {lines[number - 1].strip(): name for number, name in uncovered.functions_of(text, "m").items()}
    assert found == {
        '"""A function."""': "m.f",
        "if x > LIMIT:": "m.f",
        "for y in x:": "m.f",
        "y += 1": "m.f",
        "return x": "m.f",
        "return inner(x)": "m.C.h",
    }


def test_an_explanation_is_of_one_function():
    """The same words in another one are not explained."""
    function, (fragment, *_) = next(
        iter(uncovered.EXPLAINED["What a message says, or what a reader is shown."].items())
    )
    line = uncovered.UncoveredLine(function, f"{fragment} x", "rnn/x.py:1")
    assert [*uncovered.explanations(line)] == [(function, fragment)]
    assert [*uncovered.explanations(uncovered.UncoveredLine("rnn.network.RNN", line.text, line.place))] == []
    assert (function, fragment) not in uncovered.idle([line])
    assert (function, fragment) in uncovered.idle([])


@pytest.mark.slow
def test_no_line_is_left_without_a_reason():
    """Of one in thirty designed cases, and all that are fixed; what is imported already would not be seen."""
    done = subprocess.run(
        [sys.executable, "-c", LISTED],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("COV")},
        capture_output=True,
        text=True,
        check=True,
    )
    lines, seen = json.loads(done.stdout)
    assert seen > 1000
    assert [line for line in lines if not any(uncovered.explanations(uncovered.UncoveredLine(*line)))] == []
