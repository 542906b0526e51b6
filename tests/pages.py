"""Pages as tests read them, and a report in which everything is made up."""

from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np

from benchmarks.evidence.detection import SIZES, Accuracy, Alarms, Detection, DetectionCurve, DeterminedShare
from benchmarks.evidence.found import Found
from benchmarks.evidence.scalars import ScalarRow
from rnn import Full
from rnn.app.sine import Sine, SineRecipe
from rnn.training import History
from verification.judging.judgement import Judgement, PartResult
from verification.judging.sampled import Coverage
from verification.models import vanilla
from verification.properties.findings import PROPERTIES
from verification.report.outcome import Report

VOID = {"meta", "link", "br", "hr", "img", "input"}

NASTY = "</code><script>alert('1 < 2 & 3')</script>"


class Page(HTMLParser):
    """Reads a page and notes its elements, its ids, its links and its text; refuses a wrong end tag."""

    def __init__(self, text):
        super().__init__()
        self.open, self.elements, self.text = [], [], Counter()
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text[self.open[-1] if self.open else ""] += 1

    def attributes(self, name):
        """Every value of an attribute."""
        return [attrs[name] for _, attrs in self.elements if name in attrs]

    def named(self, tag):
        """The attributes of every element of a name."""
        return [attrs for name, attrs in self.elements if name == tag]


TRUNCATIONS = ("Full", "Window", "Chunked", "Tail")

# The properties that a made-up run has checked, each of every block.
NOT_CHECKED = ("form", "forward", "padding", "own truncations")
CHECKED = tuple(each.name for each in PROPERTIES if each.name not in NOT_CHECKED)

BLOCKS = tuple(block.name for block in vanilla.blocks)


def judgement(missing=(), diagnosis=None, example=None, **changed):
    """A run in which everything held; ``changed`` replaces what the row forward, Full, says."""
    counts = {"cases": 1200, "evidence": 1100, "nonzero": 1100, "undetermined": 3}
    pairs = [("forward", "outputs"), *((name, block) for name in CHECKED for block in BLOCKS)]
    rows = [
        PartResult(*pair, truncation=truncation, **counts) for pair in pairs for truncation in TRUNCATIONS
    ]
    rows[0] = replace(rows[0], **changed)
    return Judgement(
        model="vanilla",
        scope="activation tanh; float64",
        seed=7,
        seconds=12.34,
        cases=1400,
        informative=1000,
        rows=tuple(rows),
        seen={"T = 1": 50, "relu": 50},
        missing=missing,
        not_checked=("records that end early",),
        coverage=(Coverage(2, 100, 100, {"a rule": 4}), Coverage(3, 1000, 999, {}, ("T 1, N 1, H 1",))),
        drawn={"T": 6, "N": 6},
        fixed={"T": 512, "N": 129},
        diagnosis=diagnosis,
        example=example,
    )


def sine(epochs=2, truncation=Full(), rmse=0.01):
    """A training of which everything is made up."""
    losses = History([3.0, 2.0, 1.0], [4.0, 3.0, 2.0])
    wave = np.sin(np.arange(100.0))
    pair = wave[:50], wave[:50] + 0.01
    free = wave, wave + 0.02
    return Sine(SineRecipe(epochs, truncation), losses, rmse, 0.02, {"predict zero": 0.7}, pair, free)


MUTANTS = {
    "total": 2,
    "killed": 1,
    "survivors": ["one that lives"],
    "misplaced": [],
    "equivalent": 3,
    "accused": [],
    "catalogue": [
        {
            "name": f"one that dies {NASTY}",
            "story": f"the story {NASTY}",
            "source": f"the source {NASTY}",
            "edits": f"- right {NASTY}\n+ wrong",
            "names": "lags",
            "caught_by": ["lags", "autograd"],
            "failure": f"W: got 1, want 2 {NASTY}",
            "example": f"problem = 1 {NASTY}",
            "diagnosis": f"the recursion is wrong {NASTY}",
        },
        {
            "name": "one that lives",
            "story": "",
            "source": "",
            "edits": "",
            "names": "exact",
            "caught_by": [],
            "failure": None,
            "example": None,
        },
    ],
}

PUBLISHED_RULE = {"verdict": "refuted", "reasons": [f"U does not depend on the target {NASTY}"]}


def measured():
    """A measurement of which everything is made up."""
    rising = tuple(range(len(SIZES)))
    return Detection(
        seed=0,
        cases=30,
        planted=30,
        undetermined=2,
        sizes=SIZES,
        curves=(
            DetectionCurve(f"this suite {NASTY}", "", 28, 0, (28,) * len(SIZES), {}),
            DetectionCurve("a peer", "1.2", 28, 1, rising, {"W": 2}),
            DetectionCurve("no judge", "1.2", 0, 28, (0,) * len(SIZES), {}),
        ),
        absent=("a peer that is absent",),
        shares=(DeterminedShare("tanh", 100, 91), DeterminedShare("relu", 0, 0)),
        accuracy=(Accuracy("by hand", "float64", 10, (0.1, 0.5, 1.0), (1e-16, 1e-15, 1e-14)),),
        alarms=Alarms(1000, 20_000, 0, None),
    )


SCALAR = ScalarRow("tanh", np.dtype(float), f"bend {NASTY}", 9, 1.0, 1.0, 1e-16, 0.5, 1e-16)
MEASURED = Found((SCALAR,), MUTANTS, PUBLISHED_RULE, measured())


def full():
    """A report with every part."""
    return Report(judgement(), "quick", sine(), sine(), evidence=MEASURED.evidence())
